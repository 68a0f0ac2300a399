using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>(x - mean) / sqrt(variance + eps) * weight + bias, with the mean and the biased variance of the features of each vector [N, F],
/// or of each step of [N, T, F].</summary>
/// <param name="Width">Features that mean and variance are taken over, at least F. Those that do not come in count as zeros.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <remarks>
/// A removed unit is a 0 in every vector, and mean and variance depend on it. So the width is a setting that shrinking does not touch: the
/// small network divides by as many features as the full one and hence computes the same (docs/decisions/0018). In training, evaluation and
/// all precisions it is the same function, without running statistics.
/// <para>Source: Ba et al. 2016, arXiv:1607.06450.</para>
/// </remarks>
public sealed record LayerNorm(int Width, double Epsilon = 1e-5) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var features = draft.VectorOrStep();
        if (features > Width) throw draft.Error($"it normalises {Width} features");
        draft.Tensor("weight", TensorRole.Norm, [features], (0, draft.Input.Units));
        draft.Tensor("bias", TensorRole.Bias, [features], (0, draft.Input.Units));
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run)
    {
        var features = run.Tensors[0].size(0);
        if (features == Width) return nn.functional.layer_norm(run.Input, [Width], run.Tensors[0], run.Tensors[1], Epsilon);
        using var input = Pad(run.Input, features);
        using var weight = Pad(run.Tensors[0], features);
        using var bias = Pad(run.Tensors[1], features);
        using var output = nn.functional.layer_norm(input, [Width], weight, bias, Epsilon);
        return output.narrow(-1, 0, features);
    }

    /// <summary>Padded to the width that is divided by, as <see cref="Run"/> does it.</summary>
    internal override string Export(OnnxDraft draft)
    {
        var features = draft.InputShape[^1];
        if (features == Width)
            return draft.Step("LayerNormalization", [draft.Input, draft.Tensor(0), draft.Tensor(1)], ("epsilon", (float)Epsilon));
        var axes = draft.InputShape.Length + 1;
        var pads = new long[2 * axes]; // before each axis, then behind each
        pads[^1] = Width - features;
        string Padded(int tensor, string suffix) =>
            draft.Rearranged(suffix, TensorRole.Norm, [Width], draft.Values(tensor), new float[Width - features]);
        var output = draft.Step(
            "LayerNormalization", [draft.Step("Pad", [draft.Input, draft.Integers(pads)]), Padded(0, "weight"), Padded(1, "bias")],
            ("epsilon", (float)Epsilon));
        return draft.Step("Slice", [output, draft.Integers(0), draft.Integers(features), draft.Integers(axes - 1)]);
    }

    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (tensor == 0) values.Fill(1);
    }

    internal override Layer Scaled(int channels) => this with { Width = channels };

    Tensor Pad(Tensor tensor, long features) => nn.functional.pad(tensor, (0, Width - features));
}
