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
        var values = QuantizedValues.Room(scores.Length);
        scores.CopyTo(QuantizedValues.Floats(values));
        return QuantizedValues.Of(ValueFormat.Up(experiment, ClientWork.Explore), KeptTensors.Scores(task.Mask.Small.Layout), values, Random(task, client));
    }

    /// <summary>A trained model.</summary>
    /// <param name="trained">The small vector, parameters and statistics.</param>
    /// <param name="task">What it was trained from.</param>
    /// <param name="client">By whom.</param>
    public QuantizedValues Update(ReadOnlySpan<float> trained, ReceivedTask task, int client)
    {
        var (format, mask) = (ValueFormat.Up(experiment, ClientWork.Train), task.Mask);
        var values = QuantizedValues.Room(mask.Tensors.Count);
        mask.Mask.Values.Gather(trained, QuantizedValues.Floats(values));
        if (format.IsExact) return QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));

        var received = new float[mask.Tensors.Count];
        mask.Mask.Values.Gather(task.Task.Weights.Values, received);
        var differences = QuantizedValues.Floats(values)[..mask.Tensors.ParameterCount];
        TensorPrimitives.Subtract(differences, received.AsSpan(0, differences.Length), differences);
        if (format.Name != WireFormat.Int8) return QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));

        residuals.Before(client, task.Task.Round)?.AddTo(mask.Parameters, differences);
        var sent = QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));
        var lost = new float[differences.Length];
        TensorPrimitives.Subtract(differences, QuantizedValues.Floats(sent.Restore())[..lost.Length], lost);
        residuals.Save(client, task.Task.Round, new Residual(mask.Parameters, lost));
        return sent;
    }

    KeyedRandom Random(ReceivedTask task, int client) => new Seeds(experiment.Seed).For(Purpose.Quantization, task.Task.Round, client);
}
