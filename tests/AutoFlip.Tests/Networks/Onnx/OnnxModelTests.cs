namespace AutoFlip.Tests;

/// <summary>An independent program, ONNX Runtime, computes from the file what evaluation computes: of every architecture of the catalogue
/// and of a small network for every layer, dense and without some of its units, in float32 and float16.</summary>
[Trait("speed", "slow")]
public sealed class OnnxModelTests
{
    const int Tries = 3;

    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    [Theory, MemberData(nameof(Names))]
    public void Dense_network_computes_what_evaluation_computes(string name) =>
        Compare(name, shrinks: false, drawn => drawn.AssertEqual(drawn.File()));

    [Theory, MemberData(nameof(Names))]
    public void Network_without_some_of_its_units_computes_what_evaluation_computes(string name) =>
        Compare(name, shrinks: true, drawn => drawn.AssertEqual(drawn.File()));

    /// <summary>So what is lost is the rounding of weights and nothing else.</summary>
    [Theory, MemberData(nameof(Names))]
    public void In_float16_a_network_computes_what_evaluation_does_with_rounded_weights(string name) => Compare(name, true, drawn =>
    {
        var rounded = drawn.Weights.ToArray();
        foreach (var tensor in drawn.Network.Layout.Entries.Where(tensor => tensor.Role == TensorRole.Weight))
            foreach (ref var value in rounded.AsSpan(tensor.Range)) value = (float)(Half)value;

        (drawn with { Weights = new Weights(drawn.Weights.Layout, rounded) }).AssertEqual(drawn.File(half: true));
    });

    /// <summary>Windows of one size, of several, that overlap, and that repeat what comes in.</summary>
    [Theory]
    [InlineData(6, 6, 1), InlineData(6, 4, 2), InlineData(6, 6, 7), InlineData(5, 7, 3), InlineData(2, 3, 5), InlineData(6, 5, 3)]
    [InlineData(1, 1, 2), InlineData(4, 4, 4)]
    public void Adaptive_pooling_of_any_size_is_ours(int height, int width, int size) =>
        AssertLayer(new AdaptiveAvgPool2d(size), height, width);

    [Theory]
    [InlineData(7, 3, 2, 0, true), InlineData(8, 3, 2, 0, true), InlineData(8, 3, 2, 1, true), InlineData(5, 2, 2, 1, true)]
    [InlineData(5, 2, 3, 1, true)]
    [InlineData(5, 2, 2, 0, true), InlineData(5, 2, 2, 1, false), InlineData(8, 3, 3, 1, false), InlineData(9, 2, 4, 0, false)]
    [InlineData(9, 2, 4, 0, true)]
    public void Max_pooling_rounds_as_ours_does(int side, int kernel, int stride, int padding, bool ceiling) =>
        AssertLayer(new MaxPool2d(kernel, stride, padding, ceiling), side, side + 1);

    [Fact]
    public void Layer_that_does_nothing_may_be_the_last()
    {
        var network = new NetworkBuilder("last", new(2, 1, 1))
            .Fork("add", new Add(), ("a", a => a.Flatten().Linear(3)), ("b", b => b.Flatten().Linear(3)))
            .Dropout(0.5).Build(3);

        AssertNetwork(network);
    }

    [Fact]
    public void Network_whose_last_value_is_read_twice_has_one_output()
    {
        var network = new NetworkBuilder("twice", new(2, 1, 1)).Flatten().Linear(3)
            .Fork("add", new Add(), ("a", a => a), ("b", b => b.Dropout(0.5))).Build(3);

        AssertNetwork(network);
    }

    static void AssertLayer(Layer layer, int height, int width) =>
        AssertNetwork(new NetworkBuilder("layer", new(3, height, width)).Then(layer).Flatten().Linear(2).Build(2));

    static void AssertNetwork(Network network)
    {
        var drawn = new OnnxCase(network, LawNetworks.Fill(network, new KeyedRandom(1)), new KeyedRandom(2));

        drawn.AssertEqual(drawn.File());
    }

    static void Compare(string name, bool shrinks, Action<OnnxCase> compare)
    {
        var cases = OnnxCase.Draw(name, shrinks, Tries).ToList();

        Assert.Equal(Tries, cases.Count);
        Assert.Every(cases, compare);
    }
}
