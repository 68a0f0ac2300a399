namespace AutoFlip.Reports;

/// <summary>Figures of a round for display.</summary>
/// <param name="Round">Which.</param>
/// <param name="Score">The main metric: on the server's test set if it was evaluated there, else on clients' held-out samples.</param>
/// <param name="Loss">The loss at the same place.</param>
/// <param name="TrainLoss">Mean training loss of the cohort's last local epoch.</param>
/// <param name="Density">Kept parameters / parameters.</param>
/// <param name="Bytes">Sent both ways.</param>
/// <param name="Seconds">Wall-clock.</param>
/// <param name="Failures">Clients whose reply could not be used.</param>
/// <param name="Personal">The main metric of the clients' personal models on their held-out samples.</param>
public sealed record RoundLine(
    int Round, double? Score, double? Loss, double? TrainLoss, double Density, long Bytes, double Seconds, int Failures,
    double? Personal = null)
{
    /// <summary>Picks a round's figures.</summary>
    /// <param name="report">The round.</param>
    /// <param name="metric">The metric that is shown.</param>
    public static RoundLine Of(RoundReport report, string metric)
    {
        var server = report.ServerEvaluated;
        var local = report.ClientsEvaluatedOut;
        return new(
            report.Round,
            server is null ? local?.GetValueOrDefault(metric)?.Equal : server.Metrics.GetValueOrDefault(metric),
            server is null ? local?.GetValueOrDefault("loss")?.Equal : server.Loss,
            report.ClientsUpdated.GetValueOrDefault("loss")?.Equal,
            report.Density, report.DownBytes + report.UpBytes, report.Seconds, report.Failures.Length,
            report.ClientsPersonalOut?.GetValueOrDefault(metric)?.Equal);
    }

    /// <summary>One line of text; what was not evaluated is left out.</summary>
    /// <param name="rounds">Rounds in all.</param>
    /// <param name="metric">The metric's name.</param>
    public string ToText(int rounds, string metric)
    {
        var width = rounds.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;
        return $"round {Round.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width)}/{rounds}"
            + $"  train loss {Readable.Figure(TrainLoss)}  kept {Readable.Percent(Density)}  sent {Readable.Bytes(Bytes)}  "
            + $"{Readable.Time(Seconds)}"
            + (Loss is null && Score is null ? "" : $"  {metric} {Readable.Figure(Score)}  loss {Readable.Figure(Loss)}")
            + (Personal is null ? "" : $"  personal {Readable.Figure(Personal)}")
            + (Failures == 0 ? "" : $"  {Failures} failed");
    }
}
