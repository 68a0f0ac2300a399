using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Distribution of the guidance of weights, and the part that the first mask kept.</summary>
static class GuidanceCharts
{
    const int MaxTensors = 40, MaxBins = 24, BinsPerDecade = 2;
    const double Negligible = 0.002;

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(RunRecord run)
    {
        if (run.Guidance is not { Tensors.Length: > 0 } guidance || Scale.Of(guidance.Tensors) is not { } scale) yield break;
        Spread[] all = [.. guidance.Tensors.Select(tensor => Spread.Of(tensor, scale))];
        var x = $"{guidance.Guidance}, from";
        var note = $"{(guidance.Explorers == 1 ? "Of one client" : $"The mean of {guidance.Explorers} clients")}, "
            + $"in half orders of magnitude, against the mask of round {guidance.Round}."
            + (scale.HasRest ? " The first bin holds all smaller values and 0." : "");
        var total = all.Sum(tensor => tensor.Weights);
        yield return new BarChart(
            "guidance", "Guidance of all weights", x, new Axis("share of weights", AxisUnit.Share), scale.Names,
            [Bar("kept", tensor => tensor.Kept), Bar("removed", tensor => tensor.Removed)])
        {
            Note = note,
        };

        Spread[] shown =
            [.. all.Index().OrderByDescending(tensor => tensor.Item.Weights).Take(MaxTensors).OrderBy(tensor => tensor.Index)
                .Select(tensor => tensor.Item)];
        if (shown.Length < all.Length) note += $" The {shown.Length} tensors with the most weights, of {all.Length}.";
        yield return Map("kept", tensor => tensor.Kept);
        yield return Map("removed", tensor => tensor.Removed);

        Bar Bar(string name, Func<Spread, double[]> part) =>
            new(name, [.. scale.Names.Select((_, bin) => all.Sum(tensor => part(tensor)[bin]) / total)]);

        HeatMap Map(string what, Func<Spread, double[]> part) => new(
            $"guidance-{what}", $"Guidance of {what} weights", x, "tensor", new Axis("share of the tensor's weights", AxisUnit.Share),
            scale.Names,
            [.. shown.Select(tensor => tensor.Name)],
            [.. shown.Select(tensor => part(tensor).Select(count => count / tensor.Weights).ToImmutableArray())])
        {
            Note = note,
        };
    }

    /// <summary>Places that all tensors share: half orders of magnitude. What only a few weights in a thousand lie below
    /// has no places of its own.</summary>
    /// <param name="From">The first bin's number: it begins at 10^(From / BinsPerDecade).</param>
    /// <param name="Bins">How many.</param>
    /// <param name="HasRest">Whether a place before them holds what lies below, 0 included.</param>
    sealed record Scale(int From, int Bins, bool HasRest)
    {
        /// <summary>From the greatest guidance down, at most <see cref="MaxBins"/> and one, as far as more than a few weights lie; null
        /// if there are none at all.</summary>
        public static Scale? Of(IReadOnlyCollection<GuidanceHistogram> tensors)
        {
            GuidanceHistogram[] known = [.. tensors.Where(tensor => tensor.Count.Any(count => count > 0))];
            if (known is []) return tensors.Any(tensor => tensor.Zeros > 0) ? new(0, 0, true) : null;
            var to = (int)Math.Floor(known.Max(tensor => tensor.Max) * BinsPerDecade) + 1;
            var least = (int)Math.Floor(known.Min(tensor => tensor.Min) * BinsPerDecade);
            var from = Math.Max(least, to - MaxBins);
            var whole = new Scale(from, to - from, HasRest: true);
            var places = known.Select(tensor => Spread.Of(tensor with { Zeros = 0, ZerosKept = 0 }, whole)).ToList();
            var negligible = places.Sum(tensor => tensor.Weights) * Negligible;
            for (var below = 0.0; from < to - 1; from++)
                if ((below += places.Sum(tensor =>
                    tensor.Kept[from - whole.From + 1] + tensor.Removed[from - whole.From + 1])) > negligible) break;
            var hasRest = from > least || tensors.Any(tensor => tensor.Zeros > 0);
            if (hasRest == (from % BinsPerDecade == 0)) from--; // whole decades at every second place, where there is room for names
            return new(from, to - from, hasRest);
        }

        /// <summary>Names of the places.</summary>
        public ImmutableArray<string> Names =>
        [
            .. HasRest ? ["less"] : Array.Empty<string>(),
            .. Enumerable.Range(From, Bins).Select(bin => FormattableString.Invariant($"{Math.Pow(10, bin / (double)BinsPerDecade):0e+0}")),
        ];
    }

    /// <summary>A tensor's weights over the places of a scale. A bin of its own histogram is shared out evenly over
    /// the places it reaches into.</summary>
    sealed record Spread(string Name, double Weights, double[] Kept, double[] Removed)
    {
        public static Spread Of(GuidanceHistogram tensor, Scale scale)
        {
            var kept = Places(tensor, scale, tensor.Kept, tensor.ZerosKept);
            var removed = Places(
                tensor, scale, [.. tensor.Count.Zip(tensor.Kept, (all, part) => all - part)], tensor.Zeros - tensor.ZerosKept);
            return new(tensor.Tensor, tensor.Count.Sum() + tensor.Zeros, kept, removed);
        }

        static double[] Places(GuidanceHistogram tensor, Scale scale, ImmutableArray<int> counts, int zeros)
        {
            var rest = scale.HasRest ? 1 : 0;
            var places = new double[scale.Bins + rest];
            if (zeros > 0) places[0] += zeros;
            var width = (tensor.Max - tensor.Min) / counts.Length * BinsPerDecade;
            for (var bin = 0; bin < counts.Length; bin++)
            {
                if (counts[bin] == 0) continue;
                var from = tensor.Min * BinsPerDecade + bin * width;
                var (first, last) = ((int)Math.Floor(from), (int)Math.Floor(from + width));
                for (var place = first; place <= last; place++)
                {
                    var share = width > 0 ? (Math.Min(place + 1, from + width) - Math.Max(place, from)) / width : 1;
                    places[Math.Clamp(place - scale.From + rest, 0, places.Length - 1)] += share * counts[bin];
                }
            }
            return places;
        }
    }
}
