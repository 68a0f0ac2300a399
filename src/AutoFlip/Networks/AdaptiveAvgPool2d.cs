using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>[N, C, H, W] to [N, C, Size, Size]: output i is the mean over rows floor(i H / Size) .. ceil((i + 1) H / Size) - 1,
/// columns likewise.</summary>
/// <param name="Size">Side of the output. It may exceed the input's: windows then overlap or repeat (up-sampling).</param>
/// <remarks>torch's way back adds in an order of chance on a GPU. There the output is a product with the matrix of means, except for one
/// window, which is a plain mean.</remarks>
public sealed record AdaptiveAvgPool2d(int Size) : Layer
{
    /// <summary>Matrices of means on devices: a few kilobytes each, sent once.</summary>
    static readonly ConcurrentDictionary<(int Size, int Height, int Width, ComputeDevice Device), Lazy<Tensor>> Sent = [];

    internal override Features Draft(LayerDraft draft) => new([draft.Image().Channels, Size, Size], draft.Input.Units);

    internal override Tensor Run(in LayerRun run) => run.Device.RewritesLayers && Size > 1
        ? Product(run.Input, run.Device)
        : nn.functional.adaptive_avg_pool2d(run.Input, [Size, Size]);

    /// <summary>As a product with the matrix of means, in float32 at least.</summary>
    Tensor Product(Tensor input, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)input.size(2), (int)input.size(3));
        var means = Sent.GetOrAdd((Size, height, width, device), key => new(() =>
        {
            using var host = tensor(Means(key.Height, key.Width), [key.Height * key.Width, Size * Size]);
            return host.to(key.Device.Torch, copy: true).DetachFromDisposeScope();
        })).Value;
        var wide = input.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        return input.contiguous().flatten(2).to_type(wide).matmul(means.to_type(wide)).unflatten(2, Size, Size).to_type(input.dtype)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Windows of one size are what ONNX has. Where they differ, the output is a product with the matrix of their means.</summary>
    internal override string Export(OnnxDraft draft)
    {
        if (Size == 1) return draft.Step("GlobalAveragePool", draft.Input);
        int channels = draft.InputShape[0], height = draft.InputShape[1], width = draft.InputShape[2];
        if (height % Size == 0 && width % Size == 0)
        {
            var window = new[] { height / Size, width / Size };
            return draft.Step("AveragePool", draft.Input, ("kernel_shape", window), ("strides", window));
        }

        var pixels = draft.Reshape(draft.Input, -1, channels, height * width);
        var means = draft.Numbers("means", [height * width, Size * Size], Means(height, width));
        return draft.Reshape(draft.Step("MatMul", [pixels, means]), -1, channels, Size, Size);
    }

    /// <summary>[H * W, Size * Size]: the share of each pixel in each output.</summary>
    float[] Means(int height, int width)
    {
        var means = new float[height * width * Size * Size];
        for (var row = 0; row < Size; row++)
            for (var column = 0; column < Size; column++)
            {
                var (rows, columns) = (Window(row, height), Window(column, width));
                foreach (var y in rows)
                    foreach (var x in columns) means[((y * width + x) * Size + row) * Size + column] = 1f / (rows.Length * columns.Length);
            }
        return means;
    }

    int[] Window(int index, int length)
    {
        int start = index * length / Size, end = ((index + 1) * length + Size - 1) / Size;
        return [.. Enumerable.Range(start, end - start)];
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
