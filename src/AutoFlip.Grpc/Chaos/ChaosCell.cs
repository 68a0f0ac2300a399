using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace AutoFlip.Grpc;

/// <summary>A fault at a moment of a round.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Moment">The moment.</param>
/// <param name="Round">The round.</param>
/// <param name="IsSecure">True for mutual TLS, false for connections without encryption, where damage reaches the messages.</param>
public sealed record ChaosCell(ChaosFault Fault, ChaosMoment Moment, int Round, bool IsSecure)
{
    /// <summary>The matrix: every fault at every moment that it can meet.</summary>
    public static IReadOnlyList<(ChaosFault Fault, ChaosMoment Moment)> All { get; } =
    [
        .. from fault in Enum.GetValues<ChaosFault>()
           from moment in Enum.GetValues<ChaosMoment>()
           where Meets(fault, moment)
           select (fault, moment),
    ];

    /// <summary>The first cells of a seed: the run without a fault, and the matrix in a keyed order, as often as needed. A cell that comes
    /// again has the other kind of connection.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="runs">Number of cells.</param>
    /// <param name="rounds">Rounds of a run; the fault begins in one of them, but not in the last.</param>
    /// <param name="isAsked">The faults and moments that are wanted.</param>
    public static IEnumerable<ChaosCell> Of(ulong seed, int runs, int rounds, Func<ChaosFault, ChaosMoment, bool> isAsked)
    {
        var none = new ChaosCell(ChaosFault.None, ChaosMoment.Joining, Round: 1, IsSecure: true);
        var laps = from lap in Enumerable.Range(0, runs)
                   from cell in Lap(seed, lap, rounds)
                   where cell.Fault != ChaosFault.None && isAsked(cell.Fault, cell.Moment)
                   select cell;
        return laps.Prepend(none).Take(runs);
    }

    static IEnumerable<ChaosCell> Lap(ulong seed, int lap, int rounds) =>
        from cell in All.Index()
        orderby Key(seed, lap, cell.Index, 0)
        let round = 1 + (int)(Key(seed, lap, cell.Index, 1) % (ulong)(rounds - 1))
        select new ChaosCell(cell.Item.Fault, cell.Item.Moment, round, IsSecureIn(cell.Item.Fault, cell.Index + lap));

    static bool Meets(ChaosFault fault, ChaosMoment moment) => fault switch
    {
        ChaosFault.None or ChaosFault.ClockAhead or ChaosFault.ClockBehind => moment == ChaosMoment.Joining, // and from then on
        ChaosFault.KillClientTwentyTimes => moment == ChaosMoment.Training,
        ChaosFault.KillServerThreeTimes => moment == ChaosMoment.Fetching,
        ChaosFault.FullServerDisk => moment >= ChaosMoment.Uploading,
        ChaosFault.FullClientDisk => moment <= ChaosMoment.Uploading,
        _ => true,
    };

    // a clock that is a day behind is before a certificate's time, which is refused as it should be
    static bool IsSecureIn(ChaosFault fault, int turn) =>
        fault == ChaosFault.Revocation || (turn % 2 == 0 && fault is not (ChaosFault.ClockAhead or ChaosFault.ClockBehind));

    static ulong Key(ulong seed, int lap, int a, int b)
    {
        Span<ulong> words = [seed, (ulong)lap, (ulong)a, (ulong)b];
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(words));
    }
}
