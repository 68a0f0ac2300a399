using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The layers of a <see cref="KernelPlan"/> as one function of torch's graph: what follows them, and the loss, stay
/// torch's.</summary>
/// <param name="plan">The layers.</param>
/// <param name="parameters">Parameters of the network.</param>
/// <param name="gradients">Their gradients, which backward passes add to.</param>
/// <param name="count">Number of parameters.</param>
sealed unsafe class KernelFunction(KernelPlan plan, float* parameters, float* gradients, int count) : IDisposable
{
    readonly float* _parameters = parameters, _gradients = gradients;
    readonly int _count = count;
    readonly Tensor _anchor = zeros(1).requires_grad_().DetachFromDisposeScope(); // torch goes back only where an input wants a gradient
    KernelPass? _pass;
    int _batch;

    /// <summary>The layers.</summary>
    public KernelPlan Plan { get; } = plan;

    /// <summary>The scores of a batch, in the caller's dispose scope. A batch goes back before the next one goes forward; later,
    /// gradients become NaN.</summary>
    /// <param name="input">[N, C, H, W] or [N, F] of float32.</param>
    /// <param name="dropout">Where dropout draws from; null turns it off.</param>
    public Tensor Run(Tensor input, KeyedRandom? dropout)
    {
        using var rows = input.contiguous();
        return Function.apply(_anchor, this, new Batch(rows, dropout));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pass?.Dispose();
        _anchor.Dispose();
    }

    Tensor Forward(Batch batch)
    {
        var images = checked((int)batch.Input.size(0));
        if (_pass is null || _pass.Capacity < images)
        {
            _pass?.Dispose();
            _pass = new(Plan, KernelPlan.WidthHere!.Value, images);
        }
        _batch++;
        var scores = empty(images, Plan.Dense.OfType<LinearStep>().Last().Outputs);
        _pass.Forward(
            (float*)HostCopy.Pointer(batch.Input), images, _parameters, batch.Dropout, MemoryMarshal.Cast<byte, float>(scores.bytes));
        return scores;
    }

    void Backward(int batch, Tensor gradient)
    {
        if (batch != _batch)
        {
            new Span<float>(_gradients, _count).Fill(float.NaN); // an exception would end the process: torch is between it and the caller
            return;
        }
        using var rows = gradient.contiguous();
        _pass!.Backward(MemoryMarshal.Cast<byte, float>(rows.bytes), _parameters, _gradients);
    }

    sealed record Batch(Tensor Input, KeyedRandom? Dropout);

    sealed class Function : autograd.SingleTensorFunction<Function>
    {
        const string Owner = "owner", Number = "number";

        public override string Name => nameof(KernelFunction);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (owner, batch) = ((KernelFunction)vars[1], (Batch)vars[2]);
            var scores = owner.Forward(batch);
            ctx.save_data(Owner, owner);
            ctx.save_data(Number, owner._batch);
            return scores;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var owner = (KernelFunction)ctx.get_data(Owner);
            owner.Backward((int)ctx.get_data(Number), grad_output);
            grad_output.Dispose();
            return [null!, null!, null!];
        }
    }
}
