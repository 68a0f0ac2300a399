using System.Numerics;

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
    /// <inheritdoc/>
    public override Stepper<T> Start<T>(int parameters) => new FusedStepper<T, AdamRule<T>>(
        parameters, new AdamRule<T>(Beta1, Beta2, Epsilon, WeightDecay, decoupled: false), MaxGradientNorm);
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
    /// <inheritdoc/>
    public override Stepper<T> Start<T>(int parameters) => new FusedStepper<T, AdamRule<T>>(
        parameters, new AdamRule<T>(Beta1, Beta2, Epsilon, WeightDecay, decoupled: true), MaxGradientNorm);
}

struct AdamRule<T>(double beta1, double beta2, double epsilon, double decay, bool decoupled) : IUpdateRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    readonly Vector<T> _beta1 = Vector.Create(T.CreateTruncating(beta1));
    readonly Vector<T> _beta2 = Vector.Create(T.CreateTruncating(beta2));
    readonly Vector<T> _new1 = Vector.Create(T.CreateTruncating(1 - beta1));
    readonly Vector<T> _new2 = Vector.Create(T.CreateTruncating(1 - beta2));
    readonly Vector<T> _epsilon = Vector.Create(T.CreateTruncating(epsilon));
    readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decoupled ? 0 : decay));
    Vector<T> _shrink;
    Vector<T> _rate;
    Vector<T> _correction;

    public static int StateCount => 2;

    public void Prepare(int step, double learningRate)
    {
        _shrink = Vector.Create(T.CreateTruncating(decoupled ? 1 - learningRate * decay : 1));
        _rate = Vector.Create(T.CreateTruncating(learningRate / (1 - Math.Pow(beta1, step))));
        _correction = Vector.Create(T.CreateTruncating(Math.Sqrt(1 - Math.Pow(beta2, step))));
    }

    public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
    {
        gradient += _decay * weight;
        weight *= _shrink;
        first = first * _beta1 + gradient * _new1;
        second = second * _beta2 + _new2 * gradient * gradient;
        return weight - _rate * first / (Vector.SquareRoot(second) / _correction + _epsilon);
    }
}
