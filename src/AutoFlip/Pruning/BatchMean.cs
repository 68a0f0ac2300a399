using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>A mean over the batches of an exploration.</summary>
static class BatchMean
{
    /// <summary>Trains, and gives the mean over all batches of what is added for each.</summary>
    /// <param name="training">A private copy of the model that is explored, and the explorer's samples.</param>
    /// <param name="epochs">Most epochs.</param>
    /// <param name="patience">Epochs without a lower mean loss after which it stops.</param>
    /// <param name="add">Adds a batch to the sums, one per parameter, before the batch's step; in float, as batches
    /// are a few thousand at most.</param>
    public static float[] Over(LocalTraining training, int epochs, int patience, AddBatch add)
    {
        var (sums, batches) = (new float[training.Initial.Layout.ParameterCount], 0);
        training.Run(epochs, patience, (parameters, gradients) =>
        {
            batches++;
            add(sums, parameters, gradients);
        });
        TensorPrimitives.Divide(sums, Math.Max(batches, 1), sums);
        return sums;
    }
}

/// <summary>Adds the scores of one batch for each parameter.</summary>
delegate void AddBatch(Span<float> sums, ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients);
