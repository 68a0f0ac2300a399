using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>RMSprop: v = alpha v + (1-alpha) g^2, w = w - lr g / (sqrt(v) + eps); with momentum b = momentum b + g / (sqrt(v) + eps) and
/// w = w - lr b.</summary>
/// <param name="Alpha">Memory of the square's mean, in [0, 1).</param>
/// <param name="Epsilon">Added to the root.</param>
/// <param name="Momentum">In [0, 1); 0 keeps no buffer b.</param>
/// <remarks>Source: Tieleman and Hinton 2012, Coursera lecture 6.5; not centred.</remarks>
public sealed record RmsProp(double Alpha = 0.99, double Epsilon = 1e-8, double Momentum = 0) : Optimizer
{
    internal override TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker) => Momentum == 0
        ? maker.With(new PlainRule<TValue>(Alpha, Epsilon, WeightDecay))
        : maker.With(new MomentumRule<TValue>(Alpha, Epsilon, Momentum, WeightDecay));

    struct PlainRule<TValue>(double alpha, double epsilon, double decay) : IUpdateRule<TValue>
        where TValue : struct, IArithmetic<TValue>
    {
        readonly TValue _alpha = TValue.Of(alpha);
        readonly TValue _new = TValue.Of(1 - alpha);
        readonly TValue _epsilon = TValue.Of(epsilon);
        readonly TValue _decay = TValue.Of(decay);
        TValue _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = TValue.Of(learningRate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second)
        {
            gradient += _decay * weight;
            first = first * _alpha + _new * gradient * gradient;
            return weight - _rate * gradient / (TValue.Sqrt(first) + _epsilon);
        }
    }

    struct MomentumRule<TValue>(double alpha, double epsilon, double momentum, double decay) : IUpdateRule<TValue>
        where TValue : struct, IArithmetic<TValue>
    {
        readonly TValue _alpha = TValue.Of(alpha);
        readonly TValue _new = TValue.Of(1 - alpha);
        readonly TValue _epsilon = TValue.Of(epsilon);
        readonly TValue _momentum = TValue.Of(momentum);
        readonly TValue _decay = TValue.Of(decay);
        TValue _rate;

        public static int StateCount => 2;

        public void Prepare(int step, double learningRate) => _rate = TValue.Of(learningRate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second)
        {
            gradient += _decay * weight;
            first = first * _alpha + _new * gradient * gradient;
            second = second * _momentum + gradient / (TValue.Sqrt(first) + _epsilon);
            return weight - _rate * second;
        }
    }
}
