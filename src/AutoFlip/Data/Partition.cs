namespace AutoFlip;

/// <summary>A rule that deals samples to clients.</summary>
public abstract record Partition
{
    /// <summary>Deals samples to clients. No sample is dealt twice; every client gets at least one.</summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="clients">Number of clients K.</param>
    /// <param name="random">The stream of <see cref="Purpose.Partition"/>.</param>
    /// <returns>Per client the indices of its samples.</returns>
    /// <exception cref="AutoFlipException">This cannot be done (exit 2): the message names the option to change.</exception>
    public abstract int[][] Deal(ReadOnlySpan<int> labels, int classes, int clients, KeyedRandom random);
}
