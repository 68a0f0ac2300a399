using System.Numerics;

namespace AutoFlip;

/// <summary>RMSprop: v = alpha v + (1-alpha) g^2, w = w - lr g / (sqrt(v) + eps); with momentum b = momentum b + g / (sqrt(v) + eps) and
/// w = w - lr b.</summary>
/// <param name="Alpha">Memory of the square's mean, in [0, 1).</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Momentum">In [0, 1); 0 keeps no buffer b.</param>
/// <remarks>Source: Tieleman and Hinton 2012, Coursera lecture 6.5; not centred.</remarks>
public sealed record RmsProp(double Alpha = 0.99, double Epsilon = 1e-8, double Momentum = 0) : Optimizer
{
    /// <inheritdoc/>
    public override Stepper<T> Start<T>(int parameters) => Momentum == 0
        ? new FusedStepper<T, PlainRule<T>>(parameters, new PlainRule<T>(Alpha, Epsilon, WeightDecay), MaxGradientNorm)
        : new FusedStepper<T, MomentumRule<T>>(parameters, new MomentumRule<T>(Alpha, Epsilon, Momentum, WeightDecay), MaxGradientNorm);

    struct PlainRule<T>(double alpha, double epsilon, double decay) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly Vector<T> _alpha = Vector.Create(T.CreateTruncating(alpha));
        readonly Vector<T> _new = Vector.Create(T.CreateTruncating(1 - alpha));
        readonly Vector<T> _epsilon = Vector.Create(T.CreateTruncating(epsilon));
        readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decay));
        Vector<T> _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = Vector.Create(T.CreateTruncating(learningRate));

        public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
        {
            gradient += _decay * weight;
            first = first * _alpha + _new * gradient * gradient;
            return weight - _rate * gradient / (Vector.SquareRoot(first) + _epsilon);
        }
    }

    struct MomentumRule<T>(double alpha, double epsilon, double momentum, double decay) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly Vector<T> _alpha = Vector.Create(T.CreateTruncating(alpha));
        readonly Vector<T> _new = Vector.Create(T.CreateTruncating(1 - alpha));
        readonly Vector<T> _epsilon = Vector.Create(T.CreateTruncating(epsilon));
        readonly Vector<T> _momentum = Vector.Create(T.CreateTruncating(momentum));
        readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decay));
        Vector<T> _rate;

        public static int StateCount => 2;

        public void Prepare(int step, double learningRate) => _rate = Vector.Create(T.CreateTruncating(learningRate));

        public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
        {
            gradient += _decay * weight;
            first = first * _alpha + _new * gradient * gradient;
            second = second * _momentum + gradient / (Vector.SquareRoot(first) + _epsilon);
            return weight - _rate * second;
        }
    }
}
