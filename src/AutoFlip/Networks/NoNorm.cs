using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>x * weight + bias, per feature of [N, F] or of each step of [N, T, F]: what MobileBERT has in place of normalisation.</summary>
/// <remarks>Its tensors are bias and weight, in this order, as in transformers.
/// <para>Source: Sun et al. 2020, arXiv:2004.02984, section 3.4.</para></remarks>
public sealed record NoNorm : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var features = draft.VectorOrStep();
        draft.Tensor("bias", TensorRole.Bias, [features], (0, draft.Input.Units));
        draft.Tensor("weight", TensorRole.Norm, [features], (0, draft.Input.Units));
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run) => run.Tensors[0].addcmul(run.Input, run.Tensors[1], Scalars.One);

    internal override string Export(OnnxDraft draft) =>
        draft.Step("Add", [draft.Step("Mul", [draft.Input, draft.Tensor(1)]), draft.Tensor(0)]);

    internal override void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (tensor == 1) values.Fill(1);
    }
}
