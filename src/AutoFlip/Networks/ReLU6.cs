using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>min(max(x, 0), 6); its gradient is 0 at 0, at 6 and outside.</summary>
/// <remarks>Source: Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10"; light networks use it for low precision.</remarks>
public sealed record ReLU6 : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => nn.functional.relu6(run.Input, inplace: run.InPlace);

    internal override string Export(OnnxDraft draft) => draft.Step("Clip", [draft.Input, draft.Number(0), draft.Number(6)]);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
