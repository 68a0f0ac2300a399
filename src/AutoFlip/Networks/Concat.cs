using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Channels of images of equal height and width (or features of vectors), one after another. Their groups stay apart.</summary>
public sealed record Concat : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        if (draft.Inputs.Any(input => !input.Shape.Skip(1).SequenceEqual(draft.Input.Shape.Skip(1))))
            throw draft.Error("its sides differ in height or width");
        return new Features(
            [draft.Inputs.Sum(input => input.Shape[0]), .. draft.Input.Shape.Skip(1)], [.. draft.Inputs.SelectMany(input => input.Units)]);
    }

    internal override Tensor Run(in LayerRun run) => cat([.. run.Inputs], 1);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
