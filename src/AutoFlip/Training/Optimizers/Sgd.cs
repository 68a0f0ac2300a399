using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Stochastic gradient descent: b = momentum b + g, w = w - lr b.</summary>
/// <param name="Momentum">In [0, 1); 0 keeps no state.</param>
public sealed record Sgd(double Momentum = 0) : Optimizer
{
    /// <inheritdoc/>
    public override bool IsAdaptive => false;

    internal override TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker) => Momentum == 0
        ? maker.With(new PlainRule<TValue>(WeightDecay))
        : maker.With(new MomentumRule<TValue>(Momentum, WeightDecay));

    struct PlainRule<TValue>(double decay) : IUpdateRule<TValue>
        where TValue : struct, IArithmetic<TValue>
    {
        readonly TValue _decay = TValue.Of(decay);
        TValue _rate;

        public static int StateCount => 0;

        public void Prepare(int step, double learningRate) => _rate = TValue.Of(learningRate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second) =>
            weight - _rate * (gradient + _decay * weight);
    }

    struct MomentumRule<TValue>(double momentum, double decay) : IUpdateRule<TValue>
        where TValue : struct, IArithmetic<TValue>
    {
        readonly TValue _momentum = TValue.Of(momentum);
        readonly TValue _decay = TValue.Of(decay);
        TValue _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = TValue.Of(learningRate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second)
        {
            first = first * _momentum + (gradient + _decay * weight); // the buffer starts at 0, so the first step takes g itself
            return weight - _rate * first;
        }
    }
}
