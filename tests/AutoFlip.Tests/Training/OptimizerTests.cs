using System.Numerics;
using System.Runtime.InteropServices;
using CsCheck;
using TorchSharp;
using TorchSharp.Modules;

namespace AutoFlip.Tests;

public class OptimizerTests
{
    internal static readonly Dictionary<string, Optimizer> All = new()
    {
        ["SGD"] = new Sgd(),
        ["SGD with momentum"] = new Sgd(0.9),
        ["Adam"] = new Adam(),
        ["AdamW"] = new AdamW(),
        ["RMSprop"] = new RmsProp(),
        ["RMSprop with momentum"] = new RmsProp(Momentum: 0.9),
        ["Adagrad"] = new Adagrad(),
    };

    internal static readonly float[] Poisons = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3];

    public static IEnumerable<TheoryDataRow<string>> Names => All.Keys.Select(name => new TheoryDataRow<string>(name));

    // Hand-computed: one weight that starts at 1, learning rate 0.1, gradients 0.5 then 1.

    [Fact]
    public void SGD_with_momentum_takes_the_steps_computed_by_hand() =>
        // b = 0.5, w = 1 - 0.05 = 0.95; b = 0.5*0.5 + 1 = 1.25, w = 0.95 - 0.125 = 0.825.
        Steps(new Sgd(0.5), [0.95, 0.825], 1e-15);

    [Fact]
    public void SGD_with_weight_decay_takes_the_steps_computed_by_hand() =>
        // g = 0.5 + 0.2*1 = 0.7, w = 0.93; g = 1 + 0.2*0.93 = 1.186, w = 0.8114.
        Steps(new Sgd { WeightDecay = 0.2 }, [0.93, 0.8114], 1e-15);

    [Fact]
    public void Adam_takes_the_steps_computed_by_hand() =>
        // Step 1: m/(1-b1) = g and v/(1-b2) = g^2, so w = 1 - 0.1 = 0.9.
        // Step 2: m = 0.9*0.05 + 0.1 = 0.145, over 0.19 is 0.763157895; v = 0.999*0.00025 + 0.001 = 0.00124975, over 0.001999 is
        // 0.625187594, root 0.790687; w = 0.9 - 0.1*0.763157895/0.790687 = 0.803481643. Epsilon moves this by 2e-9.
        Steps(new Adam(), [0.9, 0.9 - 0.1 * (0.145 / 0.19) / Math.Sqrt(0.00124975 / 0.001999)], 1e-8);

    [Fact]
    public void AdamW_shrinks_the_weight_outside_the_moments() =>
        // Step 1: w = 1*(1 - 0.1*0.2) = 0.98, then minus 0.1 as in Adam: 0.88. Step 2: 0.88*0.98 minus Adam's second step.
        Steps(new AdamW { WeightDecay = 0.2 }, [0.88, 0.88 * 0.98 - 0.1 * (0.145 / 0.19) / Math.Sqrt(0.00124975 / 0.001999)], 1e-8);

    [Fact]
    public void RMSprop_takes_the_steps_computed_by_hand() =>
        // v = 0.01*0.25 = 0.0025, root 0.05, w = 1 - 0.1*0.5/0.05 = 0. v = 0.99*0.0025 + 0.01 = 0.012475, w = 0 - 0.1/sqrt(0.012475).
        Steps(new RmsProp(), [0, -0.1 / Math.Sqrt(0.012475)], 1e-6);

    [Fact]
    public void RMSprop_with_momentum_takes_the_steps_computed_by_hand() =>
        // b = 10, w = 1 - 1 = 0; b = 0.5*10 + 1/sqrt(0.012475), w = -0.1 b.
        Steps(new RmsProp(Momentum: 0.5), [0, -0.5 - 0.1 / Math.Sqrt(0.012475)], 1e-6);

    [Fact]
    public void Adagrad_takes_the_steps_computed_by_hand() =>
        // s = 0.25, w = 1 - 0.1*0.5/0.5 = 0.9; s = 1.25, w = 0.9 - 0.1/sqrt(1.25).
        Steps(new Adagrad(), [0.9, 0.9 - 0.1 / Math.Sqrt(1.25)], 1e-9);

    [Theory, MemberData(nameof(Names))]
    public void Optimizer_equals_torch(string name)
    {
        Compare<double>(All[name] with { WeightDecay = 0.01 }, 1e-13);
        Compare<float>(All[name] with { WeightDecay = 0.01 }, 2e-6);
    }

    [Theory, MemberData(nameof(Names))]
    public void Each_stretch_takes_the_steps_of_a_vector_of_its_own_at_its_own_rate(string name)
    {
        // Bit for bit, masked, wherever stretches begin and end: the second one straddles words of the mask and vectors.
        (from first in Gen.Int[0, 70]
         from second in Gen.Int[1, 140]
         from kept in Gen.Bool.Array[first + second]
         from weights in Gen.Float[-1, 1].Array[first + second]
         from gradients in Gen.Float[-2, 2].Array[first + second].Array[3]
         select (first, kept, weights, gradients)).Sample(sample =>
        {
            var (first, kept, weights, gradients) = sample;
            var optimizer = All[name] with { WeightDecay = 0.01 };
            StepScale[] scales = [new(first, 1), new(weights.Length - first, 2.5)];
            var (whole, one, other) = (weights.ToArray(), weights[..first], weights[first..]);
            var steppers = (optimizer.Start<float>(whole.Length), optimizer.Start<float>(one.Length), optimizer.Start<float>(other.Length));
            foreach (var gradient in gradients)
            {
                steppers.Item1.Step(whole, gradient.ToArray(), 0.1, Bits(kept), scales);
                steppers.Item2.Step(one, gradient[..first], 0.1, Bits(kept[..first]));
                steppers.Item3.Step(other, gradient[first..], 0.1 * 2.5, Bits(kept[first..]));
            }
            Assert.Equal([.. one, .. other], whole);
            Assert.Equal(3, steppers.Item1.Steps);
        });
    }

    [Fact]
    public void Scales_that_do_not_cover_the_vector_are_refused()
    {
        var stepper = new Adam().Start<float>(5);
        var error = Assert.Throws<ArgumentException>(() => stepper.Step(new float[5], new float[5], 0.1, scales: [new(3, 1)]));
        Assert.StartsWith("Scales for 3 parameters: started for 5.", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void Masked_vector_trains_like_the_vector_of_its_kept_parameters(string name)
    {
        // The law behind shrinking: bit for bit, whatever the gradients of the rest are, and whatever the vector length does to the tail.
        (from length in Gen.Int[1, 200]
         from kept in Gen.Bool.Array[length]
         from weights in Gen.Float[-1, 1].Array[length]
         from gradients in Gen.Float[-2, 2].Array[length].Array[3]
         from poison in Gen.Int[0, Poisons.Length - 1].Select(i => Poisons[i])
         select (kept, weights, gradients, poison)).Sample(sample =>
        {
            var optimizer = All[name] with { WeightDecay = 0.01 };
            var (kept, full, gradients, poison) = sample;
            var small = Compress(full, kept);
            var fullStepper = optimizer.Start<float>(full.Length);
            var smallStepper = optimizer.Start<float>(small.Length);
            full = [.. full];

            foreach (var gradient in gradients)
            {
                float[] poisoned = [.. gradient.Zip(kept, (g, keep) => keep ? g : poison)];
                fullStepper.Step(full, poisoned, 0.1, Bits(kept));
                smallStepper.Step(small, Compress(gradient, kept), 0.1);
                Assert.Every(poisoned, g => Assert.Equal(0, g));
            }

            Assert.Equal(small, Compress(full, kept));
            Assert.All(full.Where((_, i) => !kept[i]), weight => Assert.Equal(0, weight), throwIfEmpty: false);
        }, iter: 100);
    }

    [Fact]
    public void Masked_state_is_zero_when_the_mask_brings_a_parameter_back()
    {
        var stepper = new Sgd(0.9).Start<float>(2);
        float[] weights = [1, 1];

        stepper.Step(weights, [5, 5], 0.1, [0b01]);
        stepper.Step(weights, [0, 1], 0.5, [0b11]);

        // The momentum of the second knows nothing of the 5: w = 0 - 0.5*1.
        Assert.Equal(-0.5f, weights[1]);
    }

    /// <summary>As if its weight and its gradient had been 0 so far.</summary>
    [Theory, MemberData(nameof(Names))]
    public void A_parameter_that_comes_back_has_no_state(string name)
    {
        Stepper<float> masked = All[name].Start<float>(2), dense = All[name].Start<float>(2);
        float[] back = [1, 1], never = [1, 0];
        masked.Step(back, [5, 5], 0.1, [0b01]);
        dense.Step(never, [5, 0], 0.1);

        masked.Step(back, [0, 1], 0.5);
        dense.Step(never, [0, 1], 0.5);

        Assert.Equal(never, back);
    }

    [Fact]
    public void A_mask_of_another_length_is_refused() => Assert.Throws<ArgumentException>(() => GradientNorm.Of<float>([1, 2], [0b11, 0]));

    [Theory, MemberData(nameof(Names))]
    public void Reset_forgets_everything(string name)
    {
        var stepper = All[name].Start<float>(3);
        float[] first = [1, 2, 3], second = [1, 2, 3];
        stepper.Step(first, [1, -1, 0.5f], 0.1);
        stepper.Step(first, [1, 1, 0.5f], 0.1);

        stepper.Reset();
        stepper.Step(second, [1, -1, 0.5f], 0.1);
        stepper.Step(second, [1, 1, 0.5f], 0.1);

        Assert.Equal(first, second);
        Assert.Equal(2, stepper.Steps);
    }

    [Fact]
    public void Clipping_scales_the_gradient_to_its_largest_norm()
    {
        // |(3, 4)| = 5, so the factor is 1 / (5 + 1e-6), and w = 0 - g * factor.
        double[] weights = [0, 0];

        new Sgd { MaxGradientNorm = 1 }.Start<double>(2).Step(weights, [3, 4], 1);

        Assert.Equal([-3 / 5.000001, -4 / 5.000001], weights);
    }

    [Fact]
    public void Clipping_leaves_short_gradients_and_ignores_masked_ones()
    {
        float[] weights = [0, 0, 0];

        new Sgd { MaxGradientNorm = 1 }.Start<float>(3).Step(weights, [0.25f, float.NaN, 0.5f], 1, [0b101]);

        Assert.Equal([-0.25f, 0, -0.5f], weights);
    }

    [Fact]
    public void Gradient_norm_equals_a_plain_sum() =>
        (from length in Gen.Int[0, 200]
         from gradients in Gen.Float[-2, 2].Array[length]
         from kept in Gen.Bool.Array[length]
         select (gradients, kept)).Sample(sample =>
        {
            var want = Math.Sqrt(Compress(sample.gradients, sample.kept).Sum(g => (double)g * g));

            Assert.Equal(want, GradientNorm.Of<float>(sample.gradients, Bits(sample.kept)), 1e-12 * (1 + want));
            double[] wide = [.. sample.gradients.Select(g => (double)g)];
            Assert.Equal(want, GradientNorm.Of<double>(wide, Bits(sample.kept)), 1e-12 * (1 + want));
        }, iter: 200);

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        var stepper = new Adam().Start<float>(65);

        Assert.Throws<ArgumentException>(() => stepper.Step(new float[64], new float[65], 0.1));
        Assert.Throws<ArgumentException>(() => stepper.Step(new float[65], new float[65], 0.1, new ulong[1]));
    }

    [Fact]
    public void Catalogue_passes_the_options_of_the_experiment_on()
    {
        var experiment = new Experiment { WeightDecay = 0.5, Momentum = 0.25, MaxGradientNorm = 3 };

        Assert.Equal(new Sgd(0.25) { WeightDecay = 0.5, MaxGradientNorm = 3 }, Catalog.Optimizers["sgd"](experiment));
        Assert.Equal(new RmsProp(Momentum: 0.25) { WeightDecay = 0.5, MaxGradientNorm = 3 }, Catalog.Optimizers["RMSprop"](experiment));
        Assert.Equal(new Adam { WeightDecay = 0.5, MaxGradientNorm = 3 }, Catalog.Optimizers["Adam"](experiment));
        Assert.Equal(new AdamW { WeightDecay = 0.5, MaxGradientNorm = 3 }, Catalog.Optimizers["AdamW"](experiment));
        Assert.Equal(new Adagrad { WeightDecay = 0.5, MaxGradientNorm = 3 }, Catalog.Optimizers["Adagrad"](experiment));
    }

    static void Steps(Optimizer optimizer, double[] want, double tolerance)
    {
        var stepper = optimizer.Start<double>(1);
        double[] weight = [1];
        double[] gradients = [0.5, 1];
        for (var k = 0; k < want.Length; k++)
        {
            stepper.Step(weight, [gradients[k]], 0.1);
            Assert.Equal(want[k], weight[0], tolerance);
        }
    }

    /// <summary>Five steps beside torch's own optimiser, with a length that leaves a tail.</summary>
    static void Compare<T>(Optimizer optimizer, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var scope = torch.NewDisposeScope();
        var random = new KeyedRandom(5);
        T[] Draw() => [.. Enumerable.Range(0, 37).Select(_ => T.CreateTruncating(random.NextGaussian()))];
        var weights = Draw();
        var stepper = optimizer.Start<T>(weights.Length);
        var parameter = new Parameter(Tensor(weights));
        Parameter[] parameters = [parameter];
        var (decay, rate) = (optimizer.WeightDecay, 0.01);
        torch.optim.Optimizer oracle = optimizer switch
        {
            Sgd sgd => torch.optim.SGD(parameters, rate, momentum: sgd.Momentum, weight_decay: decay),
            Adam => torch.optim.Adam(parameters, rate, weight_decay: decay),
            AdamW => torch.optim.AdamW(parameters, rate, weight_decay: decay),
            RmsProp rms => torch.optim.RMSProp(parameters, rate, weight_decay: decay, momentum: rms.Momentum),
            Adagrad => torch.optim.Adagrad(parameters, rate, weight_decay: decay),
            _ => throw new NotSupportedException(),
        };
        using (oracle)
        {
            for (var k = 0; k < 5; k++)
            {
                var gradients = Draw();
                parameter.grad = Tensor(gradients);
                oracle.step();
                stepper.Step(weights, gradients, rate);
            }
        }
        var want = parameter.to_type(torch.ScalarType.Float64).data<double>().ToArray();
        for (var i = 0; i < weights.Length; i++) Assert.Equal(want[i], double.CreateTruncating(weights[i]), tolerance);
    }

    static torch.Tensor Tensor<T>(T[] values)
        where T : unmanaged
    {
        var tensor = torch.empty(values.Length, typeof(T) == typeof(float) ? torch.ScalarType.Float32 : torch.ScalarType.Float64);
        MemoryMarshal.AsBytes<T>(values).CopyTo(tensor.bytes);
        return tensor;
    }

    static float[] Compress(float[] values, bool[] kept) => [.. values.Where((_, i) => kept[i])];

    static ulong[] Bits(bool[] kept)
    {
        var words = new ulong[(kept.Length + 63) / 64];
        for (var i = 0; i < kept.Length; i++)
            if (kept[i]) words[i / 64] |= 1ul << (i % 64);
        return words;
    }
}
