using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>An image times a vector, channel by channel: [N, C, H, W] and [N, C]. Makes the channel groups of both sides one.</summary>
/// <remarks>
/// The end of a squeeze-and-excitation block. A removed channel of the image is 0, and so is its product, whatever its factor is.
/// <para>Source: Hu et al. 2018, arXiv:1709.01507.</para>
/// </remarks>
public sealed record Multiply : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        if (draft.Inputs is not [{ Shape: [var channels, _, _] } image, { Shape: [var factors] } vector] || channels != factors)
            throw draft.Error("it needs an image and a vector of one factor per channel");
        draft.Merge(image.Units, vector.Units);
        return image;
    }

    internal override Tensor Run(in LayerRun run) => run.Inputs[0].mul(run.Inputs[1].unsqueeze(2).unsqueeze(3));

    internal override string Export(OnnxDraft draft) =>
        draft.Step("Mul", [draft.Input, draft.Reshape(draft.Inputs[1], -1, draft.InputShape[0], 1, 1)]);

    internal override bool OutputIsFree => true;
}
