using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Maximum over square windows of [N, C, H, W]; the gradient goes to the first maximum of a window.</summary>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Step on both axes.</param>
/// <param name="Padding">Minus infinities added on every side, at most half the window.</param>
public sealed record MaxPool2d(int Kernel, int Stride, int Padding = 0) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, height, width) = draft.Image();
        return new Features(
            [channels, draft.Slide(height, Kernel, Stride, Padding), draft.Slide(width, Kernel, Stride, Padding)], draft.Input.Units);
    }

    internal override Tensor Run(in LayerRun run) =>
        nn.functional.max_pool2d(run.Input, [Kernel, Kernel], [Stride, Stride], [Padding, Padding]);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;
}
