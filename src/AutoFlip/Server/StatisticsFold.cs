namespace AutoFlip;

/// <summary>Statistics of batch normalisation over the samples of several clients, from those of each client
/// (<see cref="PooledStatistics"/>).</summary>
/// <param name="network">The full model.</param>
/// <param name="sent">The statistics in the replies.</param>
sealed class StatisticsFold(Network network, SentStatistics sent)
{
    readonly PooledStatistics _pooled = new(network);
    readonly double[] _statistics = new double[sent.Count]; // what is not sent stays 0

    /// <summary>Replies added.</summary>
    public int Count { get; private set; }

    /// <summary>Tests whether clients compute statistics before evaluations of a run: there are some, and they travel.</summary>
    public static bool IsNeeded(Experiment experiment, FederatedAlgorithm algorithm, Network network)
    {
        if (!experiment.StaticBatchNorm) return false;
        var travels = algorithm.Travels(network);
        return NormStatistics.Of(network).Any(statistics => travels[statistics.Mean.Offset]);
    }

    /// <summary>Tests whether so many replies may replace the averaged statistics, which come from a cohort.</summary>
    public static bool IsEnough(Experiment experiment, int replies) => replies >= experiment.CohortSize;

    /// <summary>Adds a reply that has a result.</summary>
    public void Add(ClientReply reply)
    {
        for (var i = 0; i < sent.Places.Length; i++) _statistics[sent.Places[i]] = reply.Values[i];
        _pooled.Add(_statistics, reply.Examples);
        Count++;
    }

    /// <summary>The model with the statistics of all replies, of which there is at least one; those that were not sent stay.</summary>
    public Weights In(Weights model)
    {
        var (values, total) = (model.ToArray(), _pooled.Total());
        foreach (var place in sent.Places) values[sent.First + place] = total[place];
        return new(model.Layout, values);
    }
}
