using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Histograms of the scores of two classes over 256 bins of logits, on which a cut-off can be fitted without the scores
/// themselves.</summary>
/// <remarks>
/// Bins are an eighth of a logit wide (3 points of probability at most), from −16 to 16; what lies outside is in the first or the last
/// one. NaN is not counted. Counts of several clients are summed, in any order: so a federation fits one cut-off (docs/decisions/0009).
/// Immutable.
/// </remarks>
public sealed class ScoreCounts
{
    /// <summary>Bins per class.</summary>
    public const int Bins = 256;

    const int PerLogit = 8, Centre = Bins / 2;

    readonly uint[] _counts; // [2, Bins]: class 0, class 1; bin b holds logits from (b - Centre) / PerLogit on

    ScoreCounts(uint[] counts) => _counts = counts;

    /// <summary>Nothing counted.</summary>
    public static ScoreCounts Empty { get; } = new(new uint[2 * Bins]);

    /// <summary>The counts, class 0 first, as they cross the wire.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes<uint>(_counts);

    /// <summary>Counts scores.</summary>
    /// <param name="logits">[N].</param>
    /// <param name="classes">[N], each 0 or 1.</param>
    public static ScoreCounts Of(ReadOnlySpan<float> logits, ReadOnlySpan<int> classes)
    {
        var counts = new uint[2 * Bins];
        for (var i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i])) continue;
            var bin = Math.Clamp(MathF.Floor(logits[i] * PerLogit), -Centre, Centre - 1); // a power of two: exact, so that edges are
            counts[classes[i] * Bins + Centre + (int)bin]++;
        }
        return new(counts);
    }

    /// <summary>Counts as they crossed the wire.</summary>
    public static ScoreCounts Of(ReadOnlySpan<byte> bytes) => new(MemoryMarshal.Cast<byte, uint>(bytes).ToArray());

    /// <summary>Counts of both.</summary>
    public static ScoreCounts operator +(ScoreCounts one, ScoreCounts other)
    {
        var sum = new uint[2 * Bins];
        for (var i = 0; i < sum.Length; i++)
            sum[i] = (uint)Math.Min((ulong)one._counts[i] + other._counts[i], uint.MaxValue); // clients are not trusted to count
        return new(sum);
    }

    /// <summary>The edge of a bin, as a logit, from which on class 1 should be predicted: where Youden's J is highest.</summary>
    /// <remarks>
    /// J = share of class 1 at or above + share of class 0 below − 1. Of equally good edges the one nearest to 0 (one half), and of two as
    /// near the higher. 0 where a class is missing, or no edge is better than chance.
    /// </remarks>
    public float CutOff
    {
        get
        {
            var (zeros, ones) = (Total(0), Total(1));
            var (best, at) = (0.0, Centre);
            ulong zerosBelow = 0, onesBelow = 0;
            for (var edge = 1; edge < Bins; edge++)
            {
                zerosBelow += _counts[edge - 1];
                onesBelow += _counts[Bins + edge - 1];
                var j = (double)zerosBelow * ones - (double)onesBelow * zeros; // J times both totals: exact up to 2^53
                if (j > best || (j == best && j > 0 && Math.Abs(edge - Centre) <= Math.Abs(at - Centre))) (best, at) = (j, edge);
            }
            return (float)(at - Centre) / PerLogit;
        }
    }

    ulong Total(int label)
    {
        ulong total = 0;
        foreach (var count in _counts.AsSpan(label * Bins, Bins)) total += count;
        return total;
    }
}
