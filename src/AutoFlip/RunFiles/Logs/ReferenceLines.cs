using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Lines as the reference's log has them: <c>[INFO] (2026/01/02 03:04:05 PM) [FEDAVG] [Round: 0001] ...</c></summary>
/// <remarks>
/// Figures of clients, their summaries and the server's evaluation stand in the reference's words and order, all when the round has
/// ended. Events that the reference does not log, or logs elsewhere, have the same line format and our wording. The figures of a summary
/// are on separate lines without time, as in the reference.
/// </remarks>
static class ReferenceLines
{
    /// <summary>The lines of an entry.</summary>
    public static IEnumerable<string> Of(LogEntry entry)
    {
        var head = $"[{entry.Event.Level.ToString().ToUpperInvariant()}] "
            + $"({entry.Time.ToString("yyyy/MM/dd hh:mm:ss tt", CultureInfo.InvariantCulture)}) ";
        return Messages(entry).Select(message => head + message);
    }

    static IEnumerable<string> Messages(LogEntry entry) => entry.Event switch
    {
        Warned warned => [ForeignText.OnOneLine(warned.Message)],
        Notes note => [ForeignText.OnOneLine(note.Message)],
        Loads loads => [$"[LOAD] {ForeignText.OnOneLine(loads.What)}"],
        Starts(var start) => [.. Start(start).Select(message => Prefix(entry, start.RoundsDone) + ForeignText.OnOneLine(message))],
        Explores explores => [$"{Prefix(entry, 0)}Explored {explores.Done} of {explores.Explorers}."],
        RoundStarts begun => [$"{Prefix(entry, begun.Round)}{begun.Cohort} clients update."],
        Answers => [], // told when the round ends
        Evaluates evaluates => [$"{Prefix(entry, evaluates.Round)}The global model is evaluated."],
        RoundEnds ended => Round(entry.Run!.Experiment, ended).Select(message => Prefix(entry, ended.Report.Round) + message),
        Ends ended => [$"{Prefix(entry, ended.Summary.RoundsDone)}Finished: model_sha256 {ended.Summary.ModelSha256}."],
        IsInterrupted => ["Interrupted. Finished rounds are saved: the run can be resumed."],
        Fails fails => [ForeignText.OnOneLine(fails.Why)],
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.Event, null),
    };

    static string Prefix(LogEntry entry, int round)
    {
        var experiment = entry.Run!.Experiment;
        // where the reference has one word for both
        var method = experiment.Pruner == "autoflip" ? experiment.Pruner : experiment.Algorithm;
        return $"[{method.ToUpperInvariant()}] [Round: {round:0000}] ";
    }

    static string[] Start(RunStart start)
    {
        var e = start.Experiment;
        return
        [
            $"Run {e.Name} in {start.Directory}, seed {e.Seed}.",
            start.TrainSamples == 0
                ? $"{e.Dataset}: clients have their own samples, {start.TestSamples} are in the server's test set."
                : $"{e.Dataset}: {start.TrainSamples} training samples, {start.HeldOutSamples} held out by clients, "
                    + $"{start.TestSamples} in the server's test set.",
            $"{e.Model} has {start.Parameters} parameters; {e.Clients} clients, {e.CohortSize} a round, {e.Rounds} rounds.",
        ];
    }

    static IEnumerable<string> Round(Experiment experiment, RoundEnds ended)
    {
        var report = ended.Report;
        var (trained, evaluated) = (
            ended.Clients.Where(client => client.Work == ClientWork.Train),
            ended.Clients.Where(client => client.Work == ClientWork.Evaluate));
        return
        [
            .. Clients(experiment, "UPDATE", trained.Select(client => (client.Client, client.Trained)), report.ClientsUpdated),
            .. Clients(experiment, "EVALUATE", trained.Select(client => (client.Client, client.HeldOut)), report.ClientsEvaluatedIn),
            .. Clients(experiment, "EVALUATE", evaluated.Select(client => (client.Client, client.HeldOut)), report.ClientsEvaluatedOut),
            .. report.ServerEvaluated is { } server
                ? [$"[EVALUATE] [SERVER] {Figures(experiment, LogText.Figures(server))}"]
                : (string[])[],
        ];
    }

    /// <summary>A line per client, and their summary; empty if no client has figures.</summary>
    static IEnumerable<string> Clients(
        Experiment experiment, string work, IEnumerable<(int Client, ClientFigures? Figures)> clients,
        ImmutableSortedDictionary<string, MetricSummary>? means)
    {
        var known = clients.Where(client => client.Figures is not null).ToList();
        if (known.Count == 0 || means is null) return [];
        var summary = LogText.InOrder(experiment, means).Select(mean =>
            $"\n    - {Metric.Title(mean.Name)}: Weighted Avg. ({LogText.Figure(mean.Value.Weighted)}) | Equal Avg. "
            + $"({LogText.Figure(mean.Value.Equal)}) | Std. ({LogText.Figure(mean.Value.Std)}) |");
        return known.Select(client => $"[{work}] [CLIENT] < {client.Client:000000} > {Figures(experiment, client.Figures!.Values)}")
            .Append($"[{work}] [SUMMARY] ({known.Count} clients):{string.Concat(summary)}");
    }

    /// <summary><c>| loss: 0.1234 | acc1: 0.5678 </c>, the blank at the end included.</summary>
    static string Figures(Experiment experiment, ImmutableSortedDictionary<string, double?> figures) =>
        string.Concat(LogText.InOrder(experiment, figures).Select(figure => $"| {figure.Name}: {LogText.Figure(figure.Value)} "));
}
