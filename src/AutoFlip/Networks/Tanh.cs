using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>tanh(x).</summary>
public sealed record Tanh : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => run.Input.tanh();

    internal override string Export(OnnxDraft draft) => draft.Step("Tanh", draft.Input);

    /// <summary>Computed in float32 inside and rounded once.</summary>
    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
