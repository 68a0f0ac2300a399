using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Mean over square windows of [N, C, H, W], without padding.</summary>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Step on both axes.</param>
public sealed record AvgPool2d(int Kernel, int Stride) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (channels, height, width) = draft.Image();
        return new Features([channels, draft.Slide(height, Kernel, Stride, 0), draft.Slide(width, Kernel, Stride, 0)], draft.Input.Units);
    }

    internal override Tensor Run(in LayerRun run) => nn.functional.avg_pool2d(run.Input, [Kernel, Kernel], [Stride, Stride]);

    internal override string Export(OnnxDraft draft) =>
        draft.Step("AveragePool", draft.Input, ("kernel_shape", new[] { Kernel, Kernel }), ("strides", new[] { Stride, Stride }));

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
