namespace AutoFlip;

/// <summary>Statistics of batch normalisation over the samples of several clients, from those of each client.</summary>
/// <param name="network">The full model.</param>
/// <param name="sent">Places of the replies' values in the full vector.</param>
/// <remarks>
/// With p_k = n_k / Σ n: mean = Σ p_k mean_k and variance = Σ p_k (variance_k + mean_k²) - mean², so that the distances between clients
/// are a part of it. Sums are float64. Cost: 21 bytes per statistic and 1 per parameter.
/// </remarks>
sealed class StatisticsFold(Network network, Mask sent)
{
    /// <summary>Largest magnitude of a statistic: its square is still finite in float32.</summary>
    const float Largest = 1e18f;

    readonly int _first = network.Layout.ParameterCount;
    readonly bool[] _variances = VariancesOf(network);
    readonly double[] _sums = new double[network.Layout.Count - network.Layout.ParameterCount];
    readonly double[] _squares = new double[network.Layout.Count - network.Layout.ParameterCount];
    readonly int[] _places =
    [
        .. Enumerable.Range(network.Layout.ParameterCount, network.Layout.Count - network.Layout.ParameterCount)
            .Where(place => sent.Values[place]),
    ];
    long _samples;

    /// <summary>Tests whether clients compute statistics before evaluations of a run: there are some, and they travel.</summary>
    public static bool IsNeeded(Experiment experiment, FederatedAlgorithm algorithm, Network network)
    {
        if (!experiment.StaticBatchNorm) return false;
        var travels = algorithm.Travels(network);
        return NormStatistics.Of(network).Any(statistics => travels[statistics.Mean.Offset]);
    }

    static bool[] VariancesOf(Network network)
    {
        var places = new bool[network.Layout.Count];
        foreach (var (_, variance, _) in NormStatistics.Of(network)) places.AsSpan(variance.Range).Fill(true);
        return places;
    }

    /// <summary>Replies added.</summary>
    public int Count { get; private set; }

    /// <summary>Reason why a reply's statistics cannot be used, as a sentence; null if they can.</summary>
    public string? Refuses(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (Math.Abs(values[i]) > Largest) return $"it returned {values[i]:R} as a statistic of batch normalisation.";
            if (values[i] < 0 && _variances[_places[i]]) return $"it returned {values[i]:R} as a variance.";
        }
        return null;
    }

    /// <summary>Adds a reply that has a result.</summary>
    public void Add(ClientReply reply)
    {
        var values = reply.Values;
        for (var i = 0; i < _places.Length; i++)
        {
            var place = _places[i] - _first;
            var weighted = (double)reply.Examples * values[i];
            _sums[place] += weighted;
            _squares[place] += weighted * values[i];
        }
        _samples += reply.Examples;
        Count++;
    }

    /// <summary>The model with the statistics of all replies, of which there is at least one; those that were not sent stay.</summary>
    public Weights In(Weights model)
    {
        var values = model.ToArray();
        foreach (var place in _places) values[place] = (float)(_sums[place - _first] / _samples);
        foreach (var (mean, variance, _) in NormStatistics.Of(network))
        {
            for (var i = 0; i < mean.Length; i++)
            {
                var (m, v) = (mean.Offset + i - _first, variance.Offset + i - _first);
                if (!sent.Values[mean.Offset + i]) continue;
                var average = _sums[m] / _samples;
                var between = Math.Max(_squares[m] / _samples - average * average, 0); // rounding may take it below
                values[variance.Offset + i] = (float)(_sums[v] / _samples + between);
            }
        }
        return new(model.Layout, values);
    }
}
