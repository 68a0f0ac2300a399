using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>A mean over the batches of an exploration.</summary>
sealed class BatchMean(int parameters)
{
    /// <summary>Sum per parameter, in float: a few thousand batches at most.</summary>
    public float[] Sum { get; } = new float[parameters];

    /// <summary>Batches in the sum.</summary>
    public int Count { get; set; }

    /// <summary>The mean; replaces the sum.</summary>
    public float[] Values()
    {
        TensorPrimitives.Divide(Sum, Math.Max(Count, 1), Sum);
        return Sum;
    }
}
