using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Scores of whole units, from scores of their parameters.</summary>
static class UnitScores
{
    /// <summary>Per group and unit, the mean score of the unit's incoming weights and bias, made comparable between groups.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scores">One per parameter, not yet scaled, so that a unit's bias weighs as much as one of its weights.</param>
    /// <param name="scale">How units of different layers are made comparable.</param>
    /// <param name="within">An earlier mask: means are over the inputs that it left, and removed units have 0. Null: all are there.</param>
    public static IReadOnlyList<double[]> Of(Network network, ReadOnlySpan<float> scores, GuidanceScale scale, Mask? within = null) =>
        within?.Units is { } units
            ? Scaled(network, MeansOf(units, scores), scale, units)
            : Scaled(network, MeansOf(network, scores), scale);

    /// <summary>Means of units made comparable between groups: scaled within each, in place, or per multiply-accumulate.</summary>
    /// <param name="network">The network.</param>
    /// <param name="means">Per group and unit.</param>
    /// <param name="scale">How.</param>
    /// <param name="left">The units that an earlier mask left; null: all.</param>
    public static IReadOnlyList<double[]> Scaled(Network network, float[][] means, GuidanceScale scale, Units? left = null)
    {
        for (var g = 0; g < means.Length; g++)
            if (scale == GuidanceScale.Mac) TensorPrimitives.Divide(means[g], (float)UsesIn(network, network.Groups[g]), means[g]);
            else GuidanceScaling.Scale(means[g], scale, left?.Kept[g] is { } kept ? unit => kept[unit] : null);
        return Array.ConvertAll(means, group => Array.ConvertAll(group, mean => (double)mean));
    }

    /// <summary>Uses of an incoming weight of a group's units per sample: multiply-accumulates of the layers that make them, by the
    /// weights of these. At least 1, which an embedding has.</summary>
    static double UsesIn(Network network, ChannelGroup group)
    {
        var made = group.Memberships.Where(membership => membership.Makes).Select(membership => membership.Tensor).ToHashSet();
        var (macs, weights) = (0L, 0L);
        foreach (var node in network.Nodes.Where(node => node.Tensors.Any(made.Contains)))
        {
            macs += node.Macs;
            weights += node.Tensors.Select(name => network.Layout[name]).Where(tensor => tensor.Role == TensorRole.Weight)
                .Sum(tensor => (long)tensor.Length);
        }
        return Math.Max(macs / Math.Max(weights, 1.0), 1);
    }

    /// <summary>Per group and unit, the mean score of the unit's incoming weights and bias.</summary>
    public static float[][] MeansOf(Network network, ReadOnlySpan<float> scores)
    {
        var means = new float[network.Groups.Length][];
        for (var g = 0; g < means.Length; g++) means[g] = Means(network.Groups[g], network.Layout, scores);
        return means;
    }

    /// <summary>The same over the inputs that are left: as in the network without the removed units, which have 0.</summary>
    static float[][] MeansOf(Units left, ReadOnlySpan<float> scores)
    {
        var full = new float[left.Network.Layout.Count];
        scores.CopyTo(full);
        var small = MeansOf(left.Small, left.Present.Gather(full).AsSpan(0, left.Small.Layout.ParameterCount));
        return [.. left.Kept.Zip(small, (units, means) =>
        {
            var (all, next) = (new float[units.Count], 0);
            for (var unit = 0; unit < all.Length; unit++)
                if (units[unit]) all[unit] = means[next++];
            return all;
        })];
    }

    /// <summary>Per parameter the score of the unit that it leads into; 0 where it leads into none.</summary>
    public static float[] Spread(Network network, float[][] units)
    {
        var scores = new float[network.Layout.ParameterCount];
        for (var g = 0; g < units.Length; g++)
            foreach (var (unit, start, length) in Incoming(network.Groups[g], network.Layout))
                scores.AsSpan(start, length).Fill(units[g][unit]);
        return scores;
    }

    /// <summary>Scores of the few single weights that go beside whole units, from scores of units: each group loses the same share of its
    /// incoming weights, those of its lowest units first. <see cref="float.MaxValue"/> where a weight leads into no unit, or into an output
    /// of the network: these go last.</summary>
    /// <returns>Per parameter (position - 1/2) / n, in the order of its group's n incoming weights and biases: units ascending by
    /// score.</returns>
    public static float[] PerWeight(Network network, IReadOnlyList<double[]> units)
    {
        var scores = new float[network.Layout.ParameterCount];
        Array.Fill(scores, float.MaxValue);
        for (var g = 0; g < units.Count; g++)
        {
            if (network.Groups[g].IsFixed) continue;
            var runs = Incoming(network.Groups[g], network.Layout).OrderBy(run => units[g][run.Unit]).ThenBy(run => run.Unit).ToList();
            var (position, all) = (0.5, runs.Sum(run => (long)run.Length));
            foreach (var (_, start, length) in runs)
                foreach (ref var score in scores.AsSpan(start, length)) score = (float)(position++ / all);
        }
        return scores;
    }

    static float[] Means(ChannelGroup group, WeightLayout layout, ReadOnlySpan<float> scores)
    {
        var (sums, counts) = (new double[group.Width], new long[group.Width]);
        foreach (var (unit, start, length) in Incoming(group, layout))
        {
            foreach (var score in scores.Slice(start, length)) sums[unit] += score;
            counts[unit] += length;
        }
        return [.. sums.Zip(counts, (sum, count) => (float)(sum / Math.Max(count, 1)))]; // 0 where nothing comes in: network inputs
    }

    /// <summary>Outgoing weights of a group's units, in runs: the columns that layers read them by.</summary>
    public static IEnumerable<(int Unit, int Start, int Length)> Outgoing(ChannelGroup group, WeightLayout layout)
    {
        foreach (var membership in group.Memberships)
        {
            var tensor = layout[membership.Tensor];
            if (membership.Makes || membership.Axis != 1) continue;
            var (rows, columns) = (tensor.Shape[0], tensor.Shape[1]);
            var column = tensor.Length / rows / columns; // values
            for (var row = 0; row < rows; row++)
                for (var unit = 0; unit < group.Width; unit++)
                    yield return (
                        unit, tensor.Offset + (row * columns + membership.Start + unit * membership.Block) * column,
                        membership.Block * column);
        }
    }

    /// <summary>Sums over each unit's outgoing weights, of the units of all groups one after another.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scores">One per parameter.</param>
    public static float[] OutgoingSums(Network network, ReadOnlySpan<float> scores)
    {
        var sums = new float[network.Groups.Sum(group => group.Width)];
        var first = 0;
        foreach (var group in network.Groups)
        {
            foreach (var (unit, start, length) in Outgoing(group, network.Layout))
                sums[first + unit] += TensorPrimitives.Sum(scores.Slice(start, length));
            first += group.Width;
        }
        return sums;
    }

    /// <summary>Outgoing weights of some units.</summary>
    /// <param name="network">The network.</param>
    /// <param name="units">Numbers of units, those of all groups one after another.</param>
    public static IEnumerable<int> OutgoingOf(Network network, HashSet<int> units)
    {
        var first = 0;
        foreach (var group in network.Groups)
        {
            foreach (var (unit, start, length) in Outgoing(group, network.Layout))
                if (units.Contains(first + unit))
                    foreach (var weight in Enumerable.Range(start, length)) yield return weight;
            first += group.Width;
        }
    }

    /// <summary>Incoming weights and biases of a group's units, in runs.</summary>
    public static IEnumerable<(int Unit, int Start, int Length)> Incoming(ChannelGroup group, WeightLayout layout)
    {
        foreach (var membership in group.Memberships)
        {
            var tensor = layout[membership.Tensor];
            if (!membership.Makes || tensor.Role is not (TensorRole.Weight or TensorRole.Bias)) continue;
            var rows = membership.Axis == 0 ? 1 : tensor.Shape[0]; // an embedding's units are columns
            var row = tensor.Length / rows;
            var index = row / tensor.Shape[membership.Axis]; // values per index of the axis
            var length = index * membership.Block;
            for (var start = tensor.Offset + index * membership.Start; start < tensor.Range.End.Value; start += row)
                for (var unit = 0; unit < group.Width; unit++) yield return (unit, start + unit * length, length);
        }
    }
}
