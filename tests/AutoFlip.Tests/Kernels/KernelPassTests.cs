using System.Runtime.InteropServices;
using CsCheck;
using static TorchSharp.torch;

namespace AutoFlip.Tests;

/// <summary>Training passes of our own kernels beside torch's.</summary>
[Trait("speed", "slow")]
public unsafe class KernelPassTests
{
    public KernelPassTests() =>
        Assert.SkipWhen(KernelPlan.WidthHere is null, "This processor has neither AVX-512 nor AVX2 with FMA.");

    /// <summary>Weights, images and gradients of scores are whole numbers, so that every sum is exact in float32 in any order, and windows
    /// of pooling are full of ties.</summary>
    [Fact]
    public void Whole_numbers_give_the_numbers_of_torch() =>
        Gen.Select(KernelNetworks.Any.Where(IsExact), Gen.Int[1, 5], Gen.UInt).Sample((network, images, seed) =>
        {
            var random = new KeyedRandom(seed);
            var parameters = KernelNetworks.Whole(network.Layout.Count, random);
            var input = KernelNetworks.Whole(images * network.Input.Length, random);
            var gradient = KernelNetworks.Whole(3 * images, random);

            var (want, got) = (Run(network, TrainingKernels.Torch), Run(network, TrainingKernels.Own));

            if (want.Scores.Concat(want.Gradients).Max(Math.Abs) >= 1 << 24) return; // no longer exact
            Assert.Equal(want.Scores, got.Scores);
            Assert.Equal(want.Gradients, got.Gradients);

            (float[] Scores, float[] Gradients) Run(Network network, TrainingKernels kernels) =>
                Passed<float>(network, kernels, parameters, input, images, gradient, dropout: null);
        }, iter: 150);

    /// <summary>The worst difference to double precision is rounding alone: 2e-5 of a tensor's largest gradient. (Networks and seeds in
    /// which no maximum and no rectifier is within rounding of a tie.)</summary>
    [Theory]
    [InlineData("TwoCNN", 32, 12, 70), InlineData("TwoCNN", 5, 13, 3), InlineData("VGG9", 32, 32, 2), InlineData("LeNet", 32, 28, 9)]
    [InlineData("SimpleCNN", 32, 12, 10), InlineData("FEMNISTCNN", 32, 28, 2), InlineData("TwoNN", 20, 9, 65)]
    [InlineData("LogReg", 20, 9, 65)]
    public void Gradients_are_those_of_double_precision(string model, int hidden, int side, int images)
    {
        var options = new ModelOptions { HiddenSize = hidden, WidthMultiplier = 0.125, Dropout = 0.3 };
        var network = Catalog.Models[model](new(3, side, side), 3, options);
        var random = new KeyedRandom(1);
        var parameters = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.ToArray();
        var input = KernelNetworks.Real(images * network.Input.Length, 1, random);
        var gradient = KernelNetworks.Real(3 * images, 1, random);
        KeyedRandom Dropout() => new Seeds(1).For(Purpose.Dropout, 1, 1, 1);

        var want = Passed<double>(
            network, TrainingKernels.Torch, Doubles(parameters), Doubles(input), images, Doubles(gradient), Dropout());
        var got = Passed(network, TrainingKernels.Own, parameters, input, images, gradient, Dropout());

        Assert.Every(network.Layout.Entries, entry => Assert.InRange(Worst(entry, want.Gradients, got.Gradients), 0, 2e-5));
        Assert.Every(Enumerable.Range(0, want.Scores.Length), i => Assert.Equal(want.Scores[i], got.Scores[i], 1e-4));

        static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];
    }

    [Fact]
    public void Both_widths_of_vectors_give_the_same_scores_and_round_gradients_alike()
    {
        Assert.SkipUnless(VectorCode.Supports(VectorWidth.Avx512) && VectorCode.Supports(VectorWidth.Avx2), "One width alone.");
        Gen.Select(KernelNetworks.Any, Gen.Int[1, 5], Gen.UInt).Sample((network, images, seed) =>
        {
            var random = new KeyedRandom(seed);
            var parameters = KernelNetworks.Real(network.Layout.Count, 0.4, random);
            var input = KernelNetworks.Real(images * network.Input.Length, 1, random);
            var gradient = KernelNetworks.Real(3 * images, 1, random);

            var (wide, narrow) = (Run(VectorWidth.Avx512), Run(VectorWidth.Avx2));

            Assert.Equal(wide.Scores, narrow.Scores);
            Assert.Every(network.Layout.Entries, entry =>
                Assert.InRange(Worst(entry, [.. wide.Gradients.Select(value => (double)value)], narrow.Gradients), 0, 2e-5));

            (float[] Scores, float[] Gradients) Run(VectorWidth width)
            {
                using var pass = new KernelPass(KernelPlan.Of(network)!, width, images);
                float[] scores = new float[3 * images], gradients = new float[network.Layout.ParameterCount];
                fixed (float* x = input, w = parameters, g = gradients)
                {
                    pass.Forward(x, images, w, new Seeds(seed).For(Purpose.Dropout, 1, 1, 1), scores);
                    pass.Backward(gradient, w, g);
                }
                return (scores, gradients);
            }
        }, iter: 80);
    }

    /// <summary>Batches of 3, 70, 1 and 70: buffers are made for the largest so far, and hold nothing of an earlier batch.</summary>
    [Fact]
    public void A_batch_leaves_nothing_to_the_next()
    {
        var network = TwoCnn.Create(new(1, 12, 12), 3, new ModelOptions { HiddenSize = 5 });
        var random = new KeyedRandom(1);
        var parameters = KernelNetworks.Real(network.Layout.Count, 0.4, random);
        using var reused = new NetworkModule<float>(network, kernels: TrainingKernels.Own);
        parameters.CopyTo(reused.Values);

        foreach (var images in new[] { 3, 70, 1, 70 })
        {
            var input = KernelNetworks.Real(images * 144, 1, random);
            var gradient = KernelNetworks.Real(images * 3, 1, random);
            reused.ZeroGradients();

            var got = Passed(reused, input, images, gradient, null);

            Assert.Equal(Passed<float>(network, TrainingKernels.Own, parameters, input, images, gradient, null).Gradients, got.Gradients);
        }
    }

    [Fact]
    public void Gradients_are_added_to_those_that_are_there()
    {
        var network = TwoNn.Create(new(1, 3, 3), 3, new ModelOptions());
        using var module = new NetworkModule<float>(network, kernels: TrainingKernels.Own);
        var random = new KeyedRandom(1);
        KernelNetworks.Whole(network.Layout.Count, random).CopyTo(module.Values);
        float[] input = KernelNetworks.Whole(18, random), gradient = KernelNetworks.Whole(6, random);

        var once = Passed(module, input, 2, gradient, null).Gradients;
        var twice = Passed(module, input, 2, gradient, null).Gradients;

        Assert.Contains(once, value => value != 0);
        Assert.Equal(once.Select(value => 2 * value), twice);
    }

    /// <summary>A pixel that is no number reaches every score of its image and no other; infinity likewise, as in torch.</summary>
    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_is_not_lost(float value)
    {
        var network = TwoCnn.Create(new(1, 12, 12), 3, new ModelOptions { HiddenSize = 5 });
        var random = new KeyedRandom(1);
        var parameters = KernelNetworks.Real(network.Layout.Count, 0.4, random);
        var input = KernelNetworks.Real(2 * 144, 1, random);
        input[77] = value;

        var want = Passed<float>(network, TrainingKernels.Torch, parameters, input, 2, new float[6], null).Scores;
        var got = Passed<float>(network, TrainingKernels.Own, parameters, input, 2, new float[6], null).Scores;

        Assert.Contains(want, score => !float.IsFinite(score));
        Assert.Equal(want.Select(Kind), got.Select(Kind));

        static string Kind(float score) => float.IsNaN(score) ? "NaN" : float.IsInfinity(score) ? $"{score}" : "finite";
    }

    [Fact]
    public void A_batch_that_goes_back_after_the_next_went_forward_has_no_gradients()
    {
        using var scope = NewDisposeScope();
        using var module = new NetworkModule<float>(TwoNn.Create(new(1, 3, 3), 3, new ModelOptions()), kernels: TrainingKernels.Own);
        var first = module.Forward(zeros(1, 1, 3, 3), training: true);
        module.Forward(zeros(1, 1, 3, 3), training: true);

        first.sum().backward();

        Assert.Every(module.Gradients.ToArray(), gradient => Assert.True(float.IsNaN(gradient)));
    }

    /// <summary>The largest difference of a tensor's gradients, over the largest of them.</summary>
    static double Worst(TensorEntry entry, double[] want, float[] got)
    {
        var largest = want[entry.Range].Max(Math.Abs);
        return largest == 0 ? 0 : Enumerable.Range(entry.Offset, entry.Length).Max(i => Math.Abs(want[i] - got[i])) / largest;
    }

    /// <summary>Means and dropout's factors are no whole numbers.</summary>
    static bool IsExact(Network network) =>
        network.Nodes.All(node => node.Layer is not (AdaptiveAvgPool2d or Dropout { Rate: > 0 }));

    static (T[] Scores, T[] Gradients) Passed<T>(
        Network network, TrainingKernels kernels, T[] parameters, T[] input, int images, T[] gradient, KeyedRandom? dropout)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using var module = new NetworkModule<T>(network, kernels: kernels);
        parameters.CopyTo(module.Values);
        return Passed(module, input, images, gradient, dropout);
    }

    static (T[] Scores, T[] Gradients) Passed<T>(NetworkModule<T> module, T[] input, int images, T[] gradient, KeyedRandom? dropout)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var shape = module.Network.Input;
        var type = ElementType.Of<T>();
        var images4 = zeros([images, shape.Channels, shape.Height, shape.Width], type);
        input.CopyTo(MemoryMarshal.Cast<byte, T>(images4.bytes));
        var scores = module.Forward(images4, training: true, dropout);
        var values = MemoryMarshal.Cast<byte, T>(scores.contiguous().bytes).ToArray();
        var gradients = zeros(scores.shape, type);
        gradient.CopyTo(MemoryMarshal.Cast<byte, T>(gradients.bytes));
        scores.backward([gradients]);
        return (values, module.Gradients.ToArray());
    }
}
