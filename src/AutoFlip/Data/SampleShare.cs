namespace AutoFlip;

/// <summary>Uses only a share of the training samples.</summary>
public static class SampleShare
{
    /// <summary>Draws which samples to keep.</summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="fraction">Share to keep, in (0, 1]; 1 keeps all and draws nothing.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>Rows, ascending: int(n fraction) of them, or more where that is needed to keep one of every class that occurs.</returns>
    /// <exception cref="AutoFlipException">The fraction is out of range (exit 2).</exception>
    public static int[] Keep(ReadOnlySpan<int> labels, int classes, double fraction, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Experiment.SampleFraction), fraction);
        if (fraction == 1) return [.. Enumerable.Range(0, labels.Length)];

        var seen = new bool[classes];
        List<int> first = [], others = [];
        foreach (var row in random.Permutation(labels.Length))
        {
            (seen[labels[row]] ? others : first).Add(row);
            seen[labels[row]] = true;
        }
        var more = Math.Max((int)(labels.Length * fraction + 1e-9) - first.Count, 0); // 1e-9: 0.29 of 100 is 29
        return [.. first.Concat(others.Take(more)).Order()];
    }

    /// <summary>Draws whose samples to keep: all of some owners'.</summary>
    /// <param name="owners">The owner of each sample.</param>
    /// <param name="fraction">Share to keep, in (0, 1].</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>Rows, ascending: those of owners in random order until at least int(n fraction) of n
    /// samples, and one owner, are kept.</returns>
    /// <exception cref="AutoFlipException">The fraction is out of range (exit 2).</exception>
    public static int[] KeepOwners(ReadOnlySpan<int> owners, double fraction, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Experiment.SampleFraction), fraction);
        var samples = new SortedDictionary<int, int>();
        foreach (var owner in owners) samples[owner] = samples.GetValueOrDefault(owner) + 1;
        int[] order = [.. samples.Keys];
        random.Shuffle(order.AsSpan());
        var wanted = (int)(owners.Length * fraction + 1e-9);
        var kept = new HashSet<int>();
        var have = 0;
        foreach (var owner in order)
        {
            if (kept.Count > 0 && have >= wanted) break;
            kept.Add(owner);
            have += samples[owner];
        }
        var rows = new List<int>(have);
        for (var row = 0; row < owners.Length; row++)
            if (kept.Contains(owners[row])) rows.Add(row);
        return [.. rows];
    }
}
