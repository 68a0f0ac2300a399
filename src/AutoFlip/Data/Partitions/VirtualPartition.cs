namespace AutoFlip;

/// <summary>A rule under which a client's samples are computed when it takes part: as many clients as asked for, each with equally many
/// samples, none of them twice. Clients share samples once all together have more than there are.</summary>
/// <param name="SamplesPerClient">m, held-out ones included; at least 1 and at most all.</param>
/// <remarks>Memory does not grow with the number of clients. A sample that one client holds out may be another's for training: figures of
/// held-out samples are optimistic, those of the server's test set are not.</remarks>
public abstract record VirtualPartition(int SamplesPerClient) : Partition
{
    /// <summary>Prepares to compute the samples of clients.</summary>
    /// <param name="input">The samples.</param>
    /// <param name="random">The stream of <see cref="Purpose.Partition"/>.</param>
    /// <returns>The indices of a client's samples; may be called from several threads.</returns>
    /// <exception cref="AutoFlipException">There are fewer samples than a client has (exit 2).</exception>
    public Func<int, int[]> Plan(PartitionInput input, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(SamplesPerClient), SamplesPerClient);
        return SamplesPerClient <= input.Labels.Length
            ? PlanOf(input, random)
            : throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(SamplesPerClient)).Refusal(
                SamplesPerClient, $"1 to {input.Labels.Length}, the training samples"));
    }

    /// <inheritdoc/>
    /// <remarks>All clients are computed: cost and memory by clients. A sample may go to several.</remarks>
    public sealed override int[][] Assign(PartitionInput input, int clients, KeyedRandom random) =>
        [.. Enumerable.Range(0, clients).Select(Plan(input, random))];

    private protected abstract Func<int, int[]> PlanOf(PartitionInput input, KeyedRandom random);
}

/// <summary>Virtual clients that are alike: each of them has m samples drawn at random.</summary>
/// <remarks>The clients' samples are consecutive parts of random orders of all samples, n / m clients (rounded down) in each order. So
/// the first n / m clients share nothing, and no sample is more than once in an order. Source of the idea: McMahan et al.
/// 2017 (arXiv 1602.05629), section 3, IID, beyond one pass over the data.</remarks>
public sealed record VirtualIidPartition(int SamplesPerClient) : VirtualPartition(SamplesPerClient)
{
    private protected override Func<int, int[]> PlanOf(PartitionInput input, KeyedRandom random)
    {
        var (samples, seeds) = (input.Labels.Length, new Seeds(random.NextUInt64()));
        var clientsInOrder = samples / SamplesPerClient;
        return client =>
        {
            var (order, place) = Math.DivRem(client, clientsInOrder);
            var permutation = new KeyedPermutation(samples, seeds.For(Purpose.Partition, part: order).NextUInt64());
            var rows = new int[SamplesPerClient];
            for (var i = 0; i < rows.Length; i++) rows[i] = permutation[place * SamplesPerClient + i];
            return rows;
        };
    }
}

/// <summary>Virtual clients of classes mixed by a Dirichlet distribution.</summary>
/// <param name="Concentration">alpha, above 0. Small: few classes per client; large: clients are alike.</param>
/// <param name="SamplesPerClient">m, held-out ones included; at least 1 and at most all.</param>
/// <remarks>A client draws p from Dir(alpha) over the classes and takes m samples accordingly (largest remainders), drawn at random
/// within a class. Where a class has too few, the rest is drawn again over the other classes. No draw depends on another client.
/// Source: Hsu et al. 2019 (arXiv 1909.06335), which also draws p per client, with a uniform prior.</remarks>
public sealed record VirtualDirichletPartition(double Concentration, int SamplesPerClient) : VirtualPartition(SamplesPerClient)
{
    /// <inheritdoc/>
    public override bool IsByClass => true;

    private protected override Func<int, int[]> PlanOf(PartitionInput input, KeyedRandom random)
    {
        ExperimentOptions.Require(nameof(Concentration), Concentration);
        var byClass = RowsByClass(input.Labels, input.Classes, random);
        var seeds = new Seeds(random.NextUInt64());
        return client =>
        {
            var draw = seeds.For(Purpose.Partition, client: client);
            SparseShuffle[] left = [.. byClass.Select(rows => new SparseShuffle(rows.Length))];
            var rows = new List<int>(SamplesPerClient);
            while (rows.Count < SamplesPerClient)
            {
                var open = Enumerable.Range(0, left.Length).Where(c => left[c].Count > 0).ToArray();
                var shares = DirichletDraw.Apportion(
                    DirichletDraw.Shares(Concentration, open.Length, draw), SamplesPerClient - rows.Count);
                foreach (var (c, share) in open.Zip(shares))
                    for (var taken = Math.Min(share, left[c].Count); taken > 0; taken--) rows.Add(byClass[c][left[c].Next(draw)]);
            }
            return [.. rows];
        };
    }

    /// <summary>Draws of 0 .. n - 1 without replacement. Memory: by draws.</summary>
    sealed class SparseShuffle(int count)
    {
        readonly Dictionary<int, int> _moved = [];

        public int Count { get; private set; } = count;

        public int Next(KeyedRandom random)
        {
            var at = random.Next(Count--);
            var drawn = _moved.GetValueOrDefault(at, at);
            _moved[at] = _moved.GetValueOrDefault(Count, Count); // the last one takes its place
            return drawn;
        }
    }
}
