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

    /// <summary>Every client needs a sample of its own.</summary>
    private protected static void RequireSamples(int samples, int clients)
    {
        if (clients < 1) throw AutoFlipException.BadRequest($"--clients {clients}: give 1 or more.");
        if (samples < clients)
        {
            throw AutoFlipException.BadRequest(
                $"--clients {clients}: there are only {samples} training samples, and every client needs one of its own; " +
                "lower --clients or raise --sample-fraction.");
        }
    }

    /// <summary>Cuts into consecutive parts whose sizes differ by at most one; the first ones are the larger ones.</summary>
    private protected static int[][] Split(int[] rows, int parts)
    {
        int size = rows.Length / parts, larger = rows.Length % parts;
        var split = new int[parts][];
        for (int part = 0, from = 0; part < parts; part++)
        {
            var to = from + size + (part < larger ? 1 : 0);
            split[part] = rows[from..to];
            from = to;
        }
        return split;
    }

    /// <summary>The rows of each class, shuffled.</summary>
    private protected static int[][] RowsByClass(ReadOnlySpan<int> labels, int classes, KeyedRandom random)
    {
        var byClass = new List<int>[classes];
        for (var c = 0; c < classes; c++) byClass[c] = [];
        for (var row = 0; row < labels.Length; row++) byClass[labels[row]].Add(row);
        int[][] shuffled = [.. byClass.Select(rows => rows.ToArray())];
        foreach (var rows in shuffled) random.Shuffle(rows.AsSpan());
        return shuffled;
    }
}
