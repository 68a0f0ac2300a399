using System.Numerics;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>An optimiser's settings: a value. <see cref="Start{T}"/> puts it to work on one vector.</summary>
/// <remarks>
/// Names, defaults and formulas are torch's (1.13), rounding is not: sums and products are rounded separately, so that results do not
/// depend on whether the processor has a fused multiply-add.
/// </remarks>
public abstract record Optimizer
{
    /// <summary>At least 0; 0 turns it off. Added to the gradient as <c>WeightDecay * w</c>, except in <see cref="AdamW"/>.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Largest L2 norm of the whole gradient; longer ones are scaled down to it. 0 turns clipping off.</summary>
    public double MaxGradientNorm { get; init; }

    /// <summary>True if the length of a step depends on the learning rate and not on the magnitude of the gradient, by which these
    /// optimisers divide.</summary>
    public virtual bool IsAdaptive => true;

    /// <summary>Fresh state, all 0, for a vector of so many parameters.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither.</exception>
    public Stepper<T> Start<T>(int parameters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Start(new FusedStepperMaker<T>(parameters, MaxGradientNorm));

    /// <summary>Fresh state, all 0, for a float32 vector that lies on a device.</summary>
    internal TensorStepper Start(int parameters, Device device) => Start(new FlatStepperMaker(parameters, MaxGradientNorm, device));

    /// <summary>A stepper with the optimiser's rule, which is written once for every kind of value.</summary>
    internal abstract TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker)
        where TValue : struct, IArithmetic<TValue>;
}
