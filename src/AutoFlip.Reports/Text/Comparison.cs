using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>Two runs of one seed side by side, and in words what the second gained and lost.</summary>
public static class Comparison
{
    /// <summary>The figures of both, a column each.</summary>
    public static FigureTable Table(RunSummary dense, RunSummary pruned)
    {
        var name = dense.Metrics.Primary.Name;
        return new(["FedAvg", "AutoFLIP"],
        [
            (Metric.DisplayNameOf(name), [
                Readable.Metric(name, dense.Metrics.Primary.Last), Readable.Metric(name, pruned.Metrics.Primary.Last)]),
            ("loss", [Readable.Figure(dense.Metrics.Global.Loss), Readable.Figure(pruned.Metrics.Global.Loss)]),
            ("parameters kept", [Readable.Count(dense.ModelSize.ActiveParameters), Readable.Count(pruned.ModelSize.ActiveParameters)]),
            ("bytes sent", [Readable.Bytes(Sent(dense)), Readable.Bytes(Sent(pruned))]),
            ("time", [Readable.Time(dense.Time.Total), Readable.Time(pruned.Time.Total)]),
        ]);
    }

    /// <summary>Measured comparison of AutoFLIP with FedAvg, one sentence per line; gains and losses have the same wording.</summary>
    public static string Verdict(RunSummary dense, RunSummary pruned)
    {
        var sentences = new List<string>
        {
            $"AutoFLIP kept {Readable.Percent(pruned.ModelSize.Density)} of the parameters"
                + $" and sent {Change(Sent(dense), Sent(pruned), "fewer bytes", "more bytes", "as many bytes")}"
                + (pruned.Traffic.ExploreBytes > 0 ? $", the exploration's {Readable.Bytes(pruned.Traffic.ExploreBytes)} included." : "."),
        };
        if (dense.Metrics.Primary.Last is { } before && pruned.Metrics.Primary.Last is { } after)
            sentences.Add(Quality(dense.Metrics.Primary.Name, before, after));
        sentences.Add($"It took {Change(dense.Time.Total, pruned.Time.Total, "less time", "more time", "the same time")}"
            + (pruned.Time.Explore > 0 ? $", {Readable.Time(pruned.Time.Explore)} of it exploring." : "."));
        return string.Join('\n', sentences);
    }

    /// <summary>Change of the main metric, in a sentence.</summary>
    internal static string Quality(string metric, double before, double after)
    {
        if (!Metric.IsInPercent(metric)) return $"Its {metric} is {Readable.Figure(after)}, against {Readable.Figure(before)}.";
        var points = Math.Round(after * 100, 1) - Math.Round(before * 100, 1); // of what is printed, so that a reader's sum agrees
        return Math.Abs(points) < 0.05
            ? $"Accuracy is the same, {Readable.Percent(after)}."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"It {(points > 0 ? "gained" : "lost")} {Math.Abs(points):0.0} points of accuracy, "
                + $"{Readable.Percent(before)} to {Readable.Percent(after)}.");
    }

    /// <summary>A change as a share with its direction: 12.0 % fewer bytes.</summary>
    internal static string Change(double before, double after, string less, string more, string same)
    {
        if (before <= 0) return same;
        var change = after / before - 1;
        return Math.Abs(change) < 0.0005 ? same : $"{Readable.Percent(Math.Abs(change))} {(change < 0 ? less : more)}";
    }

    static long Sent(RunSummary run) => run.Traffic.DownBytes + run.Traffic.UpBytes;
}
