using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Training passes in bfloat16 beside the same in float32.</summary>
[Trait("speed", "slow")]
public class TrainingPrecisionTests
{
    const double Unit = 1.0 / 512; // a bfloat16 number has 8 bits: rounding changes a value by at most 2^-9 of it

    static readonly Criterion Loss = new CrossEntropy();

    /// <summary>Small integers are bfloat16 numbers, and so are their sums below 256: nothing is rounded, so nothing may differ.</summary>
    [Fact]
    public void Numbers_that_fit_lose_nothing()
    {
        using var scope = torch.NewDisposeScope();
        var network = new NetworkBuilder("test", new(2, 6, 6)).Conv2d(3, 3, padding: 1).ReLU().MaxPool2d(2).Flatten().Linear(2).Build(2);
        var random = new KeyedRandom(4);
        var input = torch.tensor(Enumerable.Range(0, 3 * 2 * 36).Select(_ => (float)random.Next(2)).ToArray(), [3, 2, 6, 6]);
        float[] weights = [.. Enumerable.Range(0, network.Layout.Count).Select(_ => (float)random.Next(3) - 1)];
        (float[] Outputs, float[] Gradients) Run(TrainingPrecision precision)
        {
            using var module = new NetworkModule<float>(network, precision);
            weights.CopyTo(module.Values);
            var outputs = module.Forward(input, training: true);
            outputs.sum().backward();
            return (outputs.data<float>().ToArray(), module.Gradients.ToArray());
        }

        var (want, got) = (Run(TrainingPrecision.Fp32), Run(TrainingPrecision.Bf16));

        Assert.Every(want.Outputs.Concat(want.Gradients), value => Assert.InRange(value, -256, 256)); // else the test says nothing
        Assert.Equal(want.Outputs, got.Outputs);
        Assert.Equal(want.Gradients, got.Gradients);
    }

    [Fact]
    public void Training_rounds_weights_and_evaluation_does_not()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(
            new NetworkBuilder("test", new(1, 1, 1)).Flatten().Linear(1).Build(1), TrainingPrecision.Bf16);
        float[] weights = [1 + (float)Unit / 2, 0]; // between 1 and 1 + 2^-7, and nearer to 1
        weights.CopyTo(module.Values);
        var input = torch.ones(1, 1, 1, 1);

        Assert.Equal(1, module.Forward(input, training: true).item<float>());
        Assert.Equal(weights[0], module.Forward(input, training: false).item<float>());
        Assert.Equal(weights, module.Values.ToArray());
    }

    /// <remarks>
    /// On its way through n layers that multiply, a value is rounded with each layer's input, weight and output, and so is its gradient:
    /// 6n roundings of at most 2^-9. If each gave its whole error in the same direction the gradient would be off by 6n 2^-9 of its length
    /// (0.05 for TwoCNN). Rounded values also flip rectifiers and change which pixel of a window is the largest, which changes whole
    /// summands: allowed for by as much again.
    /// </remarks>
    [Theory, InlineData("TwoCNN"), InlineData("LeNet"), InlineData("TwoNN"), InlineData("LogReg"), InlineData("VGG9"), InlineData("VGG9BN")]
    [InlineData("ResNet10")]
    public void Gradients_are_near_those_of_float32(string model)
    {
        torch.set_num_threads(1);
        var network = Catalog.Models[model](
            new SampleShape(3, 32, 32), 10, new ModelOptions { HiddenSize = 8, WidthMultiplier = model is "VGG9" or "VGG9BN" ? 0.125 : 1 });
        var roundings = 6 * network.Nodes.Count(node => node.Macs > 0);

        var (want, got) = (Gradients(network, TrainingPrecision.Fp32), Gradients(network, TrainingPrecision.Bf16));

        Assert.InRange(Distance(want, got), 1e-6, 2 * roundings * Unit); // not 0: something was narrowed
    }

    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    /// <summary>Of every kind of layer and way of joining them. Three samples through batch normalisation leave rounding no room: the
    /// gradient need only point the same way, and through very many of them only be there.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Every_layer_trains(string name)
    {
        torch.set_num_threads(1);
        var network = LawNetworks.Of(name);
        var samples = Array.ConvertAll(LawNetworks.Samples(network, new KeyedRandom(2)), value => (float)value);
        float[] Run(TrainingPrecision precision)
        {
            using var scope = torch.NewDisposeScope();
            using var module = new NetworkModule<float>(network, precision);
            Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(module.Values);
            var shape = network.Input;
            var outputs = module.Forward(torch.tensor(samples, [3, shape.Channels, shape.Height, shape.Width]), training: true);
            Assert.Equal(torch.ScalarType.Float32, outputs.dtype);
            outputs.sin().sum().backward();
            return module.Gradients.ToArray();
        }

        var (want, got) = (Run(TrainingPrecision.Fp32), Run(TrainingPrecision.Bf16));

        double Product(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
        Assert.InRange(Product(got, got), double.Epsilon, double.MaxValue);
        if (LawNetworks.IsDeep(network)) return;
        Assert.InRange(Product(want, got) / Math.Sqrt(Product(want, want) * Product(got, got)), 0.9, 1.0001);
    }

    [Fact]
    public void Convolutions_hand_on_bfloat16_with_channels_innermost_and_other_layers_get_float32()
    {
        using var scope = torch.NewDisposeScope();
        Spy given = new(LayerPrecision.AsGiven), full = new(LayerPrecision.Full), narrow = new(LayerPrecision.Narrow);
        var network = new NetworkBuilder("test", new(1, 8, 8))
            .Conv2d(4, 3, padding: 1).Then(given).ReLU().MaxPool2d(2).Then(full).Then(narrow).Flatten().Linear(2).Build(2);
        using var module = new NetworkModule<float>(network, TrainingPrecision.Bf16);

        var outputs = module.Forward(torch.rand(2, 1, 8, 8), training: true);

        Assert.Equal((torch.ScalarType.BFloat16, "256 1 32 4"), given.Seen); // [2, 4, 8, 8]: a step along the channels is 1
        Assert.Equal((torch.ScalarType.Float32, "64 1 16 4"), full.Seen);
        Assert.Equal((torch.ScalarType.BFloat16, "64 1 16 4"), narrow.Seen);
        Assert.Equal(torch.ScalarType.Float32, outputs.dtype);

        module.Forward(torch.rand(2, 1, 8, 8), training: false);

        Assert.Equal((torch.ScalarType.Float32, "256 1 32 4"), given.Seen);
    }

    [Fact]
    public void Double_is_never_narrowed() => Assert.Throws<NotSupportedException>(
        () => new NetworkModule<double>(TwoNn.Create(new(1, 4, 4), 3, new ModelOptions()), TrainingPrecision.Bf16));

    [Theory, InlineData("TwoCNN"), InlineData("ResNet10"), InlineData("LogReg")]
    public void Training_leaves_no_tensor_behind(string model)
    {
        var network = Catalog.Models[model](new SampleShape(3, 24, 24), 10, new ModelOptions { HiddenSize = 4, Dropout = 0.5 });
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Gradients(network, TrainingPrecision.Bf16);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    static float[] Gradients(Network network, TrainingPrecision precision)
    {
        using var module = new NetworkModule<float>(network, precision);
        Initialization.Draw(network, Initialization.Kaiming, 1, new Seeds(1)).Values.CopyTo(module.Values);
        using var scope = torch.NewDisposeScope();
        var random = new KeyedRandom(9);
        var shape = network.Input;
        var input = torch.tensor(
            Enumerable.Range(0, 20 * shape.Length).Select(_ => random.NextSingle()).ToArray(),
            [20, shape.Channels, shape.Height, shape.Width]);
        var labels = torch.tensor(Enumerable.Range(0, 20).Select(i => (long)i % 10).ToArray());
        Loss.Loss(module.Forward(input, training: true, new Seeds(1).For(Purpose.Dropout)), labels).backward();
        return module.Gradients.ToArray();
    }

    /// <summary>Length of the difference, over the length of what is wanted.</summary>
    static double Distance(float[] want, float[] got) => Math.Sqrt(
        want.Zip(got, (a, b) => ((double)a - b) * ((double)a - b)).Sum() / want.Sum(value => (double)value * value));

    /// <summary>Passes on what it gets, and remembers its type and strides.</summary>
    sealed record Spy(LayerPrecision Wants) : Layer
    {
        public (torch.ScalarType Type, string Strides) Seen { get; private set; }

        internal override LayerPrecision Precision => Wants;

        internal override Features Draft(LayerDraft draft) => draft.Input;

        internal override torch.Tensor Run(in LayerRun run)
        {
            Seen = (run.Input.dtype, string.Join(' ', run.Input.stride()));
            return run.Input.alias();
        }

        internal override string Export(OnnxDraft draft) => draft.Input;
    }
}
