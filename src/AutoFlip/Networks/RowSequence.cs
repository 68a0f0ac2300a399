using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>An image read row by row, [N, C, H, W] to [N, H, C*W]: a sequence of H steps whose features are the channels' rows one after
/// another. A table of T steps with F columns is an image of 1 x T x F.</summary>
public sealed record RowSequence : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, height, width) = draft.Image();
        return new Features([height, channels * width], [.. draft.Input.Units.Select(span => span with { Block = span.Block * width })]);
    }

    internal override Tensor Run(in LayerRun run) => run.Input.permute(0, 2, 1, 3).flatten(2);

    internal override string Export(OnnxDraft draft) =>
        draft.Reshape(draft.Transpose(draft.Input, 0, 2, 1, 3), -1, draft.OutputShape[0], draft.OutputShape[1]);
}
