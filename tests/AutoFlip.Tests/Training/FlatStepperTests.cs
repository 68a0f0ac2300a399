using CsCheck;
using static TorchSharp.torch;

namespace AutoFlip.Tests;

/// <summary>The stepper for devices against the one for the processor, whose numbers OptimizerTests derives.</summary>
public class FlatStepperTests
{
    public static IEnumerable<TheoryDataRow<string, double, double>> Optimizers =>
        from name in OptimizerTests.All.Keys
        from settings in ((double Decay, double Norm)[])[(0, 0), (0.01, 0), (0.01, 0.7)]
        select new TheoryDataRow<string, double, double>(name, settings.Decay, settings.Norm);

    /// <summary>Weight decay, clipping, a mask with poisoned gradients of what it removes, and stretches with rates of their own:
    /// every operation is rounded by itself in both, so the bits are equal.</summary>
    [Theory, MemberData(nameof(Optimizers))]
    public void Steps_of_tensors_are_those_of_vectors_to_the_bit(string name, double decay, double norm) =>
        (from first in Gen.Int[0, 70]
         from second in Gen.Int[1, 140]
         from isMasked in Gen.Bool
         from kept in Gen.Bool.Array[first + second]
         from isScaled in Gen.Bool
         from weights in Gen.Float[-1, 1].Array[first + second]
         from gradients in Gen.Float[-2, 2].Array[first + second].Array[4]
         from poison in Gen.Int[0, OptimizerTests.Poisons.Length - 1].Select(i => OptimizerTests.Poisons[i])
         select (first, isMasked, kept, isScaled, weights, gradients, poison)).Sample(sample =>
        {
            var (first, isMasked, kept, isScaled, weights, gradients, poison) = sample;
            var optimizer = OptimizerTests.All[name] with { WeightDecay = decay, MaxGradientNorm = norm };
            StepScale[] scales = isScaled ? [new(first, 1), new(weights.Length - first, 2.5)] : [];
            using var scope = NewDisposeScope();
            var (vector, flat) = (weights.ToArray(), tensor(weights));
            var removed = isMasked ? tensor(kept.Select(keep => !keep).ToArray()) : null;
            ReadOnlySpan<ulong> bits = isMasked ? Selection.Of(kept).Bits : default;
            var own = optimizer.Start<float>(weights.Length);
            using var other = optimizer.Start(weights.Length, CPU);

            foreach (var gradient in gradients)
            {
                float[] poisoned = [.. gradient.Select((g, i) => isMasked && !kept[i] ? poison : g)];
                var slopes = tensor(poisoned);
                own.Step(vector, poisoned, 0.1, bits, scales);
                other.Step(flat, slopes, 0.1, removed, scales);
                Assert.Equal(Bits(vector), Bits(flat.data<float>().ToArray()));
                Assert.Every(slopes.data<float>().ToArray(), slope => Assert.Equal(0, slope));
            }
            Assert.Equal(own.Steps, other.Steps);
        }, iter: 60);

    [Theory, MemberData(nameof(Optimizers))]
    public void Reset_forgets_everything(string name, double decay, double norm)
    {
        using var scope = NewDisposeScope();
        using var stepper = (OptimizerTests.All[name] with { WeightDecay = decay, MaxGradientNorm = norm }).Start(3, CPU);
        Tensor first = tensor(new float[] { 1, 2, 3 }), second = tensor(new float[] { 1, 2, 3 });
        float[][] slopes = [[1, -1, 0.5f], [1, 1, 0.5f]];
        foreach (var slope in slopes) stepper.Step(first, tensor(slope), 0.1);

        stepper.Reset();
        foreach (var slope in slopes) stepper.Step(second, tensor(slope), 0.1);

        Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
        Assert.Equal(2, stepper.Steps);
    }

    /// <summary>A gradient of one NaN has no norm, and clipping by it makes every weight NaN, as on the processor.</summary>
    [Fact]
    public void Clipping_by_a_norm_that_is_no_number_gives_none()
    {
        using var scope = NewDisposeScope();
        using var stepper = new Sgd { MaxGradientNorm = 1 }.Start(2, CPU);
        var weights = zeros(2);

        stepper.Step(weights, tensor(new[] { float.NaN, 1 }), 1);

        Assert.Every(weights.data<float>().ToArray(), weight => Assert.True(float.IsNaN(weight)));
    }

    [Fact]
    public void Scales_that_do_not_cover_the_vector_are_refused()
    {
        using var scope = NewDisposeScope();
        using var stepper = new Adam().Start(5, CPU);

        var error = Assert.Throws<ArgumentException>(() => stepper.Step(zeros(5), zeros(5), 0.1, scales: [new(3, 1)]));
        Assert.StartsWith("Scales for 3 parameters: started for 5.", error.Message, StringComparison.Ordinal);
    }

    static uint[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];
}
