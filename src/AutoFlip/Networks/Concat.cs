using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Channels of images of equal height and width, or features of vectors or of equally long sequences, one after another. Their
/// groups stay apart.</summary>
public sealed record Concat : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var axis = draft.Input.ChannelAxis;
        var shape = draft.Input.Shape.SetItem(axis, draft.Inputs.Sum(input => input.Channels));
        if (draft.Inputs.Any(input => !input.Shape.RemoveAt(input.ChannelAxis).SequenceEqual(shape.RemoveAt(axis))))
            throw draft.Error("its sides differ in more than channels");
        return new Features(shape, [.. draft.Inputs.SelectMany(input => input.Units)]);
    }

    internal override Tensor Run(in LayerRun run) => cat([.. run.Inputs], run.Input.dim() == 3 ? 2 : 1); // [N, T, F] has them last

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override string Export(OnnxDraft draft) => draft.Step("Concat", draft.Inputs, ("axis", draft.OutputShape.Length == 2 ? 2 : 1));
}
