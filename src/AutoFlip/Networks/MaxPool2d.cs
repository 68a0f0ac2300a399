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

    internal override Tensor Run(in LayerRun run) => Own(run) ?? Torch(run.Input);

    /// <summary>Padded at the end as far as the last window reaches, because programs differ in how they round up.</summary>
    internal override string Export(OnnxDraft draft)
    {
        int End(int size, int windows) => Math.Max((windows - 1) * Stride + Kernel - size - Padding, 0);
        var (bottom, right) = (End(draft.InputShape[1], draft.OutputShape[1]), End(draft.InputShape[2], draft.OutputShape[2]));
        return draft.Step(
            "MaxPool", draft.Input,
            ("kernel_shape", new[] { Kernel, Kernel }),
            ("pads", new[] { Padding, Padding, bottom, right }),
            ("strides", new[] { Stride, Stride }));
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;

    internal override bool OutputIsFree => true;

    /// <summary>By our own kernel; null where it leaves the case to torch: on every device but the host.</summary>
    Tensor? Own(in LayerRun run, bool rectifies = false) =>
        Ceiling || !run.Device.IsHost ? null : MaxPooling.TryRun(run.Input, Kernel, Stride, Padding, rectifies);

    Tensor Torch(Tensor input) =>
        nn.functional.max_pool2d(input, [Kernel, Kernel], [Stride, Stride], [Padding, Padding], ceil_mode: Ceiling);

    /// <summary>The maximum of a window or 0, whichever is larger: max pooling and a rectifier, in either order, in one pass.</summary>
    /// <remarks>Only runs; graphs have the two layers. Both are monotone, the first maximum of a window stays the first, and where it is
    /// not positive no gradient passes in either order: values and gradients are the same, bit for bit.</remarks>
    internal sealed record Rectified(MaxPool2d Pool) : Layer
    {
        internal override Features Draft(LayerDraft draft) => Pool.Draft(draft);

        internal override Tensor Run(in LayerRun run) => Pool.Own(run, rectifies: true) ?? Pool.Torch(run.Input).relu_();

        internal override string Export(OnnxDraft draft) => draft.Step("Relu", Pool.Export(draft));

        internal override LayerPrecision Precision => LayerPrecision.AsGiven;

        internal override bool OutputIsFree => true;
    }
}
