using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>max(x, 0); its gradient at 0 is 0.</summary>
public sealed record ReLU : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => run.InPlace ? run.Input.relu_() : run.Input.relu();

    internal override string Export(OnnxDraft draft) => draft.Step("Relu", draft.Input);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
