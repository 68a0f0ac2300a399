using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The image that a <see cref="PatchSequence"/> took apart, [N, Height * Width, C] to [N, C, Height, Width].</summary>
/// <param name="Side">Side of a patch in pixels; it divides both sides of the image.</param>
/// <param name="Height">Height of the image.</param>
/// <param name="Width">Width of the image.</param>
/// <remarks>Source: Mehta and Rastegari 2021, arXiv:2110.02178, "fold".</remarks>
public sealed record PatchImage(int Side, int Height, int Width) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (steps, channels) = draft.Sequence();
        if (steps != Height * Width || Height % Side != 0 || Width % Side != 0)
            throw draft.Error($"it makes images of {Height}x{Width} pixels from patches of {Side}x{Side}");
        return new Features([channels, Height, Width], draft.Input.Units);
    }

    internal override Tensor Run(in LayerRun run)
    {
        using var scope = NewDisposeScope();
        var channels = run.Input.size(2);
        return run.Input.view(-1, Side, Side, Height / Side, Width / Side, channels)
            .permute(0, 3, 1, 4, 2, 5).reshape(-1, Height, Width, channels) // as lies in memory what convolutions like best
            .permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    internal override string Export(OnnxDraft draft)
    {
        var channels = draft.InputShape[1];
        var patches = draft.Reshape(draft.Input, -1, Side, Side, Height / Side, Width / Side, channels);
        return draft.Reshape(draft.Transpose(patches, 0, 5, 3, 1, 4, 2), -1, channels, Height, Width);
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
