using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>What a client sends up, in the experiment's format: weights in float32, differences to what it received in anything smaller.</summary>
/// <param name="experiment">The run's experiment.</param>
/// <param name="residuals">Where clients keep what 8-bit rounding took; other formats keep nothing.</param>
/// <remarks>Float16 needs no residual: it takes less than 2^-11 of a difference, and one that is always taken anew does not add up. 8 bits
/// round everything below a 127th of a tensor's largest difference to nothing or to too much.</remarks>
sealed class Upload(Experiment experiment, IResidualStore residuals)
{
    /// <summary>Exploration's scores, one per parameter.</summary>
    public QuantizedValues Scores(ReadOnlySpan<float> scores, ReceivedTask task, int client)
    {
        var values = Scratch.Floats.Rent(scores.Length);
        scores.CopyTo(values);
        return QuantizedValues.Of(ValueFormat.Up(experiment, ClientWork.Explore), KeptTensors.Scores(task.Mask.Small.Layout), values, Random(task, client));
    }

    /// <summary>A trained model.</summary>
    /// <param name="trained">The small vector, parameters and statistics.</param>
    /// <param name="task">What it was trained from.</param>
    /// <param name="client">By whom.</param>
    public QuantizedValues Update(ReadOnlySpan<float> trained, ReceivedTask task, int client)
    {
        var (format, mask) = (ValueFormat.Up(experiment, ClientWork.Train), task.Mask);
        var values = Scratch.Floats.Rent(mask.Tensors.Count);
        mask.Mask.Values.Gather(trained, values);
        if (format.IsExact) return QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));

        var other = Scratch.Floats.Rent(mask.Tensors.Count);
        var differences = values.AsSpan(0, mask.Tensors.ParameterCount);
        mask.Mask.Values.Gather(task.Task.Weights.Values, other); // as received
        TensorPrimitives.Subtract(differences, other.AsSpan(0, differences.Length), differences);
        var feedback = format.Name == WireFormat.Int8;
        if (feedback) residuals.Before(client, task.Task.Round)?.AddTo(mask.Parameters, differences);
        var sent = QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));
        if (feedback)
        {
            var lost = new float[differences.Length];
            sent.Restore(other); // as the server gets it
            TensorPrimitives.Subtract(differences, other.AsSpan(0, lost.Length), lost);
            residuals.Save(client, task.Task.Round, new Residual(mask.Parameters, lost));
        }
        Scratch.Floats.Return(other);
        return sent;
    }

    KeyedRandom Random(ReceivedTask task, int client) => new Seeds(experiment.Seed).For(Purpose.Quantization, task.Task.Round, client);
}
