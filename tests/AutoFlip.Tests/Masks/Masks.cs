using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Random masks of small networks: a plain chain, one with batch norm, one with residual additions.</summary>
static class Masks
{
    static readonly Network[] Networks =
    [
        new NetworkBuilder("chain", new SampleShape(1, 6, 6)).Conv2d(3, 3).ReLU().MaxPool2d(2).Flatten().Linear(5).ReLU().Linear(3)
            .Build(3),
        new NetworkBuilder("norm", new SampleShape(2, 5, 5)).Conv2d(4, 3).BatchNorm2d().ReLU().Conv2d(3, 3).BatchNorm2d().Flatten()
            .Linear(2).Build(2),
        new NetworkBuilder("residual", new SampleShape(1, 5, 5)).Conv2d(4, 3, padding: 1).BatchNorm2d().ReLU()
            .Fork(
                "sum", new Add(), ("a", a => a.Conv2d(4, 3, padding: 1).BatchNorm2d()), ("b", b => b)).ReLU().Flatten().Linear(3).Build(3),
    ];

    /// <summary>A network and units of it.</summary>
    public static readonly Gen<Units> OfUnits =
        from network in Gen.Int[0, Networks.Length - 1].Select(i => Networks[i])
        from seed in Gen.ULong
        select Choose(network, new KeyedRandom(seed));

    /// <summary>A mask of units and weights, or of one of them, or of nothing.</summary>
    public static readonly Gen<Mask> OfAll =
        from units in OfUnits
        from whole in Gen.Bool
        from weights in Gen.Bool
        from seed in Gen.ULong
        select Choose(whole ? units : Units.All(units.Network), weights, new KeyedRandom(seed));

    /// <summary>Values of a full vector.</summary>
    public static Weights Values(WeightLayout layout, ulong seed)
    {
        var random = new KeyedRandom(seed);
        var values = new float[layout.Count];
        foreach (ref var value in values.AsSpan()) value = (float)random.NextGaussian();
        return new Weights(layout, values);
    }

    static Units Choose(Network network, KeyedRandom random) => new(network,
    [
        .. network.Groups.Select(group =>
        {
            var kept = new bool[group.Width];
            for (var u = 0; u < kept.Length; u++) kept[u] = group.IsFixed || random.NextDouble() < 0.6;
            kept[random.Next(kept.Length)] = true;
            return Selection.Of(kept);
        }),
    ]);

    static Mask Choose(Units units, bool weights, KeyedRandom random)
    {
        var layout = units.Small.Layout;
        var kept = new bool[layout.Count];
        foreach (var tensor in layout.Entries)
            for (var i = tensor.Offset; i < tensor.Range.End.Value; i++)
                kept[i] = !weights || tensor.Role != TensorRole.Weight || random.NextDouble() < 0.7;
        return Mask.OfUnits(units, Selection.Of(kept));
    }

    /// <summary>Tests whether no unit has come back.</summary>
    public static bool AreWithin(Units? units, Units? others) => others is null || (units is not null && units.Kept.Zip(others.Kept).All(
        group => Enumerable.Range(0, group.First.Count).All(unit => !group.First[unit] || group.Second[unit])));
}
