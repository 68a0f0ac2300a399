using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Maximum over square windows of [N, C, H, W]; the gradient goes to the first maximum of a window.</summary>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Step on both axes.</param>
/// <param name="Padding">Minus infinities added on every side, at most half the window.</param>
/// <param name="Ceiling">Whether a last window that begins in the image and ends outside counts.</param>
public sealed record MaxPool2d(int Kernel, int Stride, int Padding = 0, bool Ceiling = false) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, height, width) = draft.Image();
        int Slide(int size) => draft.Slide(size, Kernel, Stride, Padding, Ceiling);
        return new Features([channels, Slide(height), Slide(width)], draft.Input.Units);
    }

    internal override Tensor Run(in LayerRun run) =>
        nn.functional.max_pool2d(run.Input, [Kernel, Kernel], [Stride, Stride], [Padding, Padding], ceil_mode: Ceiling);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;
}
