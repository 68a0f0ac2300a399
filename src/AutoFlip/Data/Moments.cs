namespace AutoFlip;

/// <summary>Count, mean and spread of numbers: all that a client reveals of a column.</summary>
/// <remarks>As good as count, sum and sum of squares, but exact where the mean is large and the spread small
/// (Welford 1962, Chan et al. 1979).</remarks>
record struct Moments
{
    double _squares; // sum of squared differences to the mean

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean; 0 of none.</summary>
    public double Mean { get; private set; }

    /// <summary>Their standard deviation, sqrt(sum (x - mean)^2 / n); 0 of none.</summary>
    public readonly double Deviation => Count == 0 ? 0 : Math.Sqrt(_squares / Count);

    /// <summary>Adds a number.</summary>
    public void Add(double value)
    {
        Count++;
        var before = value - Mean;
        Mean += before / Count;
        _squares += before * (value - Mean);
    }

    /// <summary>The moments of both together.</summary>
    public static Moments operator +(Moments a, Moments b)
    {
        if (a.Count == 0) return b;
        if (b.Count == 0) return a;
        var (count, apart) = (a.Count + b.Count, b.Mean - a.Mean);
        return new Moments
        {
            Count = count,
            Mean = a.Mean + apart * b.Count / count,
            _squares = a._squares + b._squares + apart * apart * a.Count / count * b.Count,
        };
    }
}
