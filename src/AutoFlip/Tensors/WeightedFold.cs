using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>The weighted mean of vectors that arrive one after another; holds one vector, however many come.</summary>
/// <param name="length">Values per vector.</param>
/// <remarks>
/// A running mean: mean += (n / N)(x - mean), N the weight so far. So the mean of one vector is that vector to the bit, and
/// so is the mean of equal vectors. Float sums depend on their order: add in cohort order. Cost: one pass, two reads and one
/// write per value.
/// </remarks>
public sealed class WeightedFold(int length)
{
    readonly float[] _mean = new float[length];

    /// <summary>Sum of the weights added.</summary>
    public double TotalWeight { get; private set; }

    /// <summary>Vectors added.</summary>
    public int Count { get; private set; }

    /// <summary>The mean so far; zeros before the first vector.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>Adds a vector.</summary>
    /// <param name="values">As many values as the fold holds. Read, not kept.</param>
    /// <param name="weight">Its weight, above 0: for FedAvg the client's number of samples n_k.</param>
    public void Add(ReadOnlySpan<float> values, double weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        if (values.Length != _mean.Length)
            throw new ArgumentException($"The fold holds {_mean.Length} values, the vector {values.Length}.", nameof(values));

        TotalWeight += weight;
        Count++;
        if (Count == 1) values.CopyTo(_mean);
        else MoveTowards(_mean, values, (float)(weight / TotalWeight));
    }

    static void MoveTowards(Span<float> mean, ReadOnlySpan<float> values, float share)
    {
        ref var to = ref MemoryMarshal.GetReference(mean);
        ref var from = ref MemoryMarshal.GetReference(values);
        var shares = new Vector<float>(share);
        nuint i = 0, vectors = (nuint)(mean.Length - mean.Length % Vector<float>.Count);
        for (; i < vectors; i += (nuint)Vector<float>.Count)
        {
            var old = Vector.LoadUnsafe(ref to, i);
            (old + shares * (Vector.LoadUnsafe(ref from, i) - old)).StoreUnsafe(ref to, i);
        }
        for (var k = (int)i; k < mean.Length; k++) mean[k] += share * (values[k] - mean[k]);
    }
}
