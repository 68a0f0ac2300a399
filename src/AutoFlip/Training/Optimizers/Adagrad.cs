using System.Numerics;

namespace AutoFlip;

/// <summary>Adagrad: s = s + g^2, w = w - lr g / (sqrt(s) + eps).</summary>
/// <param name="Epsilon">Added to the root.</param>
/// <remarks>Source: Duchi, Hazan and Singer 2011, JMLR 12. The sum starts at 0 and the learning rate has no decay of its own.</remarks>
public sealed record Adagrad(double Epsilon = 1e-10) : Optimizer
{
    /// <inheritdoc/>
    public override Stepper<T> Start<T>(int parameters) =>
        new FusedStepper<T, Rule<T>>(parameters, new Rule<T>(Epsilon, WeightDecay), MaxGradientNorm);

    struct Rule<T>(double epsilon, double decay) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        readonly Vector<T> _epsilon = Vector.Create(T.CreateTruncating(epsilon));
        readonly Vector<T> _decay = Vector.Create(T.CreateTruncating(decay));
        Vector<T> _rate;

        public static int StateCount => 1;

        public void Prepare(int step, double learningRate) => _rate = Vector.Create(T.CreateTruncating(learningRate));

        public readonly Vector<T> Update(Vector<T> weight, Vector<T> gradient, ref Vector<T> first, ref Vector<T> second)
        {
            gradient += _decay * weight;
            first += gradient * gradient;
            return weight - _rate * gradient / (Vector.SquareRoot(first) + _epsilon);
        }
    }
}
