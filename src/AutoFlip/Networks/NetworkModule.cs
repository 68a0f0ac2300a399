using System.Numerics;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A network that computes: its values, their gradients, forward and (by torch) backward passes.</summary>
/// <typeparam name="T">float, or double for sharp tests.</typeparam>
/// <remarks>
/// All values lie in one flat native tensor in the order of <see cref="WeightLayout"/>, all gradients in another; the tensors that layers
/// compute with are views of them. So loading, masking, optimising and sending are single passes over <see cref="Values"/> and
/// <see cref="Gradients"/>, and a backward pass adds into <see cref="Gradients"/> in place.
/// <para>Ownership: the module owns its two tensors and the views until <see cref="Dispose"/>, outside of any dispose scope. The caller
/// opens a dispose scope per batch; <see cref="Forward"/> frees what it made on the way and leaves its result to that scope.</para>
/// <para>Precision: values and gradients are T's. With <see cref="TrainingPrecision.Bf16"/> a training pass computes
/// convolutions and products of matrices on copies narrowed to bfloat16 and hands activations on in it; gradients arrive
/// widened. Evaluation is as without.</para>
/// <para>Device: on another one than the CPU there is no memory to read: values go through <see cref="Upload"/> and
/// <see cref="Download"/>, and steps through the tensors.</para>
/// <para>Threads: one module belongs to one thread at a time; modules share nothing. Intra-op threads are left as they are.</para>
/// </remarks>
public sealed unsafe class NetworkModule<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly Tensor _values;
    readonly Tensor _parameters; // a view
    readonly Tensor _gradients;
    readonly ComputeDevice _device;
    readonly Tensor[] _views;
    readonly Step[] _steps;
    readonly bool _convolves;
    readonly bool _narrows;
    readonly KernelFunction? _kernels;
    readonly LinearFunction? _linear;
    readonly T* _value;
    readonly T* _gradient;
    bool _disposed;

    static NetworkModule() => OneDnn.Prepare();

    /// <summary>Allocates values and gradients, all 0. Load weights before use.</summary>
    /// <param name="network">What to compute.</param>
    /// <param name="precision">What training passes compute in; narrower than float for float only.</param>
    /// <param name="kernels">What computes training passes in float32: own kernels for networks that have a plan, and for
    /// linear layers where they are most of the work; else torch.</param>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double, or
    /// double and to be narrowed.</exception>
    public NetworkModule(
        Network network, TrainingPrecision precision = TrainingPrecision.Fp32, TrainingKernels kernels = TrainingKernels.Torch)
        : this(network, precision, kernels, ComputeDevice.Cpu)
    {
    }

    /// <summary>Allocates values and gradients on a device.</summary>
    internal NetworkModule(Network network, TrainingPrecision precision, TrainingKernels kernels, ComputeDevice device)
    {
        (Network, _device) = (network, device);
        var layout = network.Layout;
        var type = ElementType.Of<T>();
        _narrows = precision == TrainingPrecision.Bf16;
        if (_narrows && type != ScalarType.Float32) throw new NotSupportedException("Only networks of float train in bfloat16.");
        _values = zeros(layout.Count, type, device.Torch).DetachFromDisposeScope();
        _parameters = _values.narrow(0, 0, layout.ParameterCount).DetachFromDisposeScope();
        _gradients = zeros(layout.ParameterCount, type, device.Torch).DetachFromDisposeScope();
        if (device.IsHost)
        {
            _value = (T*)HostCopy.Pointer(_values);
            _gradient = (T*)HostCopy.Pointer(_gradients);
        }

        using var scope = NewDisposeScope();
        var views = layout.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            var view = View(_values, entry).DetachFromDisposeScope();
            if (entry.Role != TensorRole.Statistic)
            {
                view.requires_grad_();
                view.grad = View(_gradients, entry);
            }
            return view;
        });
        _views = [.. views.Values];
        if (kernels == TrainingKernels.Own && device.IsHost && type == ScalarType.Float32 && !_narrows)
        {
            if (KernelPlan.Of(network) is { } plan) _kernels = new(plan, (float*)_value, (float*)_gradient, layout.ParameterCount);
            else if (LinearFunction.Pays(network)) _linear = new(KernelPlan.WidthHere!.Value, (float*)_value, (float*)_gradient);
        }
        _steps = Plan(network, views, _linear);
        _convolves = network.Nodes.Any(node => node.Layer is Conv2d);
    }

    /// <summary>The network of the module.</summary>
    public Network Network { get; }

    /// <summary>All values in layout order: parameters, then running statistics. Writable; valid until the module is disposed.</summary>
    public Span<T> Values => Span(_value, Network.Layout.Count);

    /// <summary>The trainable prefix of <see cref="Values"/>.</summary>
    public Span<T> Parameters => Span(_value, Network.Layout.ParameterCount);

    /// <summary>The parameters' gradients, in the order of <see cref="Parameters"/>. Backward passes add to them.</summary>
    public Span<T> Gradients => Span(_gradient, Network.Layout.ParameterCount);

    /// <summary><see cref="Parameters"/> as one tensor of the device.</summary>
    internal Tensor FlatParameters => _parameters;

    /// <summary><see cref="Gradients"/> as one tensor of the device.</summary>
    internal Tensor FlatGradients => _gradients;

    /// <summary>Replaces the first values, on whatever device.</summary>
    internal void Upload(ReadOnlySpan<T> values) => HostCopy.Write(values, _values);

    /// <summary>Copies the first values from whatever device, once all that was begun there is done.</summary>
    internal void Download(Span<T> values) => HostCopy.Read(_values, values);

    /// <summary>Computes the outputs of a batch.</summary>
    /// <param name="input">[N, C, H, W], of type T; [N, C*H*W] will do if the first layer is a Flatten. Borrowed, unchanged.</param>
    /// <param name="training">Training: a graph for the backward pass is recorded, batch statistics are used and the running ones are
    /// moved. Evaluation: nothing is changed, and nothing recorded unless asked for.</param>
    /// <param name="dropout">Where dropout draws from; null turns dropout off.</param>
    /// <param name="records">Records a graph for the backward pass in evaluation too.</param>
    /// <returns>[N, outputs] of type T, in the caller's dispose scope; without one, the caller disposes it.</returns>
    public Tensor Forward(Tensor input, bool training, KeyedRandom? dropout = null, bool records = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var noGradients = training || records ? null : no_grad();
        using var scope = NewDisposeScope();

        var outputs = new Tensor?[_steps.Length];
        var first = training && _kernels is not null ? _kernels.Plan.Nodes : 1;
        if (first > 1) outputs[first - 1] = _kernels!.Run(input, dropout);
        else outputs[0] = _convolves ? ChannelsLast(input) : input.alias(); // a handle of our own: the caller's is never disposed
        for (var i = first; i < _steps.Length; i++)
        {
            var step = _steps[i];
            Tensor[] inputs = [.. step.Inputs.Select(index => outputs[index]!)], tensors = step.Tensors;
            if (training && _narrows) (inputs, tensors) = Narrow(step.Layer.Precision, inputs, tensors);
            outputs[i] = step.Layer.Run(new LayerRun(inputs, tensors, training, dropout, step.InPlace, _device));
            foreach (var done in step.Releases)
            {
                if (!ReferenceEquals(outputs[done], outputs[i])) outputs[done]!.Dispose();
                outputs[done] = null;
            }
        }
        var output = training && _narrows ? outputs[^1]!.to_type(ScalarType.Float32) : outputs[^1]!;
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Throws if the last backward pass failed in code of ours, from which no exception reaches its caller. Its gradients are NaN
    /// then.</summary>
    /// <exception cref="InvalidOperationException">It did.</exception>
    internal void RequireBackward() => _linear?.RequireBackward();

    /// <summary>Sets every gradient to 0.</summary>
    public void ZeroGradients()
    {
        if (_device.IsHost)
        {
            Gradients.Clear();
            return;
        }
        using var scope = NewDisposeScope(); // of the handle that is returned
        _gradients.zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _kernels?.Dispose();
        _linear?.Dispose();
        foreach (var view in _views) view.Dispose();
        _parameters.Dispose();
        _values.Dispose();
        _gradients.Dispose();
    }

    sealed record Step(Layer Layer, int[] Inputs, Tensor[] Tensors, bool InPlace, int[] Releases);

    /// <summary>Passes its input on unchanged.</summary>
    sealed record PassOn : Layer
    {
        internal override Features Draft(LayerDraft draft) => draft.Input;

        internal override Tensor Run(in LayerRun run) => run.Input;

        internal override string Export(OnnxDraft draft) => draft.Input;

        internal override LayerPrecision Precision => LayerPrecision.AsGiven;
    }

    /// <summary>Plans the order of layers, the inputs that each may overwrite, and the outputs that are released after it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="views">Its tensors.</param>
    /// <param name="linear">Trains linear layers; null: torch does.</param>
    static Step[] Plan(Network network, Dictionary<string, Tensor> views, LinearFunction? linear)
    {
        var nodes = network.Nodes;
        var readers = nodes.SelectMany(node => node.Inputs).CountBy(input => input).ToDictionary();
        var lastReader = new int[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
            foreach (var input in nodes[i].Inputs) lastReader[input] = i;

        // Rectifying and pooling become one pass over the larger image: at the rectifier's place, and
        // nothing is left to do at the pooling's.
        var layers = nodes.Select(node => node.Layer).ToArray();
        for (var i = 1; i < nodes.Length - 1; i++)
            if (layers[i] is ReLU && layers[lastReader[i]] is MaxPool2d pool && readers[i] == 1)
                (layers[i], layers[lastReader[i]]) = (new MaxPool2d.Rectified(pool), new PassOn());

        for (var i = 1; linear is not null && i < nodes.Length; i++)
            if (LinearFunction.StepOf(nodes[i], network.Layout) is { } step) layers[i] = new TrainedLinear(layers[i]!, linear, step);

        bool MayOverwrite(int input) => layers[input] is { OutputIsFree: true } && readers[input] == 1;
        return [.. nodes.Select((node, i) => new Step(
            layers[i]!, [.. node.Inputs], [.. node.Tensors.Select(name => views[name])],
            node.Inputs is [var only] && MayOverwrite(only),
            [.. node.Inputs.Distinct().Where(input => lastReader[input] == i)]))];
    }

    /// <summary>Inputs and tensors as a layer takes them; what has its type already is not copied. The way back to the parameters goes
    /// through the same conversion, so that their gradients are sums in float32.</summary>
    static (Tensor[] Inputs, Tensor[] Tensors) Narrow(LayerPrecision precision, Tensor[] inputs, Tensor[] tensors) => precision switch
    {
        LayerPrecision.Narrow => (As(inputs, ScalarType.BFloat16), As(tensors, ScalarType.BFloat16)),
        LayerPrecision.Full => (As(inputs, ScalarType.Float32), tensors),
        _ => (inputs, tensors),
    };

    static Tensor[] As(Tensor[] tensors, ScalarType type) => [.. tensors.Select(tensor => tensor.to_type(type))];

    /// <summary>The same values with channels innermost in memory, the layout in which convolutions and pooling are by far the fastest,
    /// and which they preserve. For a single channel it suffices to change the strides.</summary>
    static Tensor ChannelsLast(Tensor input)
    {
        var shape = input.shape;
        return shape is [var count, 1, var height, var width]
            ? input.contiguous().as_strided(shape, [height * width, 1, width, 1])
            : input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    static Tensor View(Tensor flat, TensorEntry entry) =>
        flat.narrow(0, entry.Offset, entry.Length).view([.. entry.Shape.Select(size => (long)size)]);

    Span<T> Span(T* first, int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return first is null && count > 0
            ? throw new InvalidOperationException($"Values on {_device.Name} cannot be read in place.")
            : new Span<T>(first, count);
    }
}
