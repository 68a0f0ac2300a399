namespace AutoFlip;

/// <summary>Assigns samples at random in parts of very different sizes; all are used, and every client gets at least one.</summary>
/// <remarks>
/// A client with share s of n samples gets floor(s n), and at least one; what is then left over, or was given too much, is the
/// largest client's. (Flower Datasets 0.5, whose linear, square and exponential partitioners these are, refuses where a client would
/// get none. Otherwise sizes are equal.) Classes are assigned at random: only quantities are skewed.
/// </remarks>
public abstract record QuantityPartition : Partition
{
    /// <inheritdoc/>
    public sealed override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        RequireSamples(input.Labels.Length, clients);
        return Split(random.Permutation(input.Labels.Length), Sizes(Shares(clients, random), input.Labels.Length));
    }

    /// <summary>Each client's share, at least 0; they sum to 1.</summary>
    private protected abstract double[] Shares(int clients, KeyedRandom random);

    /// <summary>Whole numbers of at least 1 that sum to <paramref name="total"/>, which is at least as many as there are shares.</summary>
    static int[] Sizes(double[] shares, int total)
    {
        var sizes = Array.ConvertAll(shares, share => Math.Max((int)(share * total), 1));
        var missing = total - sizes.Sum();
        if (missing >= 0)
        {
            sizes[Array.LastIndexOf(shares, shares.Max())] += missing;
            return sizes;
        }
        // ties: the later client
        var largest = new PriorityQueue<int, (int, int)>(sizes.Select((size, client) => (client, (-size, -client))));
        for (; missing < 0; missing++)
        {
            var client = largest.Dequeue();
            sizes[client]--;
            largest.Enqueue(client, (-sizes[client], -client));
        }
        return sizes;
    }
}

/// <summary>Client k = 1 .. K has a share proportional to a power of k.</summary>
/// <param name="Power">1: linear; 2: square.</param>
/// <remarks>Source: Flower Datasets' LinearPartitioner and SquarePartitioner.</remarks>
public sealed record PowerPartition(int Power) : QuantityPartition
{
    private protected override double[] Shares(int clients, KeyedRandom random)
    {
        var shares = Enumerable.Range(1, clients).Select(k => Math.Pow(k, Power)).ToArray();
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }
}

/// <summary>Client k = 1 .. K has a share proportional to e^k: the last one has nearly two thirds, the one before a quarter.</summary>
/// <remarks>Source: Flower Datasets' ExponentialPartitioner. Computed as e^(k-K), which cannot overflow (Flower's
/// does from 710 clients on).</remarks>
public sealed record ExponentialPartition : QuantityPartition
{
    private protected override double[] Shares(int clients, KeyedRandom random)
    {
        var shares = Enumerable.Range(1, clients).Select(k => Math.Exp(k - clients)).ToArray();
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }
}

/// <summary>Clients' shares are one draw from a Dirichlet distribution.</summary>
/// <param name="Concentration">alpha, above 0. Small: a few clients have nearly everything; large: clients have equally much.</param>
/// <remarks>Source: the quantity skew of Li et al. 2022, arXiv:2102.02079, section 4.3. There a client may end up with nothing.</remarks>
public sealed record DirichletQuantityPartition(double Concentration) : QuantityPartition
{
    private protected override double[] Shares(int clients, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Concentration), Concentration);
        return DirichletDraw.Shares(Concentration, clients, random);
    }
}
