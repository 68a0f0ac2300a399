using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>x / (1 + exp(-x)). Of a removed unit it is 0, as x is.</summary>
/// <remarks>Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, where it is a stand-in for the GELU; also known as swish.</remarks>
public sealed record SiLU : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => nn.functional.silu(run.Input);

    internal override string Export(OnnxDraft draft) => draft.Step("Mul", [draft.Input, draft.Step("Sigmoid", draft.Input)]);

    /// <summary>Computed in float32 inside and rounded once, as handing it on to a layer that is narrow would round it.</summary>
    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
