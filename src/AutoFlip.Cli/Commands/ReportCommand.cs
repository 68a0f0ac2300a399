using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip report</c>: the ledgers of runs, side by side.</summary>
sealed class ReportCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "report";

    /// <inheritdoc/>
    public string Usage => "report DIR... [--json]";

    /// <inheritdoc/>
    public string Summary => "What runs cost and gained, side by side.";

    /// <inheritdoc/>
    public string Details => """
        Reads the summaries of runs that have ended and puts them side by side: accuracy, size,
        arithmetic, bytes, seconds, memory. With two runs a third column says how the second
        stands to the first: points of accuracy, ratios of everything else.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [Cli.Settings.Json];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, directories, _) = line.Over(new Request());
        if (directories is []) throw AutoFlipException.BadRequest("report: at least one run directory is expected. It is the first and the last line that a run prints.");
        RunSummary[] runs = [.. directories.Select(RunSummary.Load)];
        if (request.Show.Json)
        {
            host.Out.WriteLine(new JsonArray([.. runs.Select(run => JsonSerializer.SerializeToNode(run, JsonDisplay.Options))]).ToJsonString(JsonDisplay.Options));
            return ExitCode.Done;
        }
        foreach (var (directory, number) in directories.Select((directory, i) => (directory, i + 1))) host.Out.WriteLine($"{number}  {directory}");
        host.Out.WriteLine();
        RunComparison.Of(runs).Write(host);
        return ExitCode.Done;
    }
}
