namespace AutoFlip;

/// <summary>Assigns samples at random to clients in parts of equal size: all are used, sizes differ by at most one.</summary>
public sealed record IidPartition : Partition
{
    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        RequireSamples(input.Labels.Length, clients);
        return Split(random.Permutation(input.Labels.Length), clients);
    }
}

/// <summary>
/// Assigns samples at random, then each client keeps only the first int(n u) of its n samples, u from U[0.95, 0.99], and at least one.
/// </summary>
/// <remarks>The reference's rule; it is hardly unbalanced. Dropped samples belong to no client.</remarks>
public sealed record UnbalancedPartition : Partition
{
    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random) =>
    [
        .. new IidPartition().Assign(input, clients, random)
            .Select(rows => rows[..Math.Max((int)(rows.Length * random.NextDouble(0.95, 0.99)), 1)]),
    ];
}
