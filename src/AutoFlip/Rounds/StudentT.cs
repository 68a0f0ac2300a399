namespace AutoFlip;

/// <summary>Student's t distribution.</summary>
static class StudentT
{
    /// <summary>The 97.5 % quantile: half of a 95 % interval is this many standard errors.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    /// <remarks>Exact for 1 and 2 degrees; otherwise the root of the distribution function, by bisection. The function is the finite sum of
    /// Abramowitz and Stegun 26.7.3 and 26.7.4. Cost: 50 sums of degrees / 2 terms.</remarks>
    public static double Quantile975(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        var (low, high) = (1.9, 13.0); // the normal distribution's is 1.96, that of one degree 12.71
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            if (WithinProbability(middle, degrees) < 0.95) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>The probability of a value in (-t, t).</summary>
    internal static double WithinProbability(double t, int degrees)
    {
        var angle = Math.Atan(t / Math.Sqrt(degrees));
        var (sine, cosine) = Math.SinCos(angle);
        var isOdd = degrees % 2 == 1;
        double term = isOdd ? cosine : 1, sum = degrees == 1 ? 0 : term;
        for (var k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) sum += term *= cosine * cosine * (k - 1) / k;
        return isOdd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
    }
}
