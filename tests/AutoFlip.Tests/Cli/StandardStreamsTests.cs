using System.Diagnostics;

namespace AutoFlip.Tests;

/// <summary>The program as a process whose standard streams are closed, full, or read by nobody.</summary>
[Trait("speed", "slow")]
public sealed class StandardStreamsTests : IDisposable
{
    static readonly string[] Closed = [">&-", "2>&-", "<&- >&- 2>&-"];

    static readonly string[] Small =
        [
            "--dataset", "Digits", "--model", "TwoNN", "--hidden-size", "8", "--clients", "4", "--cohort-fraction", "0.5", "--rounds", "2",
            "--partition", "iid", "--offline"
        ];

    readonly TemporaryDirectory _folder = new();

    public StandardStreamsTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Streams are restored on Linux.");

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a shell's command line in which <c>"$@"</c> is the program with its arguments.</summary>
    static (int Code, string Out, string Error) Run(string line, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])[
            "-c", line, "sh", "dotnet", Path.Combine(AppContext.BaseDirectory, "AutoFlip.Cli.dll"),
            .. arguments]) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    [Fact]
    public void Every_command_ends_with_its_usual_exit_code_whichever_streams_are_closed()
    {
        Assert.Equal(0, Run($"\"$@\" {Closed[2]}", ["run", .. Small, "--result-path", _folder["runs"]]).Code);
        var run = Assert.Single(Directory.GetDirectories(_folder["runs"]));
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
        (ExitCode Code, string[] Command)[] commands =
        [
            (ExitCode.Done, ["--version"]), (ExitCode.Done, ["run", "--help"]), (ExitCode.Done, ["resume", run]),
            (ExitCode.Done, ["report", run]),
            (ExitCode.Done, ["plot", run, "--format", "csv"]), (ExitCode.Done, ["export", run, "-o", _folder["model.onnx"]]),
            (ExitCode.Done, ["evaluate", run]),
            (ExitCode.Done, ["list", "models"]), (ExitCode.Done, ["data", "list"]), (ExitCode.Done, ["data", "partition", .. Small]),
            (ExitCode.BadRequest, ["nonsense"]),
            (ExitCode.BadData, ["run", "--dataset", "MNIST", "--data-path", _folder["nothing"], "--offline"]),
        ];

        var wrong =
            from command in commands
            from closed in Closed
            let ended = Run($"\"$@\" {closed}", command.Command)
            where ended.Code != (int)command.Code
            select $"{command.Command[0]} {closed}: exit {ended.Code}: {ended.Error}";

        Assert.Empty(wrong);
    }

    [Fact]
    public void What_is_still_open_gets_all_that_is_printed()
    {
        var whole = Run("\"$@\"", "list", "models");

        Assert.Equal(whole, Run("\"$@\" <&-", "list", "models"));
        Assert.Equal(whole.Out, Run("\"$@\" 2>&-", "list", "models").Out);
        Assert.StartsWith("autoflip: There is no command 'nonsense'.", Run("\"$@\" <&- >&-", "nonsense").Error, StringComparison.Ordinal);
    }

    /// <summary>The pipe is closed before the program begins: <c>:</c> ends at once, and is waited for.</summary>
    [Fact]
    public void Reader_that_left_is_no_failure()
    {
        var run = Run("exec 3> >(:); wait $!; \"$@\" >&3", ["run", .. Small, "--result-path", _folder["runs"]]);

        Assert.Equal((0, ""), (run.Code, run.Out));
        Assert.DoesNotContain("standard output", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Assert.Single(Directory.GetDirectories(_folder["runs"])), "report.html")));
    }

    [Fact]
    public void Full_disk_under_standard_output_stops_no_run_and_is_exit_4_with_a_sentence()
    {
        var run = Run("\"$@\" > /dev/full", ["run", .. Small, "--result-path", _folder["runs"]]);

        Assert.Equal((int)ExitCode.RunFailed, run.Code);
        Assert.Contains(
            "autoflip: standard output could not be written: No space left on device. The printed output is incomplete; "
            + "files are complete.",
            run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Assert.Single(Directory.GetDirectories(_folder["runs"])), "summary.json")));
    }
}
