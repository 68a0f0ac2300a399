using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>One kind of layer with its settings: a value. Its weights belong to the network, not to it.</summary>
/// <remarks>
/// A layer states everything about itself in one file: the shape and cost of its output (<see cref="Draft"/>), its computation
/// (<see cref="Run"/>), and its ONNX operators (<see cref="Export"/>). Widths are data, so that a narrower network is the same list of
/// layers with other numbers.
/// </remarks>
public abstract record Layer
{
    /// <summary>Infers the output's shape and declares tensors, channel groups and cost.</summary>
    /// <exception cref="AutoFlipException">The layer cannot work on these inputs (exit 2).</exception>
    internal abstract Features Draft(LayerDraft draft);

    /// <summary>Computes the output of a batch.</summary>
    internal abstract Tensor Run(in LayerRun run);

    /// <summary>Expresses the layer in operators of the ONNX standard, as evaluation computes it.</summary>
    /// <returns>The name of the value that it puts out.</returns>
    internal abstract string Export(OnnxDraft draft);

    /// <summary>Writes the initial values of one of the layer's tensors; <paramref name="values"/> comes as zeros.</summary>
    /// <param name="tensor">Its number in the order of the draft.</param>
    /// <param name="entry">Its shape and role.</param>
    /// <param name="values">What to write.</param>
    /// <param name="scheme">The run's scheme for matrices and kernels.</param>
    /// <param name="gain">The scheme's gain.</param>
    /// <param name="random">The tensor's own stream.</param>
    internal virtual void Start(int tensor, TensorEntry entry, Span<float> values, Initializer scheme, double gain, KeyedRandom random)
    {
        if (entry.Role == TensorRole.Weight) scheme(values, entry.Shape, gain, random);
    }

    /// <summary>True if its offset is drawn where the scheme draws offsets, from the shape of its first tensor.</summary>
    internal virtual bool DrawsOffsets => false;

    /// <summary>The same layer putting out <paramref name="channels"/> channels; a layer that puts out
    /// what comes in returns itself.</summary>
    internal virtual Layer WithChannels(int channels) => this;

    /// <summary>The same layer in a network that was never wider. It differs from <see cref="WithChannels"/> where a layer of a pruned
    /// network remembers how many channels there were.</summary>
    internal virtual Layer Scaled(int channels) => WithChannels(channels);

    /// <summary>PyTorch's name of one of its tensors.</summary>
    internal virtual string TensorName(string node, string suffix) => $"{node}.{suffix}";

    /// <summary>Number format of the layer's arithmetic while a network trains in <see cref="TrainingPrecision.Bf16"/>. The default is
    /// correct for every layer.</summary>
    internal virtual LayerPrecision Precision => LayerPrecision.Full;

    /// <summary>True if the layer reads the sample's numbers as token ids.</summary>
    internal virtual bool ReadsTokens => false;

    /// <summary>True if the next layer may overwrite this layer's output: the output is newly allocated, and the backward pass does not
    /// read it.</summary>
    internal virtual bool OutputIsFree => false;
}

/// <summary>Number format of a layer's arithmetic while a network trains in <see cref="TrainingPrecision.Bf16"/>.</summary>
enum LayerPrecision
{
    /// <summary>float32: its inputs are widened. Sums over many values, probabilities, state that is carried on.</summary>
    Full,

    /// <summary>Whatever its inputs are: it selects or moves values, or sums a few of them in float32.</summary>
    AsGiven,

    /// <summary>bfloat16: its inputs and a copy of its tensors are narrowed. Products of matrices, which are summed in float32.</summary>
    Narrow,
}

/// <summary>Tensors and settings of a layer's forward pass.</summary>
/// <param name="inputs">One tensor per input, the batch axis first. Borrowed.</param>
/// <param name="tensors">The layer's tensors in the order of its draft. Borrowed.</param>
/// <param name="training">Whether batch statistics and dropout are in force.</param>
/// <param name="dropout">Where dropout draws from; null turns it off.</param>
/// <param name="inPlace">Whether the first input may be overwritten: nothing else reads it.</param>
/// <param name="device">Where the tensors are.</param>
readonly ref struct LayerRun(
    ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> tensors, bool training, KeyedRandom? dropout, bool inPlace, ComputeDevice device)
{
    public ReadOnlySpan<Tensor> Inputs { get; } = inputs;

    public Tensor Input => Inputs[0];

    public ReadOnlySpan<Tensor> Tensors { get; } = tensors;

    public bool Training { get; } = training;

    public KeyedRandom? Dropout { get; } = dropout;

    public bool InPlace { get; } = inPlace;

    public ComputeDevice Device { get; } = device;
}
