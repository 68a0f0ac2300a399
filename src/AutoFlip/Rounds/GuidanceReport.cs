using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Distribution of guidance, and of the weights kept by the first mask: <c>guidance.json</c>.</summary>
/// <param name="Guidance">What was measured, as the catalogue names it.</param>
/// <param name="Explorers">Clients whose scores it is the mean of.</param>
/// <param name="Round">The round that the mask was made for.</param>
/// <param name="Tensors">One entry per tensor whose weights are pruned by themselves or with their units, in layout order.</param>
public sealed record GuidanceReport(string Guidance, int Explorers, int Round, ImmutableArray<GuidanceHistogram> Tensors)
{
    /// <summary>Counts what is kept at which guidance.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="guidance">One finite number per parameter, at least 0: the mean of all explorers, finished, not yet scaled.</param>
    /// <param name="mask">The mask made from it.</param>
    /// <param name="name">What was measured.</param>
    /// <param name="explorers">How many explorers.</param>
    /// <param name="round">The mask's round.</param>
    public static GuidanceReport Of(Network network, ReadOnlySpan<float> guidance, Mask mask, string name, int explorers, int round)
    {
        var tensors = ImmutableArray.CreateBuilder<GuidanceHistogram>();
        foreach (var entry in network.Layout.Parameters)
            if (entry.Role == TensorRole.Weight) tensors.Add(GuidanceHistogram.Of(entry, guidance[entry.Range], mask.Values));
        return new(name, explorers, round, tensors.ToImmutable());
    }
}

/// <summary>Histogram of the guidance of one tensor's weights over orders of magnitude, and of the weights kept.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Min">log10 of the least guidance above 0; 0 if there is none.</param>
/// <param name="Max">log10 of the greatest.</param>
/// <param name="Count">Weights in each of <see cref="Bins"/> bins of equal width between the two.</param>
/// <param name="Kept">Of these, kept.</param>
/// <param name="Zeros">Weights whose guidance is 0: they are in no bin.</param>
/// <param name="ZerosKept">Of these, kept.</param>
public sealed record GuidanceHistogram(
    string Tensor, double Min, double Max, ImmutableArray<int> Count, ImmutableArray<int> Kept, int Zeros, int ZerosKept) : IChecked
{
    /// <summary>Bins of every histogram.</summary>
    public const int Bins = 32;

    string? IChecked.Fault() =>
        Count.Length != Bins || Kept.Length != Bins ? $"'count' and 'kept' need {Bins} bins each"
        : !(Min >= -400 && Max <= 400 && Min <= Max) ? "'min' and 'max' need logarithms in ascending order, from -400 to 400"
        : Count.Zip(Kept).Any(bin => bin.Second > bin.First) || ZerosKept > Zeros ? "no bin can keep more weights than it has"
        : Count.Sum(weights => (long)weights) + Zeros > int.MaxValue ? "the counts add up to more weights than a model can have"
        : null;

    internal static GuidanceHistogram Of(TensorEntry entry, ReadOnlySpan<float> guidance, Selection mask)
    {
        var (least, greatest) = (double.PositiveInfinity, 0.0);
        foreach (var value in guidance)
        {
            if (value <= 0) continue;
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
        }
        var (min, max) = greatest > 0 ? (Math.Log10(least), Math.Log10(greatest)) : (0, 0);
        var (count, kept) = (new int[Bins], new int[Bins]);
        var (zeros, zerosKept) = (0, 0);
        for (var i = 0; i < guidance.Length; i++)
        {
            var isKept = mask[entry.Offset + i] ? 1 : 0;
            if (guidance[i] <= 0)
            {
                zeros++;
                zerosKept += isKept;
                continue;
            }
            var bin = max > min ? Math.Clamp((int)((Math.Log10(guidance[i]) - min) / (max - min) * Bins), 0, Bins - 1) : 0;
            count[bin]++;
            kept[bin] += isKept;
        }
        return new(entry.Name, min, max, [.. count], [.. kept], zeros, zerosKept);
    }
}
