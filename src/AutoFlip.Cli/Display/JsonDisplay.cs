using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary>JSON lines on standard output: <c>start</c>, <c>explored</c>, <c>round</c>, <c>summary</c>,
/// <c>failed</c>, <c>interrupted</c>, named by their field <c>event</c>.</summary>
/// <remarks>
/// Fields are those of <c>rounds.jsonl</c> and <c>summary.json</c>; <c>experiment</c> in <c>start</c> is <c>experiment.json</c>.
/// A figure that is not defined, or not finite, is null. Warnings go to standard error.
/// </remarks>
sealed class JsonDisplay(Host host) : RunDisplay
{
    /// <inheritdoc/>
    public override void Warning(string message) => host.Warn(message);

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        base.Started(start);
        var line = JsonSerializer.SerializeToNode(start, ReportJson.Options)!.AsObject();
        line["experiment"] = JsonNode.Parse(ExperimentFile.Write(start.Experiment));
        Write("start", line);
    }

    /// <inheritdoc/>
    public override void Explored(int done, int explorers) =>
        Write("explored", new JsonObject { ["done"] = done, ["explorers"] = explorers });

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) =>
        Write("round", JsonSerializer.SerializeToNode(report, ReportJson.Options)!.AsObject());

    /// <inheritdoc/>
    public override void Finished(RunSummary summary)
    {
        var line = JsonSerializer.SerializeToNode(summary, ReportJson.Options)!.AsObject();
        line["directory"] = Directory;
        Write("summary", line);
    }

    /// <inheritdoc/>
    public override void Failed(Exception why)
    {
        var isInterrupted = why is OperationCanceledException;
        Write(
            isInterrupted ? "interrupted" : "failed",
            isInterrupted ? new() { ["directory"] = Directory } : new() { ["message"] = why.Message, ["directory"] = Directory });
    }

    void Write(string what, JsonObject fields)
    {
        fields.Insert(0, "event", what);
        host.Out.WriteLine(fields.ToJsonString(ReportJson.Options));
        host.Out.Flush(); // a reader at the other end of a pipe waits for whole lines
    }
}
