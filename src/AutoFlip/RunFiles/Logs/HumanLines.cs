using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Sentences, each behind its time and level: <c>2026-01-02 15:04:05 +01:00 [info] Round 3 of 20: ...</c></summary>
static class HumanLines
{
    /// <summary>The lines of an entry.</summary>
    public static IEnumerable<string> Of(LogEntry entry)
    {
        var head = $"{entry.Time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)} "
            + $"[{entry.Event.Level.ToString().ToLowerInvariant()}]";
        return Sentences(entry).Select(sentence => $"{head} {ForeignText.OnOneLine(sentence)}");
    }

    static string[] Sentences(LogEntry entry) => entry.Event switch
    {
        Warned warned => [warned.Message],
        Notes note => [note.Message],
        Loads loads => [$"Loading: {loads.What}."],
        Starts(var start) => Start(start),
        Explores { Done: 0 } explores => [$"Exploration by {explores.Explorers} clients begins."],
        Explores explores => [$"Explored {explores.Done} of {explores.Explorers}."],
        RoundStarts begun => [$"{Round(entry, begun.Round)}: {begun.Cohort} clients train."],
        Answers => [], // failures are warned of, figures are in the round's
        Evaluates evaluates => [$"{Round(entry, evaluates.Round)}: evaluating."],
        RoundEnds ended => [$"{Round(entry, ended.Report.Round)}: {Outcome(entry.Run!.Experiment, ended.Report)}."],
        Ends(var summary) => [Outcome(summary)],
        IsInterrupted => ["Interrupted. Finished rounds are saved: the run can be resumed."],
        Fails fails => [$"Failed: {fails.Why}"],
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Event, null),
    };

    static string Round(LogEntry entry, int round) => $"Round {round} of {entry.Run!.Experiment.Rounds}";

    static string[] Start(RunStart start)
    {
        var e = start.Experiment;
        return
        [
            $"{(start.RoundsDone == 0 ? "Run" : $"Resumed after round {start.RoundsDone}")} in {start.Directory}, "
            + $"version {ExperimentFile.ProgramVersion}.",
            $"{e.Name}: {e.Dataset}, {e.Model} with {LogText.Count(start.Parameters)} parameters, {e.Algorithm}, pruner {e.Pruner}, "
            + $"seed {e.Seed}.",
            $"{e.Clients} clients, {e.CohortSize} a round, {e.Rounds} rounds; "
            + (start.TrainSamples == 0
                ? $"clients have their own samples, {LogText.Count(start.TestSamples)} are in the server's test set."
                : $"{LogText.Count(start.TrainSamples)} training samples, {LogText.Count(start.HeldOutSamples)} held out by clients, "
                    + $"{LogText.Count(start.TestSamples)} in the server's test set."),
        ];
    }

    static string Outcome(Experiment experiment, RoundReport report)
    {
        var sent = LogText.Count(report.DownBytes + report.UpBytes);
        var text = $"train loss {LogText.Figure(report.ClientsUpdated.GetValueOrDefault("loss")?.Equal)}, "
            + $"kept {LogText.Percent(report.Density)}, sent {sent} bytes, {LogText.Seconds(report.Seconds)}";
        if (report.ServerEvaluated is { } server)
            text += $"; test set: {Figures(experiment, LogText.Figures(server), value => value)}";
        if (report.ClientsEvaluatedOut is { } others)
            text += $"; other clients: {Figures(experiment, others, mean => mean.Equal)}";
        if (report.ClientsPersonalOut is { } own)
            text += $"; their personal models: {Figures(experiment, own, mean => mean.Equal)}";
        return report.Failures.Length == 0 ? text : $"{text}; {report.Failures.Length} failed";
    }

    static string Outcome(RunSummary summary)
    {
        var (main, size, traffic) = (summary.Metrics.Primary, summary.ModelSize, summary.Traffic);
        return $"Finished after {summary.RoundsDone} rounds: {main.Name} {LogText.Figure(main.Global ?? main.Local)}, "
            + (main.Personal is { } own ? $"personal models {LogText.Figure(own)}, " : "")
            + $"kept {LogText.Percent(size.Density)}, "
            + $"sent {LogText.Count(traffic.DownBytes + traffic.UpBytes)} bytes, {LogText.Seconds(summary.Time.Total)}, "
            + $"model_sha256 {summary.ModelSha256}.";
    }

    static string Figures<T>(Experiment experiment, ImmutableSortedDictionary<string, T> figures, Func<T, double?> value) =>
        string.Join(", ", LogText.InOrder(experiment, figures).Select(figure => $"{figure.Name} {LogText.Figure(value(figure.Value))}"));
}
