using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>x min(max(x + 3, 0), 6) / 6: 0 up to -3, x from 3 on, and 0 at 0.</summary>
/// <remarks>Source: Howard et al. 2019, arXiv:1905.02244, §5.2.</remarks>
public sealed record HardSwish : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => nn.functional.hardswish(run.Input);

    internal override string Export(OnnxDraft draft) => draft.Step("HardSwish", draft.Input);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;
}
