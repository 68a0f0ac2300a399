namespace AutoFlip;

/// <summary>Every owner of samples is a client: the data set's own clients, in the order of their names.</summary>
public sealed record NaturalPartition : Partition
{
    /// <inheritdoc/>
    public override bool KeepsOwners => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        var rows = new SortedDictionary<int, List<int>>();
        foreach (var owner in RequireOwners(input)) rows.TryAdd(owner, []);
        for (var row = 0; row < input.Owners.Length; row++) rows[input.Owners[row]].Add(row);
        return [.. rows.Values.Select(own => own.ToArray())];
    }
}
