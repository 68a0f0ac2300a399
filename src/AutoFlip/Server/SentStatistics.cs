namespace AutoFlip;

/// <summary>The statistics of batch normalisation that clients return in a round: their places, and which values are accepted.</summary>
/// <remarks>Made once a round: it passes through all values of the network.</remarks>
sealed class SentStatistics
{
    /// <summary>Largest magnitude of a statistic: its square is still finite in float32.</summary>
    const float Largest = 1e18f;

    readonly bool[] _areVariances; // of the network's statistics

    /// <summary>Finds them.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="sent">Places of the replies' values in the full vector.</param>
    public SentStatistics(Network network, Mask sent)
    {
        First = network.Layout.ParameterCount;
        _areVariances = new bool[network.Layout.Count - First];
        foreach (var statistics in NormStatistics.Of(network))
            _areVariances.AsSpan(statistics.Variance.Offset - First, statistics.Variance.Length).Fill(true);
        Places = [.. Enumerable.Range(0, _areVariances.Length).Where(place => sent.Values[First + place])];
    }

    /// <summary>Place of the network's first statistic in the full vector.</summary>
    public int First { get; }

    /// <summary>Statistics of the network.</summary>
    public int Count => _areVariances.Length;

    /// <summary>Places of the sent statistics among those of the network.</summary>
    public int[] Places { get; }

    /// <summary>Reason why a reply's statistics cannot be used, as a sentence; null if they can.</summary>
    /// <param name="values">One for each place.</param>
    public string? Refuses(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < Places.Length; i++)
        {
            if (Math.Abs(values[i]) > Largest) return $"it returned {values[i]:R} as a statistic of batch normalisation.";
            if (values[i] < 0 && _areVariances[Places[i]]) return $"it returned {values[i]:R} as a variance.";
        }
        return null;
    }
}
