using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Encoder of a client's update in the experiment's format: weights in float32, differences to the received weights in smaller
/// formats.</summary>
/// <param name="experiment">The run's experiment.</param>
/// <param name="store">Where clients keep what 8-bit rounding took; other formats keep nothing.</param>
/// <remarks>Float16 needs no residual: it takes less than 2^-11 of a difference, and one that is always taken anew does not add up. 8 bits
/// round everything below a 127th of a tensor's largest difference to nothing or to too much.</remarks>
sealed class Upload(Experiment experiment, IClientStore store)
{
    /// <summary>Name of the vector with the rounding error of a client's last update, which is added to its next one (error
    /// feedback).</summary>
    /// <remarks>Source: Seide et al. 2014 (1-bit SGD); Karimireddy et al. 2019 (arXiv 1901.09847) for why it works.</remarks>
    public const string ResidualName = "residual";

    /// <summary>Exploration's scores.</summary>
    public QuantizedValues Scores(ReadOnlySpan<float> scores, KeptTensors parts, ReceivedTask task, int client) => QuantizedValues.Of(
        ValueFormat.Up(experiment, ClientWork.Explore), parts, scores, Random(task, client));

    /// <summary>Statistics of a model.</summary>
    /// <param name="values">The small vector, parameters and statistics.</param>
    /// <param name="task">The task.</param>
    /// <param name="client">Whose.</param>
    public QuantizedValues Statistics(ReadOnlySpan<float> values, ReceivedTask task, int client)
    {
        var tensors = task.Mask.Tensors;
        using var kept = new KeptValues(task.Mask.Sent.Values, values);
        return QuantizedValues.Of(
            ValueFormat.Up(experiment, ClientWork.Measure), tensors.StatisticsAlone, kept.Values[tensors.ParameterCount..],
            Random(task, client));
    }

    /// <summary>A trained model.</summary>
    /// <param name="trained">The small vector, parameters and statistics.</param>
    /// <param name="task">What it was trained from.</param>
    /// <param name="client">By whom.</param>
    public QuantizedValues Update(ReadOnlySpan<float> trained, ReceivedTask task, int client)
    {
        var (format, mask) = (ValueFormat.Up(experiment, ClientWork.Train), task.Mask);
        using var after = new KeptValues(mask.Sent.Values, trained);
        if (format.IsExact) return QuantizedValues.Of(format, mask.Tensors, after.Values, Random(task, client));

        var parameters = mask.Tensors.ParameterCount;
        var values = Scratch.Floats.Rent(mask.Tensors.Count);
        var differences = values.AsSpan(0, parameters);
        using (var before = new KeptValues(mask.Sent.Values, task.Task.Weights.Values)) // as received
            TensorPrimitives.Subtract(after.Values[..parameters], before.Values[..parameters], differences);
        after.Values[parameters..].CopyTo(values.AsSpan(parameters)); // statistics are no differences
        var feedback = format.Name == WireFormat.Int8;
        if (feedback) store.Before(client, ResidualName, task.Task.Round)?.AddTo(mask.SentParameters, differences);
        var sent = QuantizedValues.Of(format, mask.Tensors, values, Random(task, client));
        if (feedback)
        {
            sent.TakeFrom(differences);
            store.Save(client, ResidualName, task.Task.Round, new KeptVector(mask.SentParameters, values.AsMemory(0, parameters)));
        }
        Scratch.Floats.Return(values);
        return sent;
    }

    KeyedRandom Random(ReceivedTask task, int client) => new Seeds(experiment.Seed).For(Purpose.Quantization, task.Task.Round, client);
}
