using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>x Φ(x) with the normal distribution function Φ(x) = (1 + erf(x / √2)) / 2. Of a removed unit it is 0, as x is.</summary>
/// <remarks>Source: Hendrycks and Gimpel 2016, arXiv:1606.08415; the exact form, not the one with tanh.</remarks>
public sealed record Gelu : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => nn.functional.gelu(run.Input);

    internal override string Export(OnnxDraft draft)
    {
        var erf = draft.Step("Erf", draft.Step("Mul", [draft.Input, draft.Number((float)Math.Sqrt(0.5))]));
        var share = draft.Step("Mul", [draft.Step("Add", [erf, draft.Number(1)]), draft.Number(0.5f)]);
        return draft.Step("Mul", [draft.Input, share]);
    }

    /// <summary>Computed in float32 inside and rounded once.</summary>
    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
