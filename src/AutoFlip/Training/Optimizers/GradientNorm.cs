using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>The length of a gradient.</summary>
public static class GradientNorm
{
    /// <summary>L2 norm over the kept entries, summed in double.</summary>
    /// <param name="gradients">The gradient.</param>
    /// <param name="kept">One bit per entry as in <see cref="Stepper{T}.Step"/>; empty keeps all.</param>
    public static double Of<T>(ReadOnlySpan<T> gradients, ReadOnlySpan<ulong> kept = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LaneMask.Check(kept, gradients.Length);
        var lanes = Vector<T>.Count;
        var sum = Vector<double>.Zero;
        ref var g = ref MemoryMarshal.GetReference(gradients);
        var i = 0;
        for (; i <= gradients.Length - lanes; i += lanes)
        {
            var gradient = Vector.LoadUnsafe(ref g, (nuint)i);
            if (!kept.IsEmpty) gradient &= LaneMask.Load<T>(kept, i);
            if (typeof(T) == typeof(float))
            {
                Vector.Widen(gradient.As<T, float>(), out var low, out var high);
                sum += low * low + high * high;
            }
            else
            {
                var wide = gradient.As<T, double>();
                sum += wide * wide;
            }
        }
        var total = Vector.Sum(sum);
        for (; i < gradients.Length; i++)
        {
            if (!kept.IsEmpty && (kept[i >> 6] >> (i & 63) & 1) == 0) continue;
            var wide = double.CreateTruncating(gradients[i]);
            total += wide * wide;
        }
        return Math.Sqrt(total);
    }

    /// <summary>min(1, maxNorm / (norm + 1e-6)): the factor of torch's <c>clip_grad_norm_</c>. NaN if the norm is.</summary>
    public static double ClipScale<T>(ReadOnlySpan<T> gradients, ReadOnlySpan<ulong> kept, double maxNorm)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Math.Min(maxNorm / (Of(gradients, kept) + 1e-6), 1);
}
