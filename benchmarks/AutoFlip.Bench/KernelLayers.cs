using static TorchSharp.torch;

namespace AutoFlip.Bench;

/// <summary>Arithmetic of own kernels by kind of layer, against what the processor can do.</summary>
static unsafe class KernelLayers
{
    /// <summary>Linear layers of an encoder of DistilBert's size, with 8 texts of 128 tokens.</summary>
    static readonly (int Rows, int Inputs, int Outputs)[] OfEncoders = [(1024, 768, 768), (1024, 768, 3072), (1024, 3072, 768)];

    /// <summary>GFLOP/s of each product of a network's layers, and of linear layers by libtorch too. A backward pass counts the products
    /// of a dense one, zeros included.</summary>
    public static BenchTable Table(BenchContext context, IReadOnlyList<(string Name, Network Network, int Batch)> networks)
    {
        List<string[]> rows = [["register tile, operands in the first-level cache", "", $"{Peak(context):0}", ""]];
        foreach (var (name, network, batch) in networks)
        {
            var plan = KernelPlan.Of(network)!;
            foreach (var shape in plan.Convolutions.Select(block => block.Shape).DistinctBy(shape => (shape.Inputs, shape.Pools)))
            {
                var (forward, backward) = Convolution(context, shape, batch);
                var text = $"{name}: convolution {shape.Inputs} > {shape.Outputs}, {shape.Kernel}x{shape.Kernel}"
                    + $"{(shape.Pools ? ", pooled" : "")}";
                rows.Add([text, "forward, rectifier and pooling", $"{forward:0}", ""]);
                rows.Add([text, shape.IsFirst ? "backward: weights" : "backward: weights and input", $"{backward:0}", ""]);
            }
            foreach (var linear in plan.Dense.OfType<LinearStep>().Where(step => step.Outputs > 10))
                rows.AddRange(Linear(context, name, batch, linear.Inputs, linear.Outputs));
        }
        foreach (var (count, inputs, outputs) in OfEncoders) rows.AddRange(Linear(context, "encoder, 1,024 steps", count, inputs, outputs));
        return new(["layer", "pass", "GFLOP/s", "libtorch"], [.. rows]);
    }

    static double Peak(BenchContext context)
    {
        const int Terms = 256;
        var (width, rows) = (KernelPlan.WidthHere!.Value, TileRows.Of(Tile.MostRows(KernelPlan.WidthHere.Value)));
        using NativeBuffer<float> x = new(Tile.MostRows(width)), w = new(Terms * 2 * VectorCode.Block), y = new(20 * 2 * VectorCode.Block);
        using var at = new NativeBuffer<int>(2 * TileRows.MostGroups);
        var tile = Tile.Of(width, rows, blocks: 2);
        nint line = 2 * VectorCode.Block * sizeof(float);
        var seconds = Seconds(context, 2000, () =>
            tile((byte*)x.First, (byte*)w.First, null, (byte*)y.First, at.First, 0, 0, line, line, 1, Terms, 0));
        return 2e-9 * Terms * Tile.MostRows(width) * 2 * VectorCode.Block / seconds;
    }

    static (double Forward, double Backward) Convolution(BenchContext context, ConvolutionShape shape, int images)
    {
        var random = new Seeds(1).For(Purpose.Initialization);
        var weights = shape.Outputs * shape.Inputs * shape.Kernel * shape.Kernel;
        using var block = new ConvolutionBlock(shape, KernelPlan.WidthHere!.Value, images, 0, weights);
        using var parameters = new NativeBuffer<float>(weights + shape.Outputs);
        using var outputs = new NativeBuffer<float>((long)images * shape.Cells * shape.OutputChannels);
        using var gradients = new NativeBuffer<float>(shape.Cells * shape.OutputChannels);
        foreach (ref var value in new Span<float>(parameters.First, weights)) value = random.NextSingle() - 0.5f;
        foreach (ref var value in new Span<float>(gradients.First, shape.Cells * shape.OutputChannels)) value = random.NextSingle() - 0.5f;
        for (var image = 0; image < images; image++)
            for (var y = 0; y < shape.Height; y++)
                for (var x = 0; x < shape.Width; x++)
                    for (var c = 0; c < shape.Inputs; c++)
                        block.Input(image)[(y * shape.PaddedWidth + x) * shape.InputChannels + c] = random.NextSingle();
        block.Load(parameters.First);
        float* Output(int image) => outputs.First + (long)image * shape.Cells * shape.OutputChannels;
        var forward = Seconds(context, 1, () =>
        {
            for (var image = 0; image < images; image++) block.Forward(image, Output(image), shape.OutputWidth);
        });
        var backward = Seconds(context, 1, () =>
        {
            for (var image = 0; image < images; image++) block.Backward(image, gradients.First, Output(image), shape.OutputWidth);
        });
        var flops = 2e-9 * images * shape.ConvolvedHeight * shape.ConvolvedWidth * weights;
        return (flops / forward, (shape.IsFirst ? 1 : 2) * flops / backward);
    }

    /// <summary>A linear layer, pass by pass.</summary>
    static IEnumerable<string[]> Linear(BenchContext context, string name, int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        var (x, w, y) = (rand(rows, inputs), rand(outputs, inputs), rand(rows, outputs));
        using NativeBuffer<float> into = new((long)rows * Math.Max(inputs, outputs)), parameters = new((long)outputs * inputs);
        using var product = new LinearProduct(KernelPlan.WidthHere!.Value);
        float* atX = (float*)HostCopy.Pointer(x), atW = (float*)HostCopy.Pointer(w), atY = (float*)HostCopy.Pointer(y);
        (string Pass, Action Own, Func<Tensor> Torch)[] passes =
        [
            ("forward", () => product.Forward(rows, inputs, outputs, atX, inputs, atW, null, into.First, outputs), () => x.matmul(w.t())),
            ("backward: weights",
                () => product.BackwardToParameters(rows, inputs, outputs, atX, inputs, atY, outputs, parameters.First, null),
                () => y.t().matmul(x)),
            ("backward: input", () => product.BackwardToInput(rows, inputs, outputs, atY, outputs, atW, into.First, inputs),
                () => y.matmul(w)),
        ];
        return [.. passes.Select(pass => (string[])
            [$"{name}: linear {inputs} > {outputs}", pass.Pass, Speed(pass.Own), Speed(() => pass.Torch().Dispose())])];

        string Speed(Action call) => $"{2e-9 * rows * inputs * outputs / Seconds(context, 1, call):0}";
    }

    /// <summary>Processor seconds of one call: the median of several turns.</summary>
    static double Seconds(BenchContext context, int calls, Action call)
    {
        call();
        return new Series("", [.. Enumerable.Range(0, context.RepeatsOr(11)).Select(_ =>
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < calls; i++) call();
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds / calls;
        })]).Median;
    }
}
