namespace AutoFlip;

/// <summary>Arithmetic that folds and algorithms share.</summary>
static class ServerStep
{
    /// <summary>‖a - b‖², summed in double: it is finite for all finite floats.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }

    /// <summary>w + η (mean - w). Running statistics become the mean's, whatever η: a longer step could take a variance below
    /// zero.</summary>
    /// <param name="old">w.</param>
    /// <param name="mean">Where clients are, on average.</param>
    /// <param name="rate">η. 1 gives the mean, to the bit.</param>
    public static Weights Towards(this Weights old, Weights mean, double rate)
    {
        if (rate == 1) return mean;
        var next = mean.ToArray();
        for (var i = 0; i < old.Layout.ParameterCount; i++) next[i] = (float)(old.Values[i] + rate * (next[i] - old.Values[i]));
        return new(old.Layout, next);
    }
}
