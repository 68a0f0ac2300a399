namespace AutoFlip.Tests;

/// <summary>Every architecture of the catalogue, and a small network for every layer and way of joining layers.</summary>
static class LawNetworks
{
    static readonly SampleShape Image = new(3, 8, 8);
    static readonly SampleShape Tokens = new(7, 1, 1);
    const int Vocabulary = 11;

    static readonly Dictionary<string, Network> Small = new Network[]
    {
        Start("chain").Conv2d(5, 3).ReLU().MaxPool2d(2).Flatten().Linear(7).ReLU().Linear(4).Build(4),
        Start("normalised").Conv2d(6, 3, stride: 2, bias: false).BatchNorm2d().ReLU().Then(new AvgPool2d(3, 1)).Flatten().Linear(4)
            .Build(4),
        Start("residual").Conv2d(6, 3, padding: 1).BatchNorm2d().ReLU()
            .Fork(
                "add", new Add(), ("main", m => m.Conv2d(5, 3, padding: 1).ReLU().Conv2d(6, 3, padding: 1).BatchNorm2d()), ("skip", s => s))
            .ReLU().Flatten().Linear(4).Build(4),
        Start("bottleneck").Conv2d(4, 3, padding: 1)
            .Fork("add", new Add(),
                ("main",
                    m => m.Conv2d(3, 1).BatchNorm2d().ReLU().Conv2d(5, 3, stride: 2, padding: 1).BatchNorm2d().ReLU().Conv2d(8, 1)
                        .BatchNorm2d()),
                ("skip", s => s.Conv2d(8, 1, stride: 2).BatchNorm2d()))
            .ReLU().AdaptiveAvgPool2d(2).Flatten().Linear(4).Build(4),
        Start("concatenated").Fork("cat", new Concat(), ("a", a => a.Conv2d(4, 3).ReLU()), ("b", b => b.Conv2d(5, 3)))
            .BatchNorm2d().Conv2d(6, 3).MaxPool2d(2).Flatten().Linear(4).Build(4),
        Start("dense block").Conv2d(4, 3, padding: 1)
            .Fork("cat1", new Concat(), ("skip1", s => s), ("a", a => a.BatchNorm2d().ReLU().Conv2d(3, 3, padding: 1)))
            .Fork("cat2", new Concat(), ("skip2", s => s), ("b", b => b.BatchNorm2d().ReLU().Conv2d(5, 3, padding: 1)))
            .BatchNorm2d().ReLU().Flatten().Linear(4).Build(4),
        Start("depthwise separable").Conv2d(6, 3).BatchNorm2d().ReLU().Conv2d(6, 3, groups: 6).BatchNorm2d().ReLU().Conv2d(5, 1)
            .Flatten().Linear(4).Build(4),
        Start("depthwise, two kernels each").Conv2d(5, 3).ReLU().Conv2d(10, 3, groups: 5).BatchNorm2d().ReLU().Conv2d(6, 1)
            .Flatten().Linear(4).Build(4),
        Start("depthwise on the sample").Conv2d(6, 3, groups: 3).ReLU().Conv2d(5, 1).Flatten().Linear(4).Build(4),
        Start("depthwise on a concatenation").Fork("cat", new Concat(), ("a", a => a.Conv2d(4, 3)), ("b", b => b.Conv2d(3, 3)))
            .Conv2d(7, 3, groups: 7).ReLU().Conv2d(5, 1).Flatten().Linear(4).Build(4),
        Start("grouped").Conv2d(12, 3).BatchNorm2d().ReLU().Conv2d(18, 3, groups: 6).BatchNorm2d().ReLU().Conv2d(5, 1).Flatten().Linear(4)
            .Build(4),
        Start("grouped bottleneck").Conv2d(8, 1)
            .Fork("add", new Add(),
                ("main", m => m.Conv2d(12, 1).BatchNorm2d().ReLU().Conv2d(12, 3, padding: 1, groups: 4).BatchNorm2d().ReLU().Conv2d(8, 1)),
                ("skip", s => s))
            .Flatten().Linear(4).Build(4),
        Start("groups of two widths added")
            .Fork(
                "add", new Add(), ("a", a => a.Conv2d(24, 1).Conv2d(24, 3, groups: 12)),
                ("b", b => b.Conv2d(24, 1).Conv2d(24, 3, groups: 8)))
            .ReLU().Flatten().Linear(4).Build(4),
        Start("groups added to plain channels")
            .Fork("add", new Add(), ("a", a => a.Conv2d(12, 3)), ("b", b => b.Conv2d(6, 1).Conv2d(12, 3, groups: 3)))
            .Conv2d(5, 3).Flatten().Linear(4).Build(4),
        Start("groups on a concatenation").Fork("cat", new Concat(), ("a", a => a.Conv2d(6, 1)), ("b", b => b.Conv2d(4, 1)))
            .BatchNorm2d().Conv2d(15, 3, groups: 5).ReLU().Flatten().Linear(4).Build(4),
        Start("squeeze and excitation").Conv2d(6, 3).BatchNorm2d()
            .Fork(
                "scale", new Multiply(), ("image", s => s),
                ("factors", g => g.AdaptiveAvgPool2d(1).Flatten().Linear(3).ReLU().Linear(6).Then(new Sigmoid())))
            .Flatten().Linear(5).Then(new Sigmoid()).Linear(4).Build(4),
        Start("hard gate").Conv2d(6, 3).BatchNorm2d().Then(new HardSwish())
            .Fork(
                "scale", new Multiply(), ("image", s => s),
                ("factors", g => g.AdaptiveAvgPool2d(1).Flatten().Linear(3).ReLU().Linear(6).Then(new HardSigmoid())))
            .Conv2d(5, 1).Then(new ReLU6()).Flatten().Linear(4).Build(4),
        Start("kernels that are no squares").Conv2d(6, new(1, 3), padding: new(0, 1)).ReLU().Conv2d(5, new(3, 2), 2, new(1, 0))
            .Then(new ReLU6())
            .Then(new MaxPool2d(2, 2, Ceiling: true)).Flatten().Linear(4).Build(4),
        Text("lstm, last step").Lstm(5).LastStep().Linear(4).Build(4),
        Text("lstm of two layers").Lstm(5, layers: 2).LastStep().Linear(4).Build(4),
        Text("gru").Gru(5).LastStep().Linear(4).Build(4),
        Text("gru of two layers").Gru(5, layers: 2).LastStep().Linear(4).Build(4),
        Text("every step of an lstm").Lstm(5).Linear(6).ReLU().Linear(4).Build(4),
        Text("all steps of a gru").Gru(5).Flatten().Linear(4).Build(4),
        Text("steps added").Fork("add", new Add(), ("lstm", l => l.Lstm(6)), ("skip", s => s)).LastStep().Linear(4).Build(4),
        Text("steps concatenated").Fork("cat", new Concat(), ("lstm", l => l.Lstm(5)), ("gru", g => g.Gru(4)))
            .Lstm(3).LastStep().Linear(4).Build(4),
        Start("smooth").Conv2d(5, 3).SiLU().AdaptiveAvgPool2d(1).Flatten().Linear(7).LayerNorm().SiLU().Linear(4).Build(4),
        Start("transformer").Conv2d(6, 3, padding: 1).BatchNorm2d().SiLU()
            .Patches("patches", 2, p => p
                .Fork("add", new Add(),
                    ("attention", a => a.LayerNorm().Then(new SelfAttention(5, 3, Sequences: 4)).Linear(6)),
                    ("skip", s => s))
                .Fork("add2", new Add(), ("forward", f => f.LayerNorm().Linear(9).SiLU().Linear(6)), ("skip2", s => s)))
            .Conv2d(5, 1).Flatten().Linear(4).Build(4),
        Start("concatenated steps normalised").Patches("patches", 4, p => p
                .Fork("cat", new Concat(), ("a", a => a.Linear(5)), ("b", b => b.Then(new SelfAttention(3, 2)))).LayerNorm())
            .Flatten().Linear(4).Build(4),
        Start("rows").Conv2d(4, 3).ReLU().RowSequence().Gru(5).LastStep().Linear(4).Then(new LogSoftmax()).Build(4),
        new DistilBert(Vocabulary, 6, new() { Layers = 2, Heads = 3, Neurons = 5, Positions = 9 }).Build(Tokens, 4),
        new SqueezeBert(
            Vocabulary, 24, new() { Layers = 2, Heads = 4, Neurons = 10, Positions = 7, Groups = new(2, 1, 4, 2, 1, 2) }).Build(Tokens, 4),
        new MobileBert(
            Vocabulary, 8, Embedding: 3, new() { Layers = 2, Heads = 3, Neurons = 5, Inner = 6, Networks = 2, Positions = 7 })
            .Build(Tokens, 4),
    }.ToDictionary(network => Catalog.Models.Names.Contains(network.Name) ? $"small {network.Name}" : network.Name);

    public static IEnumerable<TheoryDataRow<string>> Names =>
        Small.Keys.Concat(Catalog.Models.Names).Select(name => new TheoryDataRow<string>(name));

    public static Network Of(string name) => Small.GetValueOrDefault(name)
        ?? SmallModels.Create(name);

    /// <summary>How many random masks a test tries: few of networks that take tenths of seconds.</summary>
    public static int Tries(string name) => Small.ContainsKey(name) ? 20 : 2;

    /// <summary>Whether three samples go through so many batch normalisations that single precision leaves
    /// nothing of a small difference.</summary>
    public static bool IsDeep(Network network) => network.Nodes.Count(node => node.Layer is BatchNorm2d) > 25;

    /// <summary>Some samples: token ids where an embedding reads them, else numbers between 0 and 1.</summary>
    public static double[] Samples(Network network, KeyedRandom random, int count = 3) =>
        [.. Enumerable.Range(0, count * network.Input.Length).Select(_ =>
            network.Vocabulary is { } tokens ? random.Next(tokens) : random.NextDouble())];

    /// <summary>A mask that keeps a random share of each group's units, and a random share of the weights that these leave.</summary>
    /// <param name="network">Whose.</param>
    /// <param name="random">The draws.</param>
    /// <param name="weights">Whether single weights go too.</param>
    /// <param name="least">The least share of units.</param>
    public static Mask Draw(Network network, KeyedRandom random, bool weights = true, double least = 0)
    {
        var units = new Units(network, [.. network.Groups.Select(group =>
        {
            var share = group.IsFixed ? 1 : least + (1 - least) * random.NextDouble();
            var kept = new bool[group.Width];
            for (var unit = 0; unit < kept.Length; unit++) kept[unit] = random.NextDouble() < share;
            kept[random.Next(kept.Length)] = true;
            return Selection.Of(kept);
        })]);
        var layout = units.Small.Layout;
        var present = new bool[layout.Count];
        var density = weights ? 0.3 + 0.7 * random.NextDouble() : 1;
        foreach (var tensor in layout.Entries)
            for (var i = tensor.Offset; i < tensor.Range.End.Value; i++)
                present[i] = tensor.Role != TensorRole.Weight || random.NextDouble() < density;
        return Mask.OfUnits(units, Selection.Of(present));
    }

    /// <summary>Weights that carry signals through deep networks, and statistics that are positive.</summary>
    public static Weights Fill(Network network, KeyedRandom random)
    {
        var values = new float[network.Layout.Count];
        var gain = network.Nodes.Any(node => node.Layer is NoNorm) ? 0.25 : 1; // a stream that nothing normalises grows with every layer
        foreach (var tensor in network.Layout.Entries)
        {
            var deviation = gain * Math.Sqrt(2.0 * tensor.Shape[0] / tensor.Length);
            foreach (ref var value in values.AsSpan(tensor.Range))
                value = (float)(tensor.Role switch
                {
                    TensorRole.Weight => deviation * random.NextGaussian(),
                    TensorRole.Bias => 0.2 * random.NextGaussian(),
                    TensorRole.Norm => 1 + 0.2 * random.NextGaussian(),
                    _ => 0.5 + random.NextDouble(),
                });
        }
        return new Weights(network.Layout, values);
    }

    static NetworkBuilder Start(string name) => new(name, Image);

    static NetworkBuilder Text(string name) => new NetworkBuilder(name, Tokens).Embedding(Vocabulary, 6);
}
