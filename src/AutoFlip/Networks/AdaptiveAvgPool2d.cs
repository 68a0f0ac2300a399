using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>[N, C, H, W] to [N, C, Size, Size]: output i is the mean over rows floor(i H / Size) .. ceil((i + 1) H / Size) - 1,
/// columns likewise.</summary>
/// <param name="Size">Side of the output. It may exceed the input's: windows then overlap or repeat (up-sampling).</param>
public sealed record AdaptiveAvgPool2d(int Size) : Layer
{
    internal override Features Draft(LayerDraft draft) => new([draft.Image().Channels, Size, Size], draft.Input.Units);

    internal override Tensor Run(in LayerRun run) => nn.functional.adaptive_avg_pool2d(run.Input, [Size, Size]);

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

        var means = new float[height * width * Size * Size]; // [H * W, Size * Size]
        for (var row = 0; row < Size; row++)
            for (var column = 0; column < Size; column++)
            {
                var (rows, columns) = (Window(row, height), Window(column, width));
                foreach (var y in rows)
                    foreach (var x in columns) means[((y * width + x) * Size + row) * Size + column] = 1f / (rows.Length * columns.Length);
            }
        var pixels = draft.Reshape(draft.Input, -1, channels, height * width);
        return draft.Reshape(
            draft.Step("MatMul", [pixels, draft.Numbers("means", [height * width, Size * Size], means)]), -1, channels, Size, Size);
    }

    int[] Window(int index, int length)
    {
        int start = index * length / Size, end = ((index + 1) * length + Size - 1) / Size;
        return [.. Enumerable.Range(start, end - start)];
    }

    internal override LayerPrecision Precision => LayerPrecision.AsGiven;
}
