using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>1 / (1 + exp(-x)). Of a removed unit it is 1/2, which nothing reads: what would read it lost that column.</summary>
public sealed record Sigmoid : Layer
{
    internal override Features Draft(LayerDraft draft) => draft.Input;

    internal override Tensor Run(in LayerRun run) => run.Input.sigmoid();

    internal override string Export(OnnxDraft draft) => draft.Step("Sigmoid", draft.Input);
}
