namespace AutoFlip;

/// <summary>Every client has the same number of classes, and the clients of a class have equally many of its samples (by at most one), so
/// that clients differ in size. All samples are used.</summary>
/// <param name="ClassesPerClient">m, at least 1. As many as there are classes makes clients alike.</param>
/// <remarks>
/// Of C classes client k has class k mod C, and m - 1 others at random: each class has a client if there are as many clients as classes.
/// <see cref="PathologicalPartition"/> gives all classes equally many clients instead.
/// <para>Source: quantity-based label imbalance of Li et al. 2022, arXiv:2102.02079, section 4.1 (NIID-Bench's #C = m). Differs: classes
/// that no client has are refused by name; fewer clients than classes may leave some.</para>
/// </remarks>
public sealed record LabelQuantityPartition(int ClassesPerClient) : Partition
{
    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        RequireSamples(input.Labels.Length, clients);
        var byClass = RowsByClass(input.Labels, input.Classes, random).Where(rows => rows.Length > 0).ToArray();
        RequireClasses(ClassesPerClient, byClass.Length);
        List<int>[] holders = [.. byClass.Select(_ => new List<int>())];
        for (var client = 0; client < clients; client++)
            foreach (var one in Choose(client % byClass.Length, byClass.Length, random)) holders[one].Add(client);
        if (holders.Any(all => all.Count == 0))
            throw Refused($"enough that each of {byClass.Length} classes is one of the {clients} clients', or more clients");

        List<int>[] assigned = [.. Enumerable.Range(0, clients).Select(_ => new List<int>())];
        foreach (var (rows, all) in byClass.Zip(holders))
            foreach (var (client, part) in all.Zip(Split(rows, all.Count))) assigned[client].AddRange(part);
        return assigned.All(rows => rows.Count > 0)
            ? [.. assigned.Select(rows => rows.ToArray())]
            : throw Refused("a larger one, or fewer clients: a class has fewer samples than clients");
    }

    IEnumerable<int> Choose(int first, int classes, KeyedRandom random)
    {
        int[] others = [.. Enumerable.Range(0, classes).Where(one => one != first)];
        random.Shuffle(others.AsSpan());
        return others.Take(ClassesPerClient - 1).Prepend(first);
    }

    AutoFlipException Refused(string accepted) => AutoFlipException.BadRequest(
        ExperimentOptions.Of(nameof(ClassesPerClient)).Refusal(ClassesPerClient, accepted));
}
