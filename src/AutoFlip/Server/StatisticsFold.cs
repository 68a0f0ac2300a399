namespace AutoFlip;

/// <summary>Statistics of batch normalisation over the samples of several clients, from those of each client
/// (<see cref="PooledStatistics"/>).</summary>
/// <param name="network">The full model.</param>
/// <param name="sent">Places of the replies' values in the full vector.</param>
sealed class StatisticsFold(Network network, Mask sent)
{
    /// <summary>Largest magnitude of a statistic: its square is still finite in float32.</summary>
    const float Largest = 1e18f;

    readonly PooledStatistics _pooled = new(network);
    readonly int[] _places = PlacesIn(network, sent);
    readonly double[] _statistics = new double[network.Layout.Count - network.Layout.ParameterCount]; // what is not sent stays 0

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

    /// <summary>Reason why a reply's statistics cannot be used, as a sentence; null if they can.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="sent">Places of the values in the full vector.</param>
    /// <param name="values">As many as are due.</param>
    public static string? Refuses(Network network, Mask sent, ReadOnlySpan<float> values)
    {
        var places = PlacesIn(network, sent);
        var variances = NormStatistics.Of(network).SelectMany(statistics =>
            Enumerable.Range(statistics.Variance.Offset - network.Layout.ParameterCount, statistics.Variance.Length)).ToHashSet();
        for (var i = 0; i < places.Length; i++)
        {
            if (Math.Abs(values[i]) > Largest) return $"it returned {values[i]:R} as a statistic of batch normalisation.";
            if (values[i] < 0 && variances.Contains(places[i])) return $"it returned {values[i]:R} as a variance.";
        }
        return null;
    }

    /// <summary>Adds a reply that has a result.</summary>
    public void Add(ClientReply reply)
    {
        for (var i = 0; i < _places.Length; i++) _statistics[_places[i]] = reply.Values[i];
        _pooled.Add(_statistics, reply.Examples);
        Count++;
    }

    /// <summary>The model with the statistics of all replies, of which there is at least one; those that were not sent stay.</summary>
    public Weights In(Weights model)
    {
        var (values, total, first) = (model.ToArray(), _pooled.Total(), network.Layout.ParameterCount);
        foreach (var place in _places) values[first + place] = total[place];
        return new(model.Layout, values);
    }

    /// <summary>Places of the statistics that are sent, among all statistics.</summary>
    static int[] PlacesIn(Network network, Mask sent)
    {
        var first = network.Layout.ParameterCount;
        return [.. Enumerable.Range(0, network.Layout.Count - first).Where(place => sent.Values[first + place])];
    }
}
