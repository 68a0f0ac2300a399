namespace AutoFlip;

/// <summary>The kept part of a model: some of its units and, of the weights of these units, some or all.</summary>
/// <remarks>
/// Units make tensors smaller; weights become zeros in them. Seen from the full vector both are one selection, <see cref="Values"/>, so
/// the server works with full vectors, regardless of the kind of removal. Law: the small network with the shrunk values computes what the
/// full one computes with the masked values.
/// </remarks>
public sealed class Mask
{
    readonly Selection _parameters;

    Mask(WeightLayout layout, Units? units, Selection values)
    {
        (Layout, Units, Values) = (layout, units, values);
        _parameters = ParametersOf(layout, values);
    }

    /// <summary>The full model's tensors.</summary>
    public WeightLayout Layout { get; }

    /// <summary>Kept units of each channel group; null if all are kept.</summary>
    public Units? Units { get; }

    /// <summary>Kept positions of the full vector: parameters, and the statistics of kept units.</summary>
    public Selection Values { get; }

    /// <summary>Parameters of the full model.</summary>
    public int Count => Layout.ParameterCount;

    /// <summary>Parameters kept.</summary>
    public int Kept => _parameters.Kept;

    /// <summary>Kept / Count.</summary>
    public double Density => (double)Kept / Count;

    /// <summary>True if nothing is removed.</summary>
    public bool IsDense => Values.IsAll;

    /// <summary>The kept values of the small vector.</summary>
    public Selection SmallValues => Units is null ? Values : Values.Within(Units.Present);

    /// <summary>Keeps everything.</summary>
    public static Mask Dense(WeightLayout layout) => new(layout, null, Selection.All(layout.Count));

    /// <summary>Keeps some parameters and all statistics, removing no unit.</summary>
    /// <param name="layout">The model.</param>
    /// <param name="parameters">One bit per parameter.</param>
    public static Mask OfWeights(WeightLayout layout, Selection parameters)
    {
        if (parameters.Count != layout.ParameterCount)
            throw new ArgumentException($"{parameters.Count} bits for {layout.ParameterCount} parameters.", nameof(parameters));
        if (layout.Count == layout.ParameterCount) return new(layout, null, parameters);
        var bits = new ulong[Selection.Words(layout.Count)];
        parameters.Bits.CopyTo(bits);
        for (var i = layout.ParameterCount; i < layout.Count; i++) bits[i >> 6] |= 1ul << (i & 63);
        return new(layout, null, Selection.FromBits(bits, layout.Count));
    }

    /// <summary>Keeps some values of a vector, removing no unit.</summary>
    public static Mask OfValues(WeightLayout layout, Selection values) => new(layout, null, values);

    /// <summary>Keeps some units, and some of the values of the small vector that they leave.</summary>
    /// <param name="units">The units.</param>
    /// <param name="small">One bit per value of the small vector; statistics are kept.</param>
    public static Mask OfUnits(Units units, Selection small) => new(
        units.Network.Layout, units.IsAll ? null : units, units.IsAll ? small : small.Expand(units.Present));

    /// <summary>Intersection with another mask of the same model. The units of this mask must be a subset of the other's.</summary>
    public Mask Intersect(Mask other) => Intersect(other.Values);

    /// <summary>The part of the kept values that a selection of the full vector has.</summary>
    public Mask Intersect(Selection values)
    {
        var bits = new ulong[Selection.Words(Layout.Count)];
        for (var word = 0; word < bits.Length; word++) bits[word] = Values.Bits[word] & values.Bits[word];
        return new(Layout, Units, Selection.FromBits(bits, Layout.Count));
    }

    /// <summary>Kept positions of the parameters alone.</summary>
    public Selection KeptParameters() => _parameters;

    static Selection ParametersOf(WeightLayout layout, Selection values)
    {
        var count = layout.ParameterCount;
        if (layout.Count == count) return values;
        var bits = values.Bits[..Selection.Words(count)].ToArray();
        if ((count & 63) != 0) bits[^1] &= (1ul << (count & 63)) - 1;
        return Selection.FromBits(bits, count);
    }

    /// <summary>A copy of a full vector with what is removed at exactly 0.</summary>
    public Weights Apply(Weights full)
    {
        if (IsDense) return full;
        var values = full.ToArray();
        Values.Apply(values);
        return new Weights(full.Layout, values);
    }

    /// <summary>The small vector: kept units only, removed weights at 0.</summary>
    public Weights Shrink(Weights full)
    {
        var masked = Apply(full);
        if (Units is null) return masked;
        return new Weights(Units.Small.Layout, Units.Present.Gather(masked.Values));
    }

    /// <summary>The network that clients train: without the removed units.</summary>
    public Network Shrink(Network full) => Units?.Small ?? full;

    /// <summary>The full vector of the kept values alone: what is removed is 0.</summary>
    public Weights Expand(ReadOnlySpan<float> kept) => Expand(kept, new float[Layout.Count]);

    /// <summary>The full vector of the kept values alone: what is removed is <paramref name="own"/>'s.</summary>
    public Weights Expand(ReadOnlySpan<float> kept, Weights own) => Expand(kept, own.ToArray());

    Weights Expand(ReadOnlySpan<float> kept, float[] full)
    {
        Values.Scatter(kept, full);
        return new Weights(Layout, full);
    }
}
