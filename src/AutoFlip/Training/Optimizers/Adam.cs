using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Adam: steps scaled by running means of the gradient and of its square.</summary>
/// <param name="Beta1">Memory of the gradient's mean, in [0, 1).</param>
/// <param name="Beta2">Memory of the square's mean, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the square's mean.</param>
/// <remarks>
/// At step k: m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, w = w - lr/(1-b1^k) m / (sqrt(v)/sqrt(1-b2^k) + eps).
/// <para>Source: Kingma and Ba 2015, arXiv:1412.6980.</para>
/// </remarks>
public sealed record Adam(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8) : Optimizer
{
    internal override TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker) =>
        maker.With(new AdamRule<TValue>(Beta1, Beta2, Epsilon, WeightDecay, decoupled: false));
}

/// <summary>Adam with decoupled weight decay: weights shrink by lr * decay before the step, and the moments do not include it.</summary>
/// <param name="Beta1">Memory of the gradient's mean, in [0, 1).</param>
/// <param name="Beta2">Memory of the square's mean, in [0, 1).</param>
/// <param name="Epsilon">Added to the root of the square's mean.</param>
/// <remarks>
/// The decay is 0 unless it is set (torch's default is 0.01: here all optimisers start alike).
/// <para>Source: Loshchilov and Hutter 2019, arXiv:1711.05101.</para>
/// </remarks>
public sealed record AdamW(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8) : Optimizer
{
    internal override TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker) =>
        maker.With(new AdamRule<TValue>(Beta1, Beta2, Epsilon, WeightDecay, decoupled: true));
}

struct AdamRule<TValue>(double beta1, double beta2, double epsilon, double decay, bool decoupled) : IUpdateRule<TValue>
    where TValue : struct, IArithmetic<TValue>
{
    readonly TValue _beta1 = TValue.Of(beta1);
    readonly TValue _beta2 = TValue.Of(beta2);
    readonly TValue _new1 = TValue.Of(1 - beta1);
    readonly TValue _new2 = TValue.Of(1 - beta2);
    readonly TValue _epsilon = TValue.Of(epsilon);
    readonly TValue _decay = TValue.Of(decoupled ? 0 : decay);
    TValue _shrink;
    TValue _rate;
    TValue _correction;

    public static int StateCount => 2;

    public void Prepare(int step, double learningRate)
    {
        _shrink = TValue.Of(decoupled ? 1 - learningRate * decay : 1);
        _rate = TValue.Of(learningRate / (1 - Math.Pow(beta1, step)));
        _correction = TValue.Of(Math.Sqrt(1 - Math.Pow(beta2, step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second)
    {
        gradient += _decay * weight;
        weight *= _shrink;
        first = first * _beta1 + gradient * _new1;
        second = second * _beta2 + _new2 * gradient * gradient;
        return weight - _rate * first / (TValue.Sqrt(second) / _correction + _epsilon);
    }
}
