using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The first layers of a network as our own kernels train them: blocks of convolution, rectifier and pooling, then linear
/// layers.</summary>
/// <param name="Convolutions">The blocks, and where their weights and biases begin among the parameters; none for a network of linear
/// layers.</param>
/// <param name="Cells">Side of the adaptive average pooling behind them; 0: none.</param>
/// <param name="Dense">What happens to the flattened features, up to the last linear layer.</param>
/// <param name="Nodes">Nodes of the network that the plan covers, the input included.</param>
sealed record KernelPlan(
    ImmutableArray<(ConvolutionShape Shape, int Weights, int Biases)> Convolutions, int Cells, ImmutableArray<DenseStep> Dense, int Nodes)
{
    /// <summary>The meaning of an experiment's choice of kernels on this processor, <see cref="TrainingKernels.Auto"/> excluded. Own
    /// kernels train networks that have a plan.</summary>
    public static TrainingKernels Chosen(Experiment experiment) => experiment switch
    {
        { Precision: not TrainingPrecision.Fp32 } => TrainingKernels.Torch,
        { Kernels: TrainingKernels.Auto, ThreadsPerClient: 1 } when WidthHere == VectorWidth.Avx512 => TrainingKernels.Own,
        { Kernels: TrainingKernels.Own } => TrainingKernels.Own,
        _ => TrainingKernels.Torch,
    };

    /// <summary>Layers of a network that own kernels train in an experiment on this processor, as summaries have it: <c>own</c> for all
    /// that matter, <c>linear</c> for linear layers alone, <c>torch</c> for none.</summary>
    public static string Share(Experiment experiment, Network network) =>
        Chosen(experiment) != TrainingKernels.Own ? "torch"
        : Of(network) is not null ? "own"
        : LinearFunction.Pays(network) ? "linear" : "torch";

    /// <summary>True if own kernels train a network's layers, or its linear layers at least.</summary>
    public static bool HasKernels(Network network) => Of(network) is not null || LinearFunction.Pays(network);

    /// <summary>Reason why own kernels cannot train a network here, in a sentence; null if they can.</summary>
    public static string? Refuses(Network network) =>
        WidthHere is null ? "this processor has neither AVX-512 nor AVX2 with FMA; choose auto or torch."
        : !HasKernels(network) ? $"{network.Name} has layers without kernels; choose auto or torch."
        : null;

    /// <summary>The widest vectors of this processor that kernels are written in; null if it has none.</summary>
    public static VectorWidth? WidthHere { get; } = VectorCode.Supports(VectorWidth.Avx512) ? VectorWidth.Avx512
        : VectorCode.Supports(VectorWidth.Avx2) ? VectorWidth.Avx2 : null;

    /// <summary>The plan of a network; null if it is no chain, or a layer before its last linear one has no kernel.</summary>
    public static KernelPlan? Of(Network network)
    {
        var nodes = network.Nodes;
        for (var i = 1; i < nodes.Length; i++)
            if (nodes[i].Inputs is not [var input] || input != i - 1) return null;
        var last = nodes.Length - 1;
        while (last > 0 && nodes[last].Layer is not Linear) last--;
        if (last == 0) return null;

        var offsets = network.Layout.Entries.ToDictionary(entry => entry.Name, entry => entry.Offset);
        var at = 1;
        var convolutions = ImmutableArray.CreateBuilder<(ConvolutionShape, int, int)>();
        while (nodes[at].Layer is Conv2d convolution)
        {
            var block = nodes[at];
            if (!IsPlain(convolution) || Behind(nodes, at + 1) is not var (taken, pool)) return null;
            var (channels, height, width) = ImageOf(nodes[at - 1]);
            var side = convolution.Kernel.Height;
            if (height + 2 * convolution.Padding.Height < side || width + 2 * convolution.Padding.Height < side) return null;
            var shape = new ConvolutionShape(
                channels, convolution.Channels, side, convolution.Padding.Height, height, width, IsFirst: at == 1, Pools: pool is not null,
                pool?.Padding ?? 0);
            convolutions.Add((
                shape,
                offsets[block.Tensors[0]], offsets[block.Tensors[1]]));
            at += 1 + taken;
        }
        var cells = 0;
        if (convolutions.Count > 0 && nodes[at].Layer is AdaptiveAvgPool2d adaptive) (cells, at) = (adaptive.Size, at + 1);
        var early = nodes[at].Layer as Dropout; // draws in the order that flattening keeps
        if (early is not null) at++;
        if (nodes[at].Layer is Flatten) at++;
        else if (nodes[at - 1].OutputShape.Length != 1) return null;

        var dense = ImmutableArray.CreateBuilder<DenseStep>();
        if (early is { Rate: > 0 }) dense.Add(new DropStep(early));
        for (; at <= last; at++)
        {
            if (Step(nodes[at], nodes[at - 1].OutputShape[^1], offsets) is not { } step) return null;
            dense.Add(step);
        }
        return new(convolutions.DrainToImmutable(), cells, dense.DrainToImmutable(), last + 1);
    }

    static DenseStep? Step(Node node, int inputs, Dictionary<string, int> offsets) => node.Layer switch
    {
        Linear { Bias: true } linear when node.OutputShape.Length == 1 =>
            new LinearStep(inputs, linear.Features, offsets[node.Tensors[0]], offsets[node.Tensors[1]]),
        ReLU => new RectifyStep(),
        Dropout dropout => new DropStep(dropout),
        _ => null,
    };

    static bool IsPlain(Conv2d convolution) =>
        convolution is { Stride: 1, Bias: true, GroupWidth: null } && convolution.Kernel.Height == convolution.Kernel.Width
        && convolution.Padding.Height == convolution.Padding.Width;

    /// <summary>The rectifier, and the pooling if there is one, behind a convolution, in either order.</summary>
    static (int Taken, MaxPool2d? Pool)? Behind(ImmutableArray<Node> nodes, int at)
    {
        Layer? Layer(int index) => index < nodes.Length ? nodes[index].Layer : null;
        return (Layer(at), Layer(at + 1)) switch
        {
            (ReLU, MaxPool2d pool) when IsPlain(pool) => (2, pool),
            (MaxPool2d pool, ReLU) when IsPlain(pool) => (2, pool),
            (ReLU, not MaxPool2d) => (1, null),
            _ => null,
        };
    }

    static bool IsPlain(MaxPool2d pool) => pool is { Kernel: 2, Stride: 2, Padding: 0 or 1, Ceiling: false };

    static (int Channels, int Height, int Width) ImageOf(Node node) => (node.OutputShape[0], node.OutputShape[1], node.OutputShape[2]);
}

/// <summary>A step over features [N, F].</summary>
abstract record DenseStep;

/// <summary>y = x W^T + b.</summary>
/// <param name="Inputs">Columns of x.</param>
/// <param name="Outputs">Columns of y.</param>
/// <param name="Weights">Offset of W [Outputs, Inputs] among the parameters.</param>
/// <param name="Biases">Offset of b; null: there is none.</param>
sealed record LinearStep(int Inputs, int Outputs, int Weights, int? Biases) : DenseStep;

/// <summary>max(x, 0).</summary>
sealed record RectifyStep : DenseStep;

/// <summary>Dropout.</summary>
/// <param name="Layer">Its rate, and how it draws.</param>
sealed record DropStep(Dropout Layer) : DenseStep;
