using System.Numerics;

namespace AutoFlip;

/// <summary>Stochastic gradient descent: b = momentum b + g, w = w - lr b.</summary>
/// <param name="Momentum">In [0, 1); 0 keeps no state.</param>
public sealed record Sgd(double Momentum = 0) : Optimizer
{
    /// <inheritdoc/>
    public override bool IsAdaptive => false;

    /// <inheritdoc/>
    public override Stepper<T> Start<T>(int parameters) => Momentum == 0
        ? new FusedStepper<T, PlainRule<T>>(parameters, new PlainRule<T>(WeightDecay), MaxGradientNorm)
        : new FusedStepper<T, MomentumRule<T>>(parameters, new MomentumRule<T>(Momentum, WeightDecay), MaxGradientNorm);

    struct PlainRule<T>(double decay) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decay));
        Vector<T> _rate;

        public static int StateCount => 0;

        public void Prepare(int step, double learningRate) => _rate = Vector.Create(T.CreateTruncating(learningRate));

        public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second) =>
            weight - _rate * (gradient + _decay * weight);
    }

    struct MomentumRule<T>(double momentum, double decay) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly Vector<T> _momentum = Vector.Create(T.CreateTruncating(momentum));
        readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decay));
        Vector<T> _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = Vector.Create(T.CreateTruncating(learningRate));

        public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
        {
            first = first * _momentum + (gradient + _decay * weight); // the buffer starts at 0, so the first step takes g itself
            return weight - _rate * first;
        }
    }
}
