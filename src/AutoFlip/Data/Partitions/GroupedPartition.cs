namespace AutoFlip;

/// <summary>Owners of samples in random order are put together into K clients, whose numbers of owners differ by at most one.</summary>
/// <remarks>Source: Flower Datasets' GroupedNaturalIdPartitioner, which has the size of a group as its parameter instead of K.</remarks>
public sealed record GroupedPartition : Partition
{
    /// <inheritdoc/>
    public override bool KeepsOwners => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        var owned = new NaturalPartition().Assign(input, clients, random);
        if (clients < 1 || clients > owned.Length)
        {
            throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.Clients)).Refusal(
                clients, $"1 to {owned.Length}, the owners of samples, who are put together into clients"));
        }
        return [.. Split(random.Permutation(owned.Length), clients)
            .Select(group => group.Order().SelectMany(owner => owned[owner]).ToArray())];
    }
}
