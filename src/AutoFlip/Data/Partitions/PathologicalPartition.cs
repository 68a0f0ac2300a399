namespace AutoFlip;

/// <summary>Every client gets exactly the same number of distinct classes, one shard of each.</summary>
/// <param name="ClassesPerClient">m, at least 1. As many as there are classes makes clients alike.</param>
/// <remarks>
/// The samples of every class are shuffled and cut into shards whose sizes differ by at most one; all samples of all classes are
/// assigned. Classes have K m / C shards each; a remainder goes to classes at random, and a class with fewer samples than that has one
/// shard per sample while others have more. Clients, in random order, choose uniformly among the classes with shards left, but always
/// take a class with as many shards as clients are left. So after each client the remaining shards can still be assigned without
/// giving any client a class twice.
/// <para>Differs from the reference, which needs K m to be a multiple of C and can leave the last clients with fewer classes.</para>
/// </remarks>
public sealed record PathologicalPartition(int ClassesPerClient) : Partition
{
    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        RequireSamples(input.Labels.Length, clients);
        var byClass = RowsByClass(input.Labels, input.Classes, random).Where(rows => rows.Length > 0).ToArray();
        var shards = byClass.Zip(ShardCounts([.. byClass.Select(rows => rows.Length)], clients, random), Split).ToArray();
        foreach (var shardsOfClass in shards) random.Shuffle(shardsOfClass.AsSpan());

        var left = shards.Select(shardsOfClass => shardsOfClass.Length).ToArray();
        var order = random.Permutation(clients);
        var assigned = new int[clients][];
        for (var i = 0; i < clients; i++)
            assigned[order[i]] = [.. Choose(left, clients - i, random).SelectMany(c => shards[c][--left[c]])];
        return assigned;
    }

    /// <summary>Number of shards of each class: K m in all, each at least 1, at most K and at most the class's samples.</summary>
    int[] ShardCounts(int[] samples, int clients, KeyedRandom random)
    {
        RequireClasses(ClassesPerClient, samples.Length);
        var slots = (long)clients * ClassesPerClient;
        if (slots < samples.Length)
        {
            throw AutoFlipException.BadRequest(
                $"Experiment.ClassesPerClient {ClassesPerClient}: {clients} clients then hold {slots} of {samples.Length} classes, "
                + "and the others would be left out; raise it or Experiment.Clients.");
        }
        if (samples.Sum(count => (long)Math.Min(count, clients)) < slots)
        {
            throw AutoFlipException.BadRequest(
                $"Experiment.ClassesPerClient {ClassesPerClient}: there are too few training samples of some classes "
                + $"to give {clients} clients that many each; lower it or Experiment.Clients, or raise Experiment.SampleFraction.");
        }

        // Level by level: classes that are full drop out, the last level goes to some at random.
        var counts = new int[samples.Length];
        while (true)
        {
            var open = Enumerable.Range(0, samples.Length).Where(c => counts[c] < Math.Min(samples[c], clients)).ToArray();
            if (slots == 0) return counts;
            if (slots < open.Length)
            {
                random.Shuffle(open.AsSpan());
                foreach (var c in open.AsSpan(0, (int)slots)) counts[c]++;
                return counts;
            }
            var level = (int)Math.Min(slots / open.Length, open.Min(c => Math.Min(samples[c], clients) - counts[c]));
            foreach (var c in open) counts[c] += level;
            slots -= (long)level * open.Length;
        }
    }

    /// <summary>One client's classes, ascending.</summary>
    int[] Choose(int[] left, int clientsLeft, KeyedRandom random)
    {
        var forced = Enumerable.Range(0, left.Length).Where(c => left[c] == clientsLeft).ToArray();
        var free = Enumerable.Range(0, left.Length).Where(c => left[c] > 0 && left[c] < clientsLeft).ToArray();
        random.Shuffle(free.AsSpan());
        return [.. forced.Concat(free.Take(ClassesPerClient - forced.Length)).Order()];
    }
}
