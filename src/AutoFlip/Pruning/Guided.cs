namespace AutoFlip;

/// <summary>Importance scores that a mask is made from.</summary>
/// <param name="Weights">One per parameter, at least 0, higher = keep; not yet scaled. Where only units are scored, each parameter has the
/// score of the unit that it leads into.</param>
/// <param name="Units">Per group and unit; null: the means of <paramref name="Weights"/> over the unit's incoming weights and bias.</param>
/// <param name="Clients">Scores that they are the mean of.</param>
public sealed record Guided(float[] Weights, float[][]? Units, int Clients)
{
    /// <summary>Scores of units alone.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="scores">One per unit, group after group.</param>
    /// <param name="clients">Scores that they are the mean of.</param>
    internal static Guided OfUnits(Network network, ReadOnlySpan<float> scores, int clients)
    {
        var units = new float[network.Groups.Length][];
        for (var (g, start) = (0, 0); g < units.Length; start += units[g++].Length)
            units[g] = scores.Slice(start, network.Groups[g].Width).ToArray();
        return new(UnitScores.Spread(network, units), units, clients);
    }
}
