using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>[N, C, H, W] to [N, C, Size, Size]: output i is the mean over rows floor(i H / Size) .. ceil((i + 1) H / Size) - 1,
/// columns likewise.</summary>
/// <param name="Size">Side of the output. It may exceed the input's: windows then overlap or repeat (up-sampling).</param>
public sealed record AdaptiveAvgPool2d(int Size) : Layer
{
    internal override Features Draft(LayerDraft draft) => new([draft.Image().Channels, Size, Size], draft.Input.Units);

    internal override Tensor Run(in LayerRun run) => nn.functional.adaptive_avg_pool2d(run.Input, [Size, Size]);

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
