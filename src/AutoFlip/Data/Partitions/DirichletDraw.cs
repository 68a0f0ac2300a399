namespace AutoFlip;

/// <summary>Draws from symmetric Dirichlet distributions.</summary>
static class DirichletDraw
{
    /// <summary>A draw from Dir(alpha), by gamma variates in logarithms: for small alpha all of them would underflow to 0.</summary>
    /// <param name="concentration">alpha, above 0.</param>
    /// <param name="length">How many shares.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <returns>Shares, each at least 0; they sum to 1.</returns>
    public static double[] Shares(double concentration, int length, KeyedRandom random)
    {
        // log Gamma(a) = log Gamma(a + 1) + log(u) / a. Beyond these bounds draws are one-hot and uniform to the last bit, anyway.
        var alpha = Math.Clamp(concentration, 1e-9, 1e12);
        var shares = new double[length];
        for (var i = 0; i < length; i++)
            shares[i] = Math.Log(random.NextGamma(alpha + 1)) + Math.Log(1 - random.NextDouble()) / alpha;
        var largest = shares.Max();
        for (var i = 0; i < length; i++) shares[i] = Math.Exp(shares[i] - largest);
        var sum = shares.Sum();
        for (var i = 0; i < length; i++) shares[i] /= sum;
        return shares;
    }

    /// <summary>Cuts a number into whole parts in the proportion of the shares, which sum to 1.</summary>
    public static int[] Apportion(double[] shares, int total)
    {
        var parts = Array.ConvertAll(shares, share => (int)(share * total));
        var missing = total - parts.Sum();
        var byRemainder = Enumerable.Range(0, parts.Length).OrderByDescending(i => shares[i] * total - parts[i]); // stable
        foreach (var i in byRemainder.Take(missing)) parts[i]++;
        return parts;
    }
}
