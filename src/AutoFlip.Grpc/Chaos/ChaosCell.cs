namespace AutoFlip.Grpc;

/// <summary>Faults of chaos runs.</summary>
public enum ChaosFault
{
    /// <summary>The client process is killed and started again.</summary>
    KillClient,

    /// <summary>The server process is killed, and the run resumed.</summary>
    KillServer,

    /// <summary>Both.</summary>
    KillBoth,

    /// <summary>The client's connections are reset.</summary>
    Reset,

    /// <summary>The direction to the server is ended.</summary>
    HalfClose,

    /// <summary>Nothing crosses for two seconds.</summary>
    ShortInterruption,

    /// <summary>Nothing crosses until a round was closed without the client.</summary>
    LongInterruption,

    /// <summary>Data are cut off and bits flipped on new connections for two seconds.</summary>
    Damage,
}

/// <summary>Moments at which a fault begins.</summary>
public enum ChaosMoment
{
    /// <summary>The client has connected.</summary>
    Joining,

    /// <summary>A task has been opened.</summary>
    Fetching,

    /// <summary>The client trains.</summary>
    Training,

    /// <summary>A part of its reply is at the server.</summary>
    Uploading,

    /// <summary>Its reply is stored, and it has no receipt yet.</summary>
    BeforeReceipt,

    /// <summary>All replies of a round are stored.</summary>
    BeforeCommit,

    /// <summary>A round is committed.</summary>
    AfterCommit,
}

/// <summary>A fault at a moment of a round.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="Moment">The moment.</param>
/// <param name="Round">The round.</param>
public sealed record ChaosCell(ChaosFault Fault, ChaosMoment Moment, int Round)
{
    /// <summary>The first cells of a seed: every fault at every moment once, in a keyed order, then all of them again.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="runs">Number of cells.</param>
    /// <param name="rounds">Rounds of a run; the fault begins in one of them, but not in the last.</param>
    public static IEnumerable<ChaosCell> Of(ulong seed, int runs, int rounds)
    {
        var all = Enum.GetValues<ChaosFault>()
            .SelectMany(fault => Enum.GetValues<ChaosMoment>().Select(moment => (fault, moment))).ToArray();
        for (var run = 0; run < runs; run++)
        {
            var lap = run / all.Length;
            var order = all.OrderBy(cell => Key(seed, lap, (int)cell.fault, (int)cell.moment));
            var (fault, moment) = order.ElementAt(run % all.Length);
            yield return new(fault, moment, 1 + (int)(Key(seed, lap, run, 0) % (ulong)(rounds - 1)));
        }
    }

    static ulong Key(ulong seed, int lap, int a, int b)
    {
        Span<ulong> words = [seed, (ulong)lap, (ulong)a, (ulong)b];
        return System.IO.Hashing.XxHash3.HashToUInt64(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words));
    }
}
