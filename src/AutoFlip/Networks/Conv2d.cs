using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Two-dimensional cross-correlation of [N, C, H, W].</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">Sides of the kernel.</param>
/// <param name="Stride">Step on both axes.</param>
/// <param name="Padding">Rows of zeros added above and below, columns added left and right.</param>
/// <param name="Bias">Whether an offset per output channel is added.</param>
/// <param name="GroupWidth">Consecutive input channels that form a group, convolved by themselves; null is one group of all. It must
/// divide the input's channels, and the number of groups (PyTorch's <c>groups</c>) must divide <paramref name="Channels"/>. 1 is
/// depthwise.</param>
/// <remarks>
/// What goes together: a whole group, the channels that it reads and the channels that it makes; a unit of what comes in is then
/// <paramref name="GroupWidth"/> channels (or more, if its units were larger already). So any unit can go and what is left is a
/// convolution in fewer groups of the same widths; that is why the width, not the number of groups, is the setting. Depthwise
/// convolution is no special case. See docs/decisions/0017.
/// </remarks>
public sealed record Conv2d(
    int Channels, Sides Kernel, int Stride = 1, Sides Padding = default, bool Bias = true, int? GroupWidth = null) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        var (inputs, height, width) = draft.Image();
        var read = GroupWidth ?? inputs; // channels that one output channel reads
        if (read < 1 || inputs % read != 0) throw draft.Error($"{inputs} channels cannot be split into groups of {read}");
        var groups = inputs / read;
        if (Channels % groups != 0) throw draft.Error($"{groups} groups cannot make {Channels} channels: every group makes as many");

        // A unit that is tied to q groups on the input side has the outputs of q groups.
        ImmutableArray<UnitSpan> units = GroupWidth is null
            ? draft.NewUnits(Channels)
            : [.. draft.Tie(draft.Input.Units, read).Select(span => span with { Block = span.Block / read * (Channels / groups) })];
        ImmutableArray<int> kernel = [Channels, read, Kernel.Height, Kernel.Width];
        if (GroupWidth is null) draft.Tensor("weight", TensorRole.Weight, kernel, (0, units), (1, draft.Input.Units));
        else draft.Tensor("weight", TensorRole.Weight, kernel, (0, units));
        if (Bias) draft.Tensor("bias", TensorRole.Bias, [Channels], (0, units));

        var outHeight = draft.Slide(height, Kernel.Height, Stride, Padding.Height);
        var outWidth = draft.Slide(width, Kernel.Width, Stride, Padding.Width);
        draft.Macs = (long)outHeight * outWidth * Channels * read * Kernel.Height * Kernel.Width;
        return new Features([Channels, outHeight, outWidth], units);
    }

    internal override Tensor Run(in LayerRun run)
    {
        var (input, stride) = (run.Input, Stride);
        var channels = input.size(1);
        if (IsUnsafe(GroupWidth ?? channels))
        {
            input = input.slice(2, 0, input.size(2), stride).slice(3, 0, input.size(3), stride); // all that a kernel of one pixel reads
            stride = 1;
        }
        return nn.functional.conv2d(
            input, run.Tensors[0], Bias ? run.Tensors[1] : null, [stride, stride], [Padding.Height, Padding.Width], [1, 1],
            GroupWidth is { } width ? channels / width : 1);
    }

    /// <summary>Tests whether oneDNN 3.7 would write past a buffer in this convolution's backward pass: a 1x1 kernel, a stride above 1,
    /// and fewer channels than a vector register has values (github.com/uxlfoundation/oneDNN/issues/6035, docs/decisions/0039). Its
    /// kernels are correct if the stride is applied first.</summary>
    bool IsUnsafe(long channels) => Kernel is { Height: 1, Width: 1 } && Stride > 1 && Padding is { Height: 0, Width: 0 }
        && channels < WidestVector;

    const int WidestVector = 16; // float32 values of AVX-512

    internal override string Export(OnnxDraft draft) => draft.Step(
        "Conv", [draft.Input, draft.Tensor(0), .. Bias ? [draft.Tensor(1)] : Array.Empty<string>()],
        ("group", draft.InputShape[0] / (GroupWidth ?? draft.InputShape[0])),
        ("kernel_shape", new[] { Kernel.Height, Kernel.Width }),
        ("pads", new[] { Padding.Height, Padding.Width, Padding.Height, Padding.Width }),
        ("strides", new[] { Stride, Stride }));

    internal override Layer WithChannels(int channels) => this with { Channels = channels };

    internal override bool DrawsOffsets => true;

    internal override LayerPrecision Precision => LayerPrecision.Narrow;

    internal override bool OutputIsFree => true;
}
