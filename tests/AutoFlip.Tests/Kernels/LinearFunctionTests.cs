using CsCheck;
using static TorchSharp.torch;

namespace AutoFlip.Tests;

/// <summary>Linear layers of our own kernels in torch's graph.</summary>
public unsafe class LinearFunctionTests
{
    public LinearFunctionTests() =>
        Assert.SkipWhen(KernelPlan.WidthHere is null, "This processor has neither AVX-512 nor AVX2 with FMA.");

    /// <summary>Inputs, weights and gradients are whole numbers up to 4, so that every sum is exact in float32: the bits are torch's, of
    /// rows on both sides of the 64 from which on they are not the columns of the product, with and without an offset, on [N, F] and on
    /// [N, T, F]. Gradients of parameters are added to what is there.</summary>
    [Fact]
    public void Whole_numbers_give_the_numbers_of_torch() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 20], Gen.Int[1, 70], Gen.Int[1, 40], Gen.Bool, Gen.Bool, Gen.UInt).Sample(
            (samples, steps, inputs, outputs, isSequence, hasBias, seed) =>
            {
                using var scope = NewDisposeScope();
                var random = new KeyedRandom(seed);
                long[] shape = isSequence ? [samples, steps, inputs] : [samples * steps, inputs];
                var parameters = Whole(random, outputs * inputs + outputs);
                var (x, gradient) = (Whole(random, shape), Whole(random, [.. shape[..^1], outputs]));

                var (wanted, wantedInput) = (parameters.clone().requires_grad_(), x.clone().requires_grad_());
                var y = nn.functional.linear(
                    wantedInput, wanted.narrow(0, 0, outputs * inputs).view(outputs, inputs),
                    hasBias ? wanted.narrow(0, outputs * inputs, outputs) : null);
                y.mul(gradient).sum().backward();

                var (given, gradients) = (x.clone().requires_grad_(), ones(outputs * inputs + outputs));
                using var function = new LinearFunction(KernelPlan.WidthHere!.Value, Pointer(parameters), Pointer(gradients));
                var weight = parameters.narrow(0, 0, outputs * inputs).view(outputs, inputs).requires_grad_();
                var got = function.Run(given, weight, new(inputs, outputs, 0, hasBias ? outputs * inputs : null));
                got.mul(gradient).sum().backward();

                Assert.Equal(y.shape, got.shape);
                Assert.Equal(Values(y), Values(got));
                Assert.Equal(Values(wantedInput.grad!), Values(given.grad!));
                Assert.Equal(Values(wanted.grad!.add(ones_like(wanted.grad!))), Values(gradients));
            }, iter: 200);

    /// <summary>The first layer's input has no gradient, and none is computed.</summary>
    [Fact]
    public void An_input_without_a_gradient_gets_none()
    {
        using var scope = NewDisposeScope();
        var (x, parameters, gradients) = (ones(3, 2), ones(2), zeros(2));
        using var function = new LinearFunction(KernelPlan.WidthHere!.Value, Pointer(parameters), Pointer(gradients));

        function.Run(x, parameters.view(1, 2).requires_grad_(), new(2, 1, 0, null)).sum().backward();

        Assert.Null(x.grad);
        Assert.Equal([3, 3], Values(gradients));
    }

    /// <summary>No exception comes through torch: the gradients are NaN, and the failure is thrown where it is asked for, once.</summary>
    [Fact]
    public void A_failed_way_back_is_reported_once_and_leaves_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (parameters, gradients) = (ones(6), zeros(6));
        using var function = new LinearFunction(KernelPlan.WidthHere!.Value, Pointer(parameters), Pointer(gradients));
        function.RequireBackward();

        function.Fail(new(2, 2, 0, 4), new OutOfMemoryException("no memory"));

        Assert.Equal([true, true, true, true, false, false], Values(gradients).Select(float.IsNaN));
        Assert.Contains("no memory", Assert.Throws<InvalidOperationException>(function.RequireBackward).Message, StringComparison.Ordinal);
        function.RequireBackward();
    }

    /// <summary>Encoders are linear layers for the most part; a ResNet has one at its end.</summary>
    [Theory, InlineData("DistilBert", true), InlineData("MobileBert", true), InlineData("ResNet10", false)]
    public void It_is_for_networks_that_are_linear_layers_for_the_most_part(string model, bool pays)
    {
        var options = new ModelOptions { HiddenSize = 48, EmbeddingSize = 24, EmbeddingCount = 100, WidthMultiplier = 0.125 };
        var network = Catalog.Models[model](model.StartsWith("Res", StringComparison.Ordinal) ? new(3, 32, 32) : new(20, 1, 1), 3, options);

        Assert.Null(KernelPlan.Of(network));
        Assert.Equal(pays, LinearFunction.Pays(network));
        Assert.Equal(
            pays ? "linear" : "torch",
            KernelPlan.Share(new Experiment { Kernels = TrainingKernels.Own }, network));
        Assert.Equal("torch", KernelPlan.Share(new Experiment { Kernels = TrainingKernels.Torch }, network));
    }

    static Tensor Whole(KeyedRandom random, params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return tensor([.. Enumerable.Range(0, count).Select(_ => random.Next(9) - 4f)], shape);
    }

    static float[] Values(Tensor tensor) => [.. tensor.contiguous().data<float>()];

    static float* Pointer(Tensor tensor) => (float*)HostCopy.Pointer(tensor);
}
