namespace AutoFlip;

/// <summary>Clients differ in the appearance of their samples, not in their classes: each gets similar samples of every class.</summary>
/// <remarks>
/// Samples become points of at most <see cref="Components"/> coordinates (<see cref="PrincipalComponents"/>). Within each class the
/// points are put into K clusters (<see cref="Cluster.Of"/>), of which every client gets one: for the first class, drawn at random, any;
/// for each further class, in random order, such that the sum over clients of KL(theirs of the class before, theirs of this class) is
/// least (<see cref="Assignment"/>), both taken for normal distributions. A class of fewer than K samples has one cluster per sample; its
/// clusters go first to clients without samples, so that every client gets some.
/// <para>Source: Yuan et al. 2022, arXiv:2110.14216, section 5 (and the semantic partitioner in Flower's repository). Differs: those look
/// at images through a pre-trained EfficientNet, of which there is none here: likeness is one of standardised values (pixels, columns), not
/// of meaning, and works for tables too. Clusters are k-means rather than Gaussian mixtures with full covariances, and normal distributions
/// are diagonal. (docs/decisions/0023.)</para>
/// <para>Cost: time n K d for n samples of d coordinates, times at most <see cref="Cluster.Passes"/>, and C K^3 for C classes.</para>
/// </remarks>
public sealed record SemanticPartition : Partition
{
    /// <summary>Principal components that samples are compared by.</summary>
    public const int Components = 16;

    const double Empty = -1; // less than any divergence: who has nothing comes first

    /// <inheritdoc/>
    public override bool IsByClass => true;

    /// <inheritdoc/>
    public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
    {
        RequireSamples(input.Labels.Length, clients);
        if (input.Samples is not { Vocabulary: null } samples)
        {
            throw AutoFlipException.BadRequest(
                "Experiment.Partition semantic: samples of this data set are no points that could be near each other; "
                + "choose iid, patho or diri.");
        }
        var points = PrincipalComponents.Of(samples, Components, random);
        var byClass = RowsByClass(input.Labels, input.Classes, random).Where(rows => rows.Length > 0).ToArray();
        random.Shuffle(byClass.AsSpan());

        List<int>[] assigned = [.. Enumerable.Range(0, clients).Select(_ => new List<int>())];
        var latest = new Cluster?[clients];
        foreach (var rows in byClass)
        {
            var clusters = Cluster.Of(points, rows, Math.Min(clients, rows.Length), random);
            var owner = Assignment.Cheapest([.. clusters.Select(cluster =>
                latest.Select(theirs => theirs?.DivergenceTo(cluster) ?? Empty).ToArray())]);
            for (var i = 0; i < clusters.Length; i++)
            {
                latest[owner[i]] = clusters[i];
                assigned[owner[i]].AddRange(clusters[i].Rows);
            }
        }
        return [.. assigned.Select(rows => rows.ToArray())];
    }
}
