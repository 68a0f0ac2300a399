using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(AutoFlip.Tests.Browser))]

namespace AutoFlip.Tests;

/// <summary>The machine's own chromium, started when the first test asks for it and shared by all.</summary>
public sealed class Browser : IAsyncDisposable
{
    static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    static readonly string[] Quietly =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync"
        ];

    const float Patience = 30_000; // ms, for machines on which much else goes on

    readonly SemaphoreSlim _starting = new(1);
    IPlaywright? _playwright;
    IBrowser? _browser;

    static string? Program => (
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        from name in Names
        select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>An empty page; the test is skipped where there is no chromium.</summary>
    public async Task<IPage> Open(int width, int height, ColorScheme colours)
    {
        Assert.SkipWhen(Program is null, "There is no chromium on this machine (Debian: apt-get install chromium).");
        await _starting.WaitAsync();
        try
        {
            Assertions.SetDefaultExpectTimeout(Patience);
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Quietly });
        }
        finally
        {
            _starting.Release();
        }
        return await _browser.NewPageAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = colours,
            ReducedMotion = ReducedMotion.Reduce
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
    }
}
