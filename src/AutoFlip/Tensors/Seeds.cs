namespace AutoFlip;

/// <summary>Purpose of a random stream. The numbers are part of every run's identity: never change one, only add.</summary>
public enum Purpose
{
    /// <summary>The initial weights w_0.</summary>
    Initialization = 1,

    /// <summary>The partition of samples among clients.</summary>
    Partition = 2,

    /// <summary>Choice of the samples that a client holds out for evaluation.</summary>
    HoldOut = 3,

    /// <summary>Choice of the clients that take part in a round.</summary>
    Cohort = 4,

    /// <summary>Choice of the clients that explore.</summary>
    Explorers = 5,

    /// <summary>A client's order of samples, per local epoch.</summary>
    Shuffle = 6,

    /// <summary>A client's augmentations, per local epoch.</summary>
    Augmentation = 7,

    /// <summary>Dropout.</summary>
    Dropout = 8,

    /// <summary>The random pruner's mask.</summary>
    RandomMask = 9,

    /// <summary>Choice of the clients that evaluate the global model.</summary>
    EvaluationSample = 10,

    // 11 was declared by earlier versions and never drawn from; it is not used again.

    /// <summary>Widths of clients' sub-models.</summary>
    SubModelRate = 12,

    /// <summary>Units of clients' sub-models.</summary>
    SubModelUnits = 13,

    /// <summary>Random rounding of what crosses the wire: per round and work towards clients, per round and
    /// client towards the server.</summary>
    Quantization = 16,

    /// <summary>Local epochs of a client that may be a straggler.</summary>
    Straggler = 19,

    /// <summary>Draws of a pruner from what it has learnt: per round, or per client of an exploration.</summary>
    PrunerDraws = 20,
}

/// <summary>Every generator of a run: f(run seed, purpose, round, client). Nothing reads a global generator.</summary>
/// <param name="Run">The run's seed.</param>
public readonly record struct Seeds(ulong Run)
{
    /// <summary>A fresh stream at its start: the same arguments give the same numbers, on any thread and in any order of calls.</summary>
    /// <param name="purpose">What it is drawn for.</param>
    /// <param name="round">The round, from 1; 0 before the rounds.</param>
    /// <param name="client">The client's number; 0 where none is meant.</param>
    /// <param name="part">Tells several streams of one purpose, round and client apart, for example local epochs; those of a
    /// client's second model are negative.</param>
    public KeyedRandom For(Purpose purpose, int round = 0, int client = 0, int part = 0)
    {
        var key = KeyedRandom.Mix(Run + KeyedRandom.Golden);
        foreach (var word in (ReadOnlySpan<int>)[(int)purpose, round, client, part])
            key = KeyedRandom.Mix((key ^ (uint)word) + KeyedRandom.Golden);
        return new KeyedRandom(key);
    }
}
