using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>min(max(x + 3, 0), 6) / 6: a sigmoid of three straight lines. Of a removed unit it is 1/2, as
/// of a <see cref="Sigmoid"/>.</summary>
/// <remarks>Source: Howard et al. 2019, arXiv:1905.02244, §5.2.</remarks>
public sealed record HardSigmoid : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => nn.functional.hardsigmoid(run.Input);

    internal override string Export(OnnxDraft draft) => draft.Step("HardSigmoid", draft.Input, ("alpha", 1 / 6f), ("beta", 0.5f));
}
