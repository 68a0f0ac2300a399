using System.Globalization;
using System.Numerics;

namespace AutoFlip;

/// <summary>Fraction of parameters to remove, and the share of whole units in it. Computes a mask from scores.</summary>
/// <param name="Fraction">Share p of all parameters to remove, in [0, 1).</param>
/// <param name="StructuredShare">Share of the removal that takes whole units, in [0, 1]. 0 removes single weights only,
/// 1 units as far as they fit.</param>
/// <param name="MinUnits">Units that every channel group keeps, at least 1.</param>
/// <param name="UnitMultiple">Units of a group that go together, at least 1: of a group whose width is no multiple, as many as divide both.
/// 8 is what vector units compute with: odd widths are slower than wider even ones, and each new width is compiled anew. A unit of several
/// channels, as a head of attention is, counts as that many. Fewer where they do not fit: see <see cref="FitUnits"/>.</param>
/// <remarks>
/// The mask keeps exactly k = ceil((1-p)n) of all n parameters, or within an earlier mask up to the single weights that it removed fewer;
/// if <see cref="UnitsOnly"/>, k or up to what goes together more. Units go in the order of their scores over all groups together, each
/// that fits, while no more than the share of the n - k parameters is gone; then the lowest-scoring weights of what is left, with a share
/// of 1 the few that no unit fitted. Biases and norm parameters count in n and follow their unit; alone they are always kept, for they cost
/// nothing and removing them harms (a departure from the reference, which prunes them like weights).
/// </remarks>
public sealed record PruningPlan(decimal Fraction, double StructuredShare, int MinUnits, int UnitMultiple)
{
    /// <summary>Parameters that no block of units fitted, as a share of those kept, from which on blocks are halved. Single weights beside
    /// units are those of the lowest units: so many of them would take some of the kept units' inputs away.</summary>
    const double LargestRemainder = 0.025;

    /// <summary>Keeps all single weights, even if no further unit fits. A network too narrow for the plan then keeps more than
    /// requested.</summary>
    public bool UnitsOnly { get; init; }

    /// <summary>Takes half of <see cref="UnitMultiple"/>, a quarter or less in a network too small for such blocks: until what no block
    /// fits is at most a fortieth of what is kept.</summary>
    /// <remarks>docs/decisions/0067.</remarks>
    public bool FitUnits { get; init; } = true;

    /// <summary>The plan of an experiment.</summary>
    public static PruningPlan Of(Experiment experiment) => new(
        experiment.PruneFraction,
        experiment.Pruning switch { PruningKind.Unstructured => 0, PruningKind.Structured => 1, _ => experiment.StructuredShare },
        experiment.MinUnits, experiment.UnitMultiple)
    {
        UnitsOnly = experiment.Pruning == PruningKind.Structured,
        FitUnits = experiment.FitUnits,
    };

    /// <summary>The plan of an experiment for a pruner of single weights.</summary>
    public static PruningPlan OfWeights(Experiment experiment) => Of(experiment) with { StructuredShare = 0, UnitsOnly = false };

    /// <summary>Number of parameters that a mask of prune fraction p keeps: ceil((1-p)n), in decimal arithmetic.</summary>
    /// <remarks>In doubles (1 - 0.7)·60 is a little above 18 and would round up to 19.</remarks>
    public static int KeptCount(decimal fraction, int parameters) => (int)decimal.Ceiling((1 - fraction) * parameters);

    /// <summary>By how much a mask misses the plan and why, in two sentences; null if it keeps at most a hundredth of the
    /// parameters more than planned.</summary>
    public string? Shortfall(Network network, Mask mask)
    {
        const double Negligible = 0.01; // a unit more or less
        if (mask.Kept - KeptCount(Fraction, mask.Count) <= Negligible * mask.Count) return null;
        var free = network.Groups.Zip(mask.Shrink(network).Groups).Where(group => !group.First.IsFixed).ToList();
        var reason = free is [] ? $"{network.Name} has no layer whose units can go"
            : free.All(group => group.Second.Width <= MinUnits) ? $"every layer is as narrow as Experiment.MinUnits {MinUnits} allows"
            : "the next units would take more than that with them";
        return string.Create(CultureInfo.InvariantCulture,
            $"Experiment.PruneFraction {Fraction} is not reached: {100 * mask.Density:0.#} % of the parameters are kept instead of "
            + $"{100 * (1 - Fraction):0.#} %. Under Experiment.Pruning structured only whole units go, and {reason}.");
    }

    /// <summary>Tensors of weights that a mask removes wholly, by name.</summary>
    public static IEnumerable<string> Emptied(Mask mask) => mask.Layout.Parameters
        .Where(tensor => tensor.Role == TensorRole.Weight && mask.Values.KeptIn(tensor.Offset, tensor.Length) == 0)
        .Select(tensor => tensor.Name);

    /// <summary>Checks that a network can be pruned so far.</summary>
    /// <exception cref="AutoFlipException">It cannot (exit 2).</exception>
    public void Check(Network network) =>
        Prune(network, [.. network.Groups.Select(group => new double[group.Width])], new float[network.Layout.ParameterCount]);

    /// <summary>The mask.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="unitScores">Per group and unit, comparable between groups; higher = keep.</param>
    /// <param name="weightScores">One per parameter, finite; higher = keep.</param>
    /// <param name="within">An earlier mask: what it removed stays removed, and the new one may keep fewer parameters where units take
    /// along single weights that were gone already. Null: every parameter may be kept.</param>
    /// <exception cref="AutoFlipException">So many parameters cannot be removed (exit 2).</exception>
    public Mask Prune(Network network, IReadOnlyList<double[]> unitScores, float[] weightScores, Mask? within = null)
    {
        var mask = Keep(network, unitScores, weightScores, within);
        return within is null ? mask : mask.Intersect(within);
    }

    /// <summary>The mask, filled up with single weights that <paramref name="within"/> removed where too few others are left.</summary>
    Mask Keep(Network network, IReadOnlyList<double[]> unitScores, float[] weightScores, Mask? within)
    {
        var layout = network.Layout;
        var keep = KeptCount(Fraction, layout.ParameterCount);
        var budget = (long)Math.Floor(StructuredShare * (layout.ParameterCount - keep));
        var units = KeepUnits(network, unitScores, budget, within?.Units);
        var small = units.Small.Layout;
        if (UnitsOnly || keep >= small.ParameterCount) return Mask.OfUnits(units, Selection.All(small.Count));

        var scores = new float[small.Count];
        var full = new float[layout.Count];
        weightScores.CopyTo(full, 0);
        if (within is not null)
            for (var i = 0; i < weightScores.Length; i++)
                if (!within.Values[i]) full[i] = float.NegativeInfinity;
        units.Present.Gather(full, scores);
        foreach (var tensor in small.Entries)
            if (tensor.Role != TensorRole.Weight) scores.AsSpan(tensor.Range).Fill(float.PositiveInfinity);
        var weights = small.Parameters.Where(tensor => tensor.Role == TensorRole.Weight).Sum(tensor => tensor.Length);
        if (keep < small.ParameterCount - weights)
            throw AutoFlipException.BadRequest(
                $"Experiment.PruneFraction {Fraction}: {layout.ParameterCount - keep} of {layout.ParameterCount} parameters would have "
                + $"to go, but {small.ParameterCount - weights} are biases and norm parameters, which are not pruned on their own. "
                + "Lower it; pruners of whole units (Experiment.Pruning structured) remove these too.");
        return Mask.OfUnits(units, Selection.Highest(scores, keep + small.Count - small.ParameterCount));
    }

    /// <summary>Removes the lowest-scoring units while no more than <paramref name="budget"/> parameters go with them: in the largest
    /// blocks that leave no more than <see cref="LargestRemainder"/> to single weights.</summary>
    Units KeepUnits(Network network, IReadOnlyList<double[]> scores, long budget, Units? within)
    {
        var target = network.Layout.ParameterCount - budget;
        var multiple = UnitMultiple;
        var units = KeepUnits(network, scores, budget, multiple, within);
        while (FitUnits && multiple > 1 && units.Small.Layout.ParameterCount - target > LargestRemainder * target)
            units = KeepUnits(network, scores, budget, multiple /= 2, within);
        return units;
    }

    /// <summary>Removes the lowest-scoring units, so many of a group together, while no more than <paramref name="budget"/> parameters go
    /// with them and with those that are gone already.</summary>
    Units KeepUnits(Network network, IReadOnlyList<double[]> scores, long budget, int multiple, Units? within)
    {
        bool[][] kept =
        [
            .. network.Groups.Select((group, g) =>
                Enumerable.Range(0, group.Width).Select(unit => within?.Kept[g][unit] ?? true).ToArray()),
        ];
        var widths = kept.Select(units => units.Count(isKept => isKept)).ToArray();
        var sizes = new TensorSizes(network);
        var target = network.Layout.ParameterCount - budget;
        var candidates =
            from g in Enumerable.Range(0, widths.Length)
            where !network.Groups[g].IsFixed
            let together = Together(network.Groups[g], multiple)
            let left = Enumerable.Range(0, kept[g].Length).Where(unit => kept[g][unit])
            from units in Blocks(left.OrderBy(unit => scores[g][unit]), together)
            orderby units.Average(unit => scores[g][unit]) // stable, as the order within a group is: ties keep the later ones
            select (g, units);
        if (budget > 0)
            foreach (var (g, units) in candidates)
            {
                if (widths[g] - units.Length < MinUnits) continue;
                widths[g] -= units.Length;
                if (sizes.Parameters(widths) >= target) foreach (var unit in units) kept[g][unit] = false;
                else widths[g] += units.Length;
            }
        return new Units(network, [.. kept.Select(Selection.Of)]);
    }

    /// <summary>Units in blocks of one size. Where the width is no multiple of it, as after smaller blocks, the lowest ones make the width
    /// one: a small block of the highest would fit where the others do not, and go before them.</summary>
    static IEnumerable<int[]> Blocks(IEnumerable<int> ascending, int together)
    {
        int[] units = [.. ascending];
        var rest = units.Length % together;
        if (rest > 0) yield return units[..rest];
        foreach (var block in units.Skip(rest).Chunk(together)) yield return block;
    }

    /// <summary>True if whole units reach the fraction, up to fewer parameters than go together next, so that no scores of single
    /// weights are needed. False if single weights have a share of it, or go because no layer can lose further units.</summary>
    public bool IsReachedByUnits(Network network) => UnitsOnly
        || StructuredShare == 1
            && new TensorSizes(network).Parameters([.. network.Groups.Select(Narrowest)])
                <= KeptCount(Fraction, network.Layout.ParameterCount);

    /// <summary>The least width of a group that blocks leave.</summary>
    int Narrowest(ChannelGroup group)
    {
        if (group.IsFixed || group.Width < MinUnits) return group.Width;
        var together = FitUnits ? 1 : Together(group, UnitMultiple); // FitUnits halves down to single units
        return group.Width - (group.Width - MinUnits) / together * together;
    }

    /// <summary>Units of a group that go together.</summary>
    static int Together(ChannelGroup group, int multiple)
    {
        var channels = group.Memberships.Where(membership => membership.Makes).Min(membership => membership.Block); // of one unit
        return (int)BigInteger.GreatestCommonDivisor(group.Width, multiple / BigInteger.GreatestCommonDivisor(multiple, channels));
    }

    /// <summary>Parameters of a network as a function of its groups' widths.</summary>
    sealed class TensorSizes
    {
        readonly List<List<(long Factor, List<(int Group, int Block)> Parts)>> _tensors = [];

        public TensorSizes(Network network)
        {
            var parts = network.Groups
                .SelectMany((group, g) => group.Memberships.Select(membership => (membership, g)))
                .ToLookup(pair => (pair.membership.Tensor, pair.membership.Axis), pair => (pair.g, pair.membership.Block));
            foreach (var tensor in network.Layout.Parameters)
                _tensors.Add([.. tensor.Shape.Select((size, axis) =>
                    parts[(tensor.Name, axis)].ToList() is { Count: > 0 } list ? (0L, list) : (size, new List<(int, int)>()))]);
        }

        public long Parameters(int[] widths)
        {
            long sum = 0;
            foreach (var axes in _tensors)
            {
                long size = 1;
                foreach (var (factor, parts) in axes)
                {
                    var along = factor;
                    foreach (var (group, block) in parts) along += (long)widths[group] * block;
                    size *= along;
                }
                sum += size;
            }
            return sum;
        }
    }
}
