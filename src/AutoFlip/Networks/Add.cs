using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Sum of two equal shapes: the end of a residual block. Makes the channel groups of both sides one.</summary>
public sealed record Add : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        if (draft.Inputs is not [var left, var right] || !left.Shape.SequenceEqual(right.Shape))
            throw draft.Error("its two sides have different shapes");
        draft.Merge(left.Units, right.Units);
        return left;
    }

    internal override Tensor Run(in LayerRun run) => run.Inputs[0].add(run.Inputs[1], Scalars.One);

    internal override string Export(OnnxDraft draft) => draft.Step("Add", draft.Inputs);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;
}
