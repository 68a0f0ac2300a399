using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Two-dimensional cross-correlation of [N, C, H, W] with square kernels.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Stride">Step on both axes.</param>
/// <param name="Padding">Zeros added on every side.</param>
/// <param name="Bias">Whether an offset per output channel is added.</param>
/// <param name="Groups">Equal parts into which input and output channels are cut, each output part reading one input part. As many
/// parts as channels is a depthwise convolution, whose outputs are units of the input's group; other numbers above 1 fix both groups,
/// because removing single channels would unbalance the parts.</param>
public sealed record Conv2d(int Channels, int Kernel, int Stride = 1, int Padding = 0, bool Bias = true, int Groups = 1) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (inputs, height, width) = draft.Image();
        if (inputs % Groups != 0 || Channels % Groups != 0) throw draft.Error($"{inputs} and {Channels} channels cannot be cut into {Groups} equal parts");
        var depthwise = Groups > 1 && Groups == inputs && Groups == Channels;
        var units = depthwise ? draft.Input.Units : draft.NewUnits(Channels);
        if (Groups > 1 && !depthwise)
        {
            draft.Fix(draft.Input.Units);
            draft.Fix(units);
        }

        ImmutableArray<int> kernel = [Channels, inputs / Groups, Kernel, Kernel];
        if (Groups == 1) draft.Tensor("weight", TensorRole.Weight, kernel, (0, units), (1, draft.Input.Units));
        else draft.Tensor("weight", TensorRole.Weight, kernel, (0, units));
        if (Bias) draft.Tensor("bias", TensorRole.Bias, [Channels], (0, units));

        int outHeight = draft.Slide(height, Kernel, Stride, Padding), outWidth = draft.Slide(width, Kernel, Stride, Padding);
        draft.Macs = (long)outHeight * outWidth * Channels * (inputs / Groups) * Kernel * Kernel;
        return new Features([Channels, outHeight, outWidth], units);
    }

    internal override Tensor Run(in LayerRun run) => nn.functional.conv2d(
        run.Input, run.Tensors[0], Bias ? run.Tensors[1] : null, [Stride, Stride], [Padding, Padding], [1, 1], Groups);

    internal override Layer WithWidth(int width) => this with { Channels = width, Groups = Groups == Channels && Groups > 1 ? width : Groups };

    internal override bool OutputIsFree => true;
}
