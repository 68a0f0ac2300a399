using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Makes <see cref="FusedStepper{T, TRule}"/>.</summary>
/// <param name="Parameters">Length of the vector.</param>
/// <param name="MaxGradientNorm">As <see cref="Optimizer.MaxGradientNorm"/>.</param>
sealed record FusedStepperMaker<T>(int Parameters, double MaxGradientNorm) : IStepperMaker<Lanes<T>, Stepper<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Stepper<T> With<TRule>(TRule rule)
        where TRule : struct, IUpdateRule<Lanes<T>> => new FusedStepper<T, TRule>(Parameters, rule, MaxGradientNorm);
}

/// <summary>One pass per step over weights, gradients and state: each value is read and written once.</summary>
sealed class FusedStepper<T, TRule>(int parameters, TRule rule, double maxGradientNorm) : Stepper<T>(parameters)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRule : struct, IUpdateRule<Lanes<T>>
{
    readonly T[] _first = new T[TRule.StateCount > 0 ? parameters : 0];
    readonly T[] _second = new T[TRule.StateCount > 1 ? parameters : 0];
    TRule _rule = rule;

    public override void Step(
        Span<T> weights, Span<T> gradients, double learningRate, ReadOnlySpan<ulong> kept = default,
        ReadOnlySpan<StepScale> scales = default)
    {
        if (weights.Length != Parameters || gradients.Length != Parameters)
            throw new ArgumentException($"{weights.Length} weights, {gradients.Length} gradients: started for {Parameters}.");
        LaneMask.Check(kept, Parameters);

        var scale = maxGradientNorm > 0 ? GradientNorm.ClipScale<T>(gradients, kept, maxGradientNorm) : 1;
        Steps++;
        scoped ReadOnlySpan<StepScale> parts = scales.IsEmpty ? [new(Parameters, 1)] : scales;
        var start = 0;
        foreach (var (length, factor) in parts)
        {
            _rule.Prepare(Steps, learningRate * factor);
            Step(weights, gradients, start, length, scale, kept);
            start += length;
        }
        if (start != Parameters) throw new ArgumentException($"Scales for {start} parameters: started for {Parameters}.");
    }

    /// <summary>One stretch of parameters.</summary>
    void Step(Span<T> weights, Span<T> gradients, int start, int length, double scale, ReadOnlySpan<ulong> kept)
    {
        var lanes = Vector<T>.Count;
        var whole = start..(start + length - length % lanes);
        Run(_rule, weights[whole], gradients[whole], StateOf(_first, whole), StateOf(_second, whole), scale, kept, start);
        if (length % lanes == 0) return;

        // The rest goes through the same code in padded copies.
        var rest = whole.End.Value..(start + length);
        Span<T> weight = stackalloc T[lanes], gradient = stackalloc T[lanes], first = stackalloc T[lanes], second = stackalloc T[lanes];
        weights[rest].CopyTo(weight);
        gradients[rest].CopyTo(gradient);
        if (TRule.StateCount > 0) _first.AsSpan(rest).CopyTo(first);
        if (TRule.StateCount > 1) _second.AsSpan(rest).CopyTo(second);
        Run(_rule, weight, gradient, first, second, scale, kept, rest.Start.Value);
        weight[..(length % lanes)].CopyTo(weights[rest]);
        gradients[rest].Clear();
        if (TRule.StateCount > 0) first[..(length % lanes)].CopyTo(_first.AsSpan(rest));
        if (TRule.StateCount > 1) second[..(length % lanes)].CopyTo(_second.AsSpan(rest));
    }

    static Span<T> StateOf(T[] state, Range range) => state.Length == 0 ? [] : state.AsSpan(range);

    public override void Reset()
    {
        Steps = 0;
        _first.AsSpan().Clear();
        _second.AsSpan().Clear();
    }

    /// <summary>The pass, over a multiple of the vector's length; bit 0 of the first parameter is <paramref name="bit"/>.</summary>
    static void Run(
        TRule rule, Span<T> weights, Span<T> gradients, Span<T> firsts, Span<T> seconds, double scale, ReadOnlySpan<ulong> kept, int bit)
    {
        ref var w = ref MemoryMarshal.GetReference(weights);
        ref var g = ref MemoryMarshal.GetReference(gradients);
        ref var f = ref MemoryMarshal.GetReference(firsts);
        ref var s = ref MemoryMarshal.GetReference(seconds);
        var factor = Vector.Create(T.CreateTruncating(scale));
        Lanes<T> first = default, second = default;

        for (var i = 0; i < weights.Length; i += Vector<T>.Count)
        {
            var at = (nuint)i;
            if (TRule.StateCount > 0) first = new(Vector.LoadUnsafe(ref f, at));
            if (TRule.StateCount > 1) second = new(Vector.LoadUnsafe(ref s, at));
            var weight = rule.Update(
                new(Vector.LoadUnsafe(ref w, at)), new(Vector.LoadUnsafe(ref g, at) * factor), ref first, ref second).Value;
            if (!kept.IsEmpty)
            {
                var mask = LaneMask.Load<T>(kept, bit + i); // all bits or none per lane: selects, and so drops NaN too
                weight &= mask;
                first = new(first.Value & mask);
                second = new(second.Value & mask);
            }
            weight.StoreUnsafe(ref w, at);
            Vector<T>.Zero.StoreUnsafe(ref g, at);
            if (TRule.StateCount > 0) first.Value.StoreUnsafe(ref f, at);
            if (TRule.StateCount > 1) second.Value.StoreUnsafe(ref s, at);
        }
    }
}
