using System.Numerics;

namespace AutoFlip;

/// <summary>A factor on the learning rate of some parameters in a row.</summary>
/// <param name="Length">How many.</param>
/// <param name="Factor">Above 0.</param>
public readonly record struct StepScale(int Length, double Factor);

/// <summary>An optimiser at work on one flat vector: its state, and the number of steps taken.</summary>
/// <remarks>Not thread-safe: one training has one stepper.</remarks>
public abstract class Stepper<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected Stepper(int parameters)
    {
        ElementType.Of<T>(); // refuses what the vector code does not know
        Parameters = parameters;
    }

    /// <summary>Length of the vector.</summary>
    public int Parameters { get; }

    /// <summary>Steps since the start or the last <see cref="Reset"/>.</summary>
    public int Steps { get; private protected set; }

    /// <summary>Moves the weights one step against the gradients, and sets the gradients to 0.</summary>
    /// <param name="weights">The parameters; updated.</param>
    /// <param name="gradients">Their gradients; left at 0, ready for the next backward pass (in the same pass, which is cheaper).</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="kept">One bit per parameter, bit i % 64 of word i / 64; empty keeps all. A parameter whose bit is 0 becomes exactly 0
    /// and so does its state, regardless of its gradient: it is excluded from the update and from clipping, even if NaN.</param>
    /// <param name="scales">Factors on the learning rate, of one stretch of parameters after another; empty leaves it as it is.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public abstract void Step(
        Span<T> weights, Span<T> gradients, double learningRate, ReadOnlySpan<ulong> kept = default,
        ReadOnlySpan<StepScale> scales = default);

    /// <summary>Back to the start, in the same buffers.</summary>
    public abstract void Reset();
}
