namespace AutoFlip;

/// <summary>One client's samples, as rows of the shared training set.</summary>
/// <param name="Train">What it trains on, in random order; at least one.</param>
/// <param name="HeldOut">What it evaluates on, in random order; may be empty.</param>
public sealed record ClientRows(ReadOnlyMemory<int> Train, ReadOnlyMemory<int> HeldOut);

/// <summary>Cuts a client's samples into a training and a held-out part.</summary>
public static class HoldOut
{
    /// <summary>Holds out int(n fraction) of n samples, chosen at random, but never the last one left for training.</summary>
    /// <param name="rows">The client's samples; at least one. Not changed.</param>
    /// <param name="fraction">Share to hold out, in [0, 0.9].</param>
    /// <param name="random">The client's stream of <see cref="Purpose.HoldOut"/>.</param>
    /// <exception cref="AutoFlipException">The fraction is out of range (exit 2).</exception>
    public static ClientRows Cut(ReadOnlySpan<int> rows, double fraction, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Experiment.TestFraction), fraction);
        ArgumentOutOfRangeException.ThrowIfZero(rows.Length, nameof(rows));
        var shuffled = rows.ToArray();
        random.Shuffle(shuffled.AsSpan());
        var train = rows.Length - (int)(rows.Length * fraction + 1e-9); // 1e-9: 0.29 of 100 is 29
        return new ClientRows(shuffled.AsMemory(0, train), shuffled.AsMemory(train));
    }
}
