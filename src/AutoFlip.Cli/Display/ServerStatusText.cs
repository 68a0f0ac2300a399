using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>Status of a running server as lines.</summary>
static class ServerStatusText
{
    /// <summary>The lines: the round, who is missing, and one line for each seat.</summary>
    public static IEnumerable<string> Lines(ServerStatus status)
    {
        var task = status.Work is null ? "" : Invariant(
            $": {(status.Round > 0 ? $"round {status.Round} of {status.Rounds}" : "exploration")}, {status.Work}, ")
            + $"{status.Stored} of {status.Cohort} replies are stored ({status.Needed} needed)"
            + (status.SecondsLeft is { } left ? Invariant($", {left:0} s left") : "");
        yield return $"{status.Phase}{task}";
        yield return Invariant(
            $"saved: round {status.CommittedRound} of {status.Rounds}; free on disk: {status.FreeBytes / 1e9:0.0} GB; ")
            + $"version {status.Version}";
        if (status.Missing is not []) yield return $"missing: {string.Join(", ", status.Missing)}";
        var width = Math.Max("name".Length, status.Seats.Select(seat => seat.Name?.Length ?? 1).DefaultIfEmpty().Max());
        yield return $"{"seat",-6}{"name".PadRight(width)}  {"client",-14}{"task",-16}{"bytes",12}{"samples",12}";
        foreach (var seat in status.Seats)
            yield return Invariant(
                $"{seat.Seat,-6}{(seat.Name ?? "-").PadRight(width)}  {seat.Client.Replace('_', ' '),-14}{seat.Stage ?? "-",-16}")
                + $"{Number(seat.Bytes),12}{Number(seat.TrainSamples),12}";
    }

    static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
