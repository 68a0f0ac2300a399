namespace AutoFlip;

/// <summary>Statistics of batch normalisation over several sets of samples, from those of each: of the batches of a client, and of the
/// clients of a federation.</summary>
/// <param name="network">The network that has them.</param>
/// <remarks>By the law of total variance, so that the distances between sets are a part of it. With shares p_k of the samples:
/// mean = Σ p_k mean_k, variance = Σ p_k (variance_k + mean_k²) - mean². Cost: 16 bytes per statistic.</remarks>
sealed class PooledStatistics(Network network)
{
    readonly int _first = network.Layout.ParameterCount;
    readonly double[] _sums = new double[network.Layout.Count - network.Layout.ParameterCount];
    readonly double[] _squares = new double[network.Layout.Count - network.Layout.ParameterCount];
    long _samples;

    /// <summary>Adds a set.</summary>
    /// <param name="statistics">In the order of the network's.</param>
    /// <param name="samples">Samples of the set.</param>
    public void Add(ReadOnlySpan<double> statistics, int samples)
    {
        for (var i = 0; i < statistics.Length; i++)
        {
            var weighted = samples * statistics[i];
            _sums[i] += weighted;
            _squares[i] += weighted * statistics[i];
        }
        _samples += samples;
    }

    /// <summary>Statistics of all sets together, of which there is at least one, in the order of the network's.</summary>
    public float[] Total()
    {
        var total = new float[_sums.Length];
        foreach (var (mean, variance, _) in NormStatistics.Of(network))
        {
            for (var i = 0; i < mean.Length; i++)
            {
                var (m, v) = (mean.Offset + i - _first, variance.Offset + i - _first);
                var average = _sums[m] / _samples;
                var between = Math.Max(_squares[m] / _samples - average * average, 0); // rounding may take it below
                (total[m], total[v]) = ((float)average, (float)(_sums[v] / _samples + between));
            }
        }
        return total;
    }
}
