using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>The program as a process: killed, interrupted, out of disk.</summary>
[Trait("speed", "slow")]
public sealed partial class ProcessTests(ProcessTests.Unbroken unbroken) : IClassFixture<ProcessTests.Unbroken>, IDisposable
{
    /// <summary>The run to which all others are compared.</summary>
    public sealed class Unbroken
    {
        public Unbroken()
        {
            using var folder = new TemporaryDirectory();
            Sha256 = Hash(Run(["run", .. Small, "--result-path", folder["whole"]]));
        }

        public string Sha256 { get; }
    }

    /// <summary>More rounds than a pipe holds lines, so that no run ends unread.</summary>
    static readonly int Rounds = OperatingSystem.IsLinux() ? 100 : 400;

    readonly TemporaryDirectory _folder = new();

    static string[] Small =>
    [
        "--dataset", "Digits", "--resize", "0", "--model", "TwoNN", "--hidden-size", "8", "--clients", "8", "--cohort-fraction", "0.5",
        "--rounds", $"{Rounds}", "--local-epochs", "1", "--batch-size", "20", "--explorer-fraction", "1", "--prune-fraction", "0.5",
        "--seed", "3",
        "--evaluate-every", "7", "--offline", "--json",
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_ten_times_at_random_moments_it_ends_with_the_same_model()
    {
        var random = new Seeds(11).For(Purpose.Cohort);

        var kills = 0;
        using (var first = Start(["run", .. Small, "--tensorboard", "--result-path", _folder["killed"]]))
            if (KillAfter(first, lines: 3)) kills++;
        var directory = Assert.Single(Directory.GetDirectories(_folder["killed"]));
        for (var killed = true; killed && kills < 10;)
        {
            using var process = Start(["resume", directory, "--json"]);
            killed = KillAfter(process, lines: 1 + random.Next(5));
            if (killed) kills++;
        }

        // Ten, unless this machine is so busy that the run got far ahead of its reader: a full pipe stops it some rounds ahead.
        Assert.InRange(kills, 3, 10);
        Assert.Equal(unbroken.Sha256, Hash(Run(["resume", directory, "--json"])));
        Assert.Equal(
            Enumerable.Range(0, Rounds + 1),
            EventFileReader.Read(Path.Combine(directory, TensorBoardLog.Folder, TensorBoardLog.FileName)).Select(e => (int)e.Step));
    }

    [Fact]
    public void Interrupted_it_exits_130_says_how_to_go_on_and_goes_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows cannot send an interrupt to another process.");

        using var process = Start(["run", .. Small, "--result-path", _folder["stopped"]]);
        for (var line = 0; line < 14; line++) process.StandardOutput.ReadLine();
        Assert.Equal(0, Kill(process.Id, IgnoresInterrupts(process) ? Terminate : Interrupt));
        process.StandardOutput.ReadToEnd();
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();

        Assert.Equal(130, process.ExitCode);
        var directory = Assert.Single(Directory.GetDirectories(_folder["stopped"]));
        Assert.Contains("resume", said);
        Assert.Equal(unbroken.Sha256, Hash(Run(["resume", directory, "--json"])));
    }

    [Fact]
    public async Task Out_of_disk_it_exits_4_with_one_sentence_and_can_go_on_once_there_is_space()
    {
        using var disk = new SmallDisk(_folder["disk"], kilobytes: 80);
        using var process = Start(["run", .. Small, "--result-path", _folder["disk"]]);
        var output = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.ReadToEnd();
        var said = await output;
        process.WaitForExit();

        Assert.Equal(4, process.ExitCode);
        Assert.Contains("disk", said);
        Assert.DoesNotContain("   at ", said); // no stack trace
        var directory = Assert.Single(Directory.GetDirectories(_folder["disk"]));
        Assert.Empty(Directory.EnumerateFiles(directory, "*.partial", SearchOption.AllDirectories));

        disk.Resize(kilobytes: 10 << 10);
        Assert.Equal(unbroken.Sha256, Hash(Run(["resume", directory, "--json"])));
    }

    /// <summary>Kills the process once it has written so many lines; false if it had ended by then.</summary>
    static bool KillAfter(Process process, int lines)
    {
        for (var line = 0; line < lines; line++)
            if (process.StandardOutput.ReadLine() is null) break;
        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0;
    }

    /// <summary>Runs to the end and returns the last line.</summary>
    static string Run(string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = process.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return lines[^1];
    }

    static string Hash(string summary)
    {
        using var document = JsonDocument.Parse(summary);
        return document.RootElement.GetProperty("model_sha256").GetString()!;
    }

    static Process Start(string[] arguments) => CliProcess.StartWithSmallPipe(arguments);

    const int Interrupt = 2, Terminate = 15;

    /// <summary>A shell starts what runs in its background deaf to interrupts, and so is all that is started from there: then it is asked
    /// to terminate, which is the same to it.</summary>
    static bool IgnoresInterrupts(Process process)
    {
        var status = $"/proc/{process.Id}/status";
        return File.Exists(status)
            && File.ReadLines(status).Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
            && (Convert.ToUInt64(line.Split('\t')[1], 16) & (1UL << (Interrupt - 1))) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
