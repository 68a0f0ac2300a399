using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Linear layers as functions of torch's graph that our own kernels compute, in networks that have no
/// <see cref="KernelPlan"/>: encoders, for example.</summary>
/// <remarks>
/// Gradients of parameters are added straight into the flat vector, so torch sees none of them. A batch goes back once.
/// <para>Products of matrices reach 212 to 247 GFLOP/s a core of an AMD EPYC with AVX-512, where libtorch's MKL takes AVX2 and reaches 111
/// at most; on an Intel Xeon ours reach 105 to 109, and MKL takes AVX-512 (docs/decisions/0051). The function is used on both, so that
/// their bits are equal.</para>
/// </remarks>
/// <param name="width">Width of the vectors.</param>
/// <param name="parameters">Parameters of the network.</param>
/// <param name="gradients">Their gradients, which backward passes add to.</param>
sealed unsafe class LinearFunction(VectorWidth width, float* parameters, float* gradients) : IDisposable
{
    const int MostUncollected = 64;

    readonly LinearProduct _product = new(width);
    readonly float* _parameters = parameters, _gradients = gradients;
    int _calls;
    Tensor? _made, _returned; // torch has taken them by the time that it asks for the next ones
    Exception? _failure;

    /// <summary>True if at least half of a network's multiply-accumulates are those of linear layers: below it the gain does not pay for
    /// a change of bits.</summary>
    public static bool Pays(Network network) =>
        2 * network.Nodes.Where(node => StepOf(node, network.Layout) is not null).Sum(node => node.Macs) >= network.MacsPerSample;

    /// <summary>The layer of a node as it is computed here; null if it is another kind of layer.</summary>
    public static LinearStep? StepOf(Node node, WeightLayout layout)
    {
        if (node.Layer is not (Linear or GroupedLinear { Groups: 1 })) return null;
        ImmutableArray<int> offsets = [.. node.Tensors.Select(name => layout[name].Offset)];
        var shape = layout[node.Tensors[0]].Shape;
        return new(shape[1], shape[0], offsets[0], offsets.Length > 1 ? offsets[1] : null);
    }

    /// <summary>y = x W^T + b.</summary>
    /// <param name="input">[..., inputs] of float32.</param>
    /// <param name="weight">W, as torch's graph knows it.</param>
    /// <param name="step">The layer.</param>
    public Tensor Run(Tensor input, Tensor weight, LinearStep step)
    {
        // TorchSharp makes two delegates per call, whose native parts lie scattered among the tensors until they are collected: the heap
        // has doubled by then. A collection of the youngest objects takes less than a millisecond.
        if (++_calls % MostUncollected == 0) GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        using var rows = input.contiguous();
        var kept = rows.detach().DetachFromDisposeScope();
        return Function.apply(rows, weight, new Call(this, step, kept, rows.requires_grad));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _made?.Dispose();
        _returned?.Dispose();
        _product.Dispose();
    }

    Tensor Forward(Tensor input, LinearStep step)
    {
        _made?.Dispose();
        var output = _made = empty([.. input.shape[..^1], step.Outputs]).DetachFromDisposeScope();
        _product.Forward(
            Rows(input), step.Inputs, step.Outputs, Pointer(input), step.Inputs, _parameters + step.Weights,
            step.Biases is { } biases ? _parameters + biases : null, Pointer(output), step.Outputs);
        return output;
    }

    /// <summary>Adds the gradients of the parameters.</summary>
    /// <returns>The gradient of the input; null if it is not wanted.</returns>
    Tensor? Backward(Tensor input, Tensor gradient, LinearStep step, bool wantsInput)
    {
        using var y = gradient.contiguous();
        _product.BackwardToParameters(
            Rows(input), step.Inputs, step.Outputs, Pointer(input), step.Inputs, Pointer(y), step.Outputs, _gradients + step.Weights,
            step.Biases is { } biases ? _gradients + biases : null);
        _returned?.Dispose();
        _returned = null;
        if (!wantsInput) return null;
        var x = _returned = zeros(input.shape).DetachFromDisposeScope(); // a batch's scope would keep them all
        _product.BackwardToInput(
            Rows(input), step.Inputs, step.Outputs, Pointer(y), step.Outputs, _parameters + step.Weights, Pointer(x), step.Inputs);
        return x;
    }

    /// <summary>Throws if the last way back failed, once.</summary>
    /// <exception cref="InvalidOperationException">It did; the inner exception says why.</exception>
    public void RequireBackward()
    {
        if (_failure is not { } failure) return;
        _failure = null;
        throw new InvalidOperationException($"The way back through a linear layer failed: {failure.Message}", failure);
    }

    /// <summary>Makes the layer's gradients NaN, so that the batch does not count, and <see cref="RequireBackward"/> throw.</summary>
    internal void Fail(LinearStep step, Exception failure)
    {
        _failure = failure;
        new Span<float>(_gradients + step.Weights, step.Inputs * step.Outputs).Fill(float.NaN);
    }

    static int Rows(Tensor tensor) => checked((int)(tensor.numel() / tensor.shape[^1]));

    /// <summary>Address of the first element. Of one element, because spans end at 2 GiB.</summary>
    static float* Pointer(Tensor tensor)
    {
        using var first = tensor.view(-1).narrow(0, 0, 1);
        return (float*)HostCopy.Pointer(first);
    }

    /// <summary>A layer's pass over a batch.</summary>
    /// <param name="Owner">Computes it.</param>
    /// <param name="Step">The layer.</param>
    /// <param name="Input">Its input, disposed on the way back: torch's own saved variables are released by the garbage collector, many
    /// batches later.</param>
    /// <param name="WantsInput">Whether the input has a gradient.</param>
    sealed record Call(LinearFunction Owner, LinearStep Step, Tensor Input, bool WantsInput);

    sealed class Function : autograd.SingleTensorFunction<Function>
    {
        const string Made = "call";

        public override string Name => nameof(LinearFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var call = (Call)vars[2];
            ctx.save_data(Made, call);
            return call.Owner.Forward(call.Input, call.Step);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var call = (Call)ctx.get_data(Made);
            using var input = call.Input;
            Tensor? gradient = null;
            try
            {
                gradient = call.Owner.Backward(input, grad_output, call.Step, call.WantsInput);
            }
            catch (Exception e) // torch is between here and the caller: it would end the process
            {
                call.Owner.Fail(call.Step, e);
            }
            grad_output.Dispose();
            return [gradient!, null!, null!];
        }
    }
}

/// <summary>A linear layer that a <see cref="LinearFunction"/> trains; evaluated it is itself.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Function">Computes it.</param>
/// <param name="Step">Its sizes, and its place among the parameters.</param>
sealed record TrainedLinear(Layer Layer, LinearFunction Function, LinearStep Step) : Layer
{
    internal override Features Draft(LayerDraft draft) => Layer.Draft(draft);

    internal override Tensor Run(in LayerRun run) =>
        run.Training ? Function.Run(run.Input, run.Tensors[0], Step) : Layer.Run(run);

    internal override string Export(OnnxDraft draft) => Layer.Export(draft);

    internal override bool OutputIsFree => Layer.OutputIsFree;
}
