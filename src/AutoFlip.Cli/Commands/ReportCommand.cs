using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip report</c>: the ledgers of runs side by side, on the terminal, as a page, and live.</summary>
sealed class ReportCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "report";

    /// <inheritdoc/>
    public string Usage => "report DIR... [options]";

    /// <inheritdoc/>
    public string Summary => "Compare runs: quality, size, cost.";

    /// <inheritdoc/>
    public string Details => """
        Compares runs: accuracy, size, arithmetic, bytes, seconds, memory. With two runs a third
        column compares the second with the first: points of accuracy, ratios of everything else.
        For an unfinished run the table holds its finished rounds, and a line below its directory
        gives its state: running, failed (and why), interrupted or stopped.

        --html FILE also writes a page with tables and figures, for one run or many (in a
        directory: report.html), and --live serves that page and keeps it up to date.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [Cli.Settings.Json, Cli.Settings.Html, Cli.Settings.KeepPaths, Cli.Settings.Live];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, directories, _) = line.Over(new Request());
        if (directories is [])
            throw AutoFlipException.BadRequest(
                "report: at least one run directory is expected. A run prints it as its first and last line.");
        var show = request.Show;
        var isForPage = show.Html is not null || show.Live is not null;
        RunRecord[] records = isForPage || directories.Any(directory => RunStatus.Of(directory).Stage != RunStage.Done)
            ? [.. directories.Select(RunRecord.Load)]
            : [];
        RunSummary[] runs = records is [] ? [.. directories.Select(RunSummary.Load)] : [.. records.Select(record => record.Figures)];
        RunStatus[] statuses = records is [] ? [.. runs.Select(_ => new RunStatus(RunStage.Done))] : [.. records.Select(record =>
            record.Status)];
        var page = show.Html is { } file ? Directory.Exists(file) ? Path.Combine(file, ReportFile.Name) : file : null;
        if (page is not null) ReportFile.Write(page, records, show.Report);
        if (show.Json) host.Out.WriteLine(new JsonArray([.. runs.Zip(statuses, Node)]).ToJsonString(ReportJson.Options));
        else Print(directories, runs, statuses, page ?? (isForPage ? null : Hint(directories, ReportFile.Name)), host);
        if (show.Live is { } port) Watch(port, directories, host);
        return ExitCode.Done;
    }

    /// <summary>Command that writes an HTML report of runs.</summary>
    public static string Hint(IEnumerable<string> directories, string file) =>
        $"HTML report: autoflip report {string.Join(' ', directories.Select(ShellWord.Of))} --html {file}";

    /// <summary>The fields of <c>summary.json</c>, and where the run stands.</summary>
    static JsonObject Node(RunSummary run, RunStatus status)
    {
        var node = JsonSerializer.SerializeToNode(run, ReportJson.Options)!.AsObject();
        node["state"] = JsonSerializer.SerializeToNode(status.Stage);
        node["reason"] = status.Reason;
        return node;
    }

    static void Print(
        IReadOnlyList<string> directories, IReadOnlyList<RunSummary> runs, IReadOnlyList<RunStatus> statuses, string? page, Host host)
    {
        foreach (var (directory, i) in directories.Select((directory, i) => (directory, i)))
        {
            host.Out.WriteLine($"{i + 1}  {directory}");
            if (statuses[i].Stage != RunStage.Done)
                host.Out.WriteLine($"   {statuses[i].Advice(ShellWord.Of(directory), "autoflip resume") ?? "The run is still running."}");
        }
        host.Out.WriteLine();
        RunComparison.Of(runs).Write(host);
        if (page is not null) host.Out.WriteLine($"\n{page}");
    }

    /// <summary>Serves until the reader stops it, also after the runs have ended.</summary>
    static void Watch(int port, IReadOnlyList<string> directories, Host host)
    {
        using var live = LiveView.Start(port, () => directories, host);
        host.Cancel.WaitHandle.WaitOne();
    }
}
