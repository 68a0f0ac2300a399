using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Two-dimensional cross-correlation of [N, C, H, W] with square kernels.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step on both axes.</param>
/// <param name="Padding">Zeros added on every side.</param>
/// <param name="Bias">Whether an offset per output channel is added.</param>
/// <param name="Depthwise">Whether every channel is convolved by itself, with a kernel of its own: outputs are then units of the input's
/// group, and <paramref name="Channels"/> must be the input's.</param>
public sealed record Conv2d(int Channels, int Kernel, int Stride = 1, int Padding = 0, bool Bias = true, bool Depthwise = false) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (inputs, height, width) = draft.Image();
        if (Depthwise && inputs != Channels) throw draft.Error($"a depthwise convolution of {Channels} channels needs as many");
        var units = Depthwise ? draft.Input.Units : draft.NewUnits(Channels);
        var read = Depthwise ? 1 : inputs; // channels that one output channel reads

        ImmutableArray<int> kernel = [Channels, read, Kernel, Kernel];
        if (Depthwise) draft.Tensor("weight", TensorRole.Weight, kernel, (0, units));
        else draft.Tensor("weight", TensorRole.Weight, kernel, (0, units), (1, draft.Input.Units));
        if (Bias) draft.Tensor("bias", TensorRole.Bias, [Channels], (0, units));

        int outHeight = draft.Slide(height, Kernel, Stride, Padding), outWidth = draft.Slide(width, Kernel, Stride, Padding);
        draft.Macs = (long)outHeight * outWidth * Channels * read * Kernel * Kernel;
        return new Features([Channels, outHeight, outWidth], units);
    }

    internal override Tensor Run(in LayerRun run) => nn.functional.conv2d(
        run.Input, run.Tensors[0], Bias ? run.Tensors[1] : null, [Stride, Stride], [Padding, Padding], [1, 1], Depthwise ? Channels : 1);

    internal override Layer WithWidth(int width) => this with { Channels = width };

    internal override LayerPrecision Precision => LayerPrecision.Narrow;

    internal override bool OutputIsFree => true;
}
