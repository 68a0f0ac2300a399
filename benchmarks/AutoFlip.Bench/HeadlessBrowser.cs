using System.Diagnostics;

namespace AutoFlip.Bench;

/// <summary>The machine's own Chromium without a window.</summary>
/// <param name="program">Where it is.</param>
/// <param name="folder">Where it may write: its profile, and the picture that nobody looks at.</param>
sealed class HeadlessBrowser(string program, string folder)
{
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    /// <summary>Finds it on the path; null if it is not there.</summary>
    /// <param name="folder">Where it may write.</param>
    public static HeadlessBrowser? Find(string folder) => (
        from place in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        from name in Names
        let program = Path.Combine(place, name)
        where File.Exists(program)
        select new HeadlessBrowser(program, folder)).FirstOrDefault();

    /// <summary>Starts, opens a page, draws it once it is loaded, and ends.</summary>
    /// <exception cref="AutoFlipException">It drew nothing (exit 4).</exception>
    public void Draw(string address, CancellationToken cancel)
    {
        var picture = Path.Combine(folder, "drawn.png");
        File.Delete(picture);
        var start = new ProcessStartInfo(program,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync", "--window-size=1280,900", $"--user-data-dir={Path.Combine(folder, "profile")}", $"--screenshot={picture}",
            address,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var browser = Process.Start(start)!;
        using var stop = cancel.Register(browser.Kill);
        var complaints = browser.StandardError.ReadToEndAsync(cancel);
        browser.StandardOutput.ReadToEnd();
        browser.WaitForExit();
        if (!File.Exists(picture))
            throw AutoFlipException.RunFailed($"{program} did not draw {address}: {complaints.GetAwaiter().GetResult().Trim()}");
    }
}
