namespace AutoFlip.Reports;

/// <summary>Results of a run as labelled figures.</summary>
public static class Results
{
    /// <summary>One line about what is run.</summary>
    public static string Headline(RunStart start)
    {
        var e = start.Experiment;
        return $"{e.Dataset}, {e.Model} with {Readable.Count(start.Parameters)} parameters, {Method(e.Algorithm, e.Pruner)}, seed {e.Seed}";
    }

    /// <summary>One line about the federation.</summary>
    public static string Federation(RunStart start)
    {
        var e = start.Experiment;
        return $"{e.Clients} clients, {e.CohortSize} a round, {e.Rounds} rounds"
            + (start.TrainSamples == 0 ? "" : $", {Readable.Count(start.TrainSamples)} training samples") // a server has none
            + (start.RoundsDone == 0 ? "" : $"; {start.RoundsDone} rounds are done already");
    }

    /// <summary>An algorithm and its pruner.</summary>
    public static string Method(string algorithm, string pruner) => Experiment.IsNoPruner(pruner) ? algorithm : $"{algorithm} + {pruner}";

    /// <summary>The result in one line.</summary>
    public static string Line(RunSummary summary) =>
        string.Join(", ", Rows(summary).Select(row => $"{row.Label.ToLowerInvariant()} {row.Value}"));

    /// <summary>The result as lines, each a label and a value.</summary>
    public static IEnumerable<string> Lines(RunSummary summary) => Rows(summary).Select(row => $"{row.Label + ":",-21}{row.Value}");

    /// <summary>The result as labels and values; nothing that was not measured.</summary>
    public static IEnumerable<(string Label, string Value)> Rows(RunSummary summary)
    {
        var (main, loss, size, traffic, time) = (
            summary.Metrics.Primary, summary.Metrics.Global.Loss, summary.ModelSize, summary.Traffic, summary.Time);
        var label = Metric.DisplayTitleOf(main.Name);
        if (main.Personal is not null) yield return ("Personal models", Readable.Metric(main.Name, main.Personal));
        if (main.Global is not null)
            yield return (label, Readable.Metric(main.Name, main.Global)
                + (main.Best != main.Global ? $" (best {Readable.Metric(main.Name, main.Best)} in round {main.BestRound})" : ""));
        if (main.Local is not null)
            yield return (main.Global is null ? $"{label} on clients" : "On clients", Readable.Metric(main.Name, main.Local));
        if (loss is not null) yield return ("Loss", Readable.Figure(loss));
        yield return (
            "Kept",
            $"{Readable.Percent(size.Density)} ({Readable.Count(size.ActiveParameters)} of {Readable.Count(size.Parameters)} parameters)");
        yield return ("Sent", $"{Readable.Bytes(traffic.DownBytes + traffic.UpBytes)}"
            + (
                traffic.DenseFp32Bytes > 0 ? $" ({Readable.Percent(traffic.Ratio)} of dense {Readable.Bytes(traffic.DenseFp32Bytes)})"
                    : ""));
        yield return ("Time", Readable.Time(time.Total)
            + (
                time.Explore > 0 ? $" ({Readable.Time(time.Explore)} exploring, {Readable.Time(time.MedianRound)} a round)"
                    : $" ({Readable.Time(time.MedianRound)} a round)"));
        if (summary.Failures > 0) yield return ("Failures", Readable.Count(summary.Failures));
    }
}
