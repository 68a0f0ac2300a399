using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Adagrad: s = s + g^2, w = w - lr g / (sqrt(s) + eps).</summary>
/// <param name="Epsilon">Added to the root.</param>
/// <remarks>Source: Duchi, Hazan and Singer 2011, JMLR 12. The sum starts at 0 and the learning rate has no decay of its own.</remarks>
public sealed record Adagrad(double Epsilon = 1e-10) : Optimizer
{
    internal override TStepper Start<TValue, TStepper>(IStepperMaker<TValue, TStepper> maker) =>
        maker.With(new Rule<TValue>(Epsilon, WeightDecay));

    struct Rule<TValue>(double epsilon, double decay) : IUpdateRule<TValue>
        where TValue : struct, IArithmetic<TValue>
    {
        readonly TValue _epsilon = TValue.Of(epsilon);
        readonly TValue _decay = TValue.Of(decay);
        TValue _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = TValue.Of(learningRate);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TValue Update(TValue weight, TValue gradient, ref TValue first, ref TValue second)
        {
            gradient += _decay * weight;
            first += gradient * gradient;
            return weight - _rate * gradient / (TValue.Sqrt(first) + _epsilon);
        }
    }
}
