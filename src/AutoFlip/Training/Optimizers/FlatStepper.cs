using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>An optimiser at work on one flat tensor of a device: <see cref="Stepper{T}"/> for memory that the host cannot
/// read.</summary>
abstract class TensorStepper : IDisposable
{
    /// <summary>Steps since the start or the last <see cref="Reset"/>.</summary>
    public int Steps { get; private protected set; }

    /// <summary>Moves the weights one step against the gradients, and sets the gradients to 0. Waits for nothing.</summary>
    /// <param name="weights">float32 [parameters]; updated in place.</param>
    /// <param name="gradients">float32 [parameters]; left at 0.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="removed">bool [parameters]: true where the mask removed a parameter; null keeps all. See
    /// <see cref="Stepper{T}.Step"/>.</param>
    /// <param name="scales">Factors on the learning rate, of one stretch of parameters after another; empty leaves it as it is.</param>
    public abstract void Step(
        Tensor weights, Tensor gradients, double learningRate, Tensor? removed = null, ReadOnlySpan<StepScale> scales = default);

    /// <summary>Back to the start.</summary>
    public abstract void Reset();

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Makes <see cref="FlatStepper{TRule}"/>.</summary>
/// <param name="Parameters">Length of the vector.</param>
/// <param name="MaxGradientNorm">As <see cref="Optimizer.MaxGradientNorm"/>.</param>
/// <param name="Device">Where the vector lies.</param>
sealed record FlatStepperMaker(int Parameters, double MaxGradientNorm, Device Device) : IStepperMaker<Flat, TensorStepper>
{
    public TensorStepper With<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<Flat> => new FlatStepper<TRule>(Parameters, rule, MaxGradientNorm, Device);
}

/// <summary>One torch operation per operation of the rule, over all parameters at a time.</summary>
/// <remarks>On the CPU its results are those of <see cref="FusedStepper{T, TRule}"/>, to the bit. The norm for clipping is
/// summed in double in another order there, so its factor could differ in the last bit of a float once in some 10^7 steps.</remarks>
sealed class FlatStepper<TRule>(int parameters, TRule rule, double maxGradientNorm, Device device) : TensorStepper
    where TRule : struct, IUpdateRule<Flat>
{
    readonly Tensor? _first = TRule.StateCount > 0 ? NewState(parameters, device) : null;
    readonly Tensor? _second = TRule.StateCount > 1 ? NewState(parameters, device) : null;
    TRule _rule = rule;

    public override void Step(
        Tensor weights, Tensor gradients, double learningRate, Tensor? removed = null, ReadOnlySpan<StepScale> scales = default)
    {
        using var still = no_grad();
        using var scope = NewDisposeScope();
        var clipped = maxGradientNorm > 0 ? gradients.mul(ClipScale(gradients, removed)) : gradients;
        Steps++;
        scoped ReadOnlySpan<StepScale> parts = scales.IsEmpty ? [new(parameters, 1)] : scales;
        var start = 0;
        foreach (var (length, factor) in parts)
        {
            _rule.Prepare(Steps, learningRate * factor);
            if (length > 0) Step(weights, clipped, start, length);
            start += length;
        }
        if (start != parameters) throw new ArgumentException($"Scales for {start} parameters: started for {parameters}.");
        gradients.zero_();
        if (removed is null) return;
        weights.masked_fill_(removed, Scalars.Zero);
        _first?.masked_fill_(removed, Scalars.Zero);
        _second?.masked_fill_(removed, Scalars.Zero);
    }

    public override void Reset()
    {
        Steps = 0;
        using var scope = NewDisposeScope(); // of the handles that are returned
        _first?.zero_();
        _second?.zero_();
    }

    public override void Dispose()
    {
        _first?.Dispose();
        _second?.Dispose();
    }

    /// <summary>One stretch of parameters.</summary>
    void Step(Tensor weights, Tensor gradients, int start, int length)
    {
        Tensor Part(Tensor whole) => length == parameters ? whole : whole.narrow(0, start, length);
        Flat StateOf(Tensor? state) => state is null ? default : new(Part(state));
        var (first, second) = (StateOf(_first), StateOf(_second));
        var weight = _rule.Update(new(Part(weights)), new(Part(gradients)), ref first, ref second);
        Part(weights).copy_(weight.Values);
        if (_first is not null) Part(_first).copy_(first.Values);
        if (_second is not null) Part(_second).copy_(second.Values);
    }

    /// <summary><see cref="GradientNorm.ClipScale"/>, where the gradients are.</summary>
    Tensor ClipScale(Tensor gradients, Tensor? removed)
    {
        var wide = (removed is null ? gradients : gradients.masked_fill(removed, Scalars.Zero)).to_type(ScalarType.Float64);
        var norm = wide.mul(wide).sum().sqrt();
        return full([], Scalars.Of(maxGradientNorm), ScalarType.Float64, gradients.device)
            .div(norm.add(Scalars.Of(1e-6), Scalars.One)).clamp_max(Scalars.One).to_type(ScalarType.Float32);
    }

    static Tensor NewState(int parameters, Device device) =>
        zeros(parameters, ScalarType.Float32, device).DetachFromDisposeScope();
}
