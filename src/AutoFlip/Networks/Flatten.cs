using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>[N, C, H, W] to [N, C*H*W]: a channel becomes a block of H*W consecutive features. [N, T, F] to [N, T*F]: a unit has a
/// feature in each of the T steps.</summary>
public sealed record Flatten : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var input = draft.Input;
        var before = input.Shape.Take(input.ChannelAxis).SingleOrDefault(1);
        var after = (int)(input.Length / before / input.Channels);
        return new Features(
            [checked((int)input.Length)],
            [.. Enumerable.Repeat(input.Units, before).SelectMany(units => units)
                .Select(span => span with { Block = span.Block * after })]);
    }

    internal override Tensor Run(in LayerRun run) => run.Input.flatten(1);

    internal override string Export(OnnxDraft draft) => draft.Step("Flatten", draft.Input);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
