using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>An image as sequences over its patches, [N, C, H, W] to [N, Side^2 * T, C] with the T = H W / Side^2 patches row by row. Pixels
/// at the same place of all patches make a sequence; the sequences of all places come one after another, row by row too.</summary>
/// <param name="Side">Side of a patch in pixels; it divides H and W.</param>
/// <remarks>Undone by <see cref="PatchImage"/>. Source: Mehta and Rastegari 2021, arXiv:2110.02178, "unfold".</remarks>
public sealed record PatchSequence(int Side) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, height, width) = draft.Image();
        if (height % Side != 0 || width % Side != 0)
            throw draft.Error($"it cannot be cut into patches of {Side}x{Side}", "Choose another Experiment.Resize.");
        return new Features([height * width, channels], draft.Input.Units);
    }

    internal override Tensor Run(in LayerRun run)
    {
        using var scope = NewDisposeScope();
        long channels = run.Input.size(1), height = run.Input.size(2), width = run.Input.size(3);
        return run.Input.view(-1, channels, height / Side, Side, width / Side, Side)
            .permute(0, 3, 5, 2, 4, 1) // [N, row in a patch, column in a patch, row of patches, column of patches, C]
            .reshape(-1, height * width, channels).MoveToOuterDisposeScope();
    }

    internal override string Export(OnnxDraft draft)
    {
        int channels = draft.InputShape[0], height = draft.InputShape[1], width = draft.InputShape[2];
        var patches = draft.Reshape(draft.Input, -1, channels, height / Side, Side, width / Side, Side);
        return draft.Reshape(draft.Transpose(patches, 0, 3, 5, 2, 4, 1), -1, height * width, channels);
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
