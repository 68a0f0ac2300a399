using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>A task as the server sends it, encoded at most once with its mask and once without, and what the answers to it mean.</summary>
/// <remarks>
/// The model is the same for all clients of a round, so its random rounding is keyed by round and work alone.
/// <para>What clients return is taken relative to what they received: under a lossy format the server adds a client's difference to its own
/// exact weights, so that what rounding took from the model on its way down never enters the model itself. Statistics are
/// replaced by the mean at once (docs/decisions/0005) and are therefore taken as they are.</para>
/// </remarks>
sealed class SentTask
{
    readonly ClientTask _task;
    readonly ValueFormat _up;
    readonly WireMask _mask;
    readonly KeptTensors? _due;
    readonly Lazy<ReadOnlyMemory<byte>> _whole, _byReference;
    readonly Lazy<float[]> _base;

    /// <summary>Prepares a task; nothing is encoded yet.</summary>
    public SentTask(Experiment experiment, ClientTask task)
    {
        (_task, _mask, _up) = (task, WireMask.Of(task.Mask), ValueFormat.Up(experiment, task.Work));
        _due = task.Work switch
        {
            ClientWork.Train => _mask.Tensors,
            ClientWork.Explore => KeptTensors.Scores(task.Mask.Layout),
            _ => null,
        };
        var quantized = new Lazy<QuantizedValues>(() => QuantizedValues.Of(
            ValueFormat.Of(experiment.WireDown), _mask.Tensors, Kept(), new Seeds(experiment.Seed).For(Purpose.Quantization, task.Round, part: (int)task.Work)));
        var values = new Lazy<ReadOnlyMemory<byte>>(() =>
        {
            var writer = new MessageWriter(quantized.Value.Capacity);
            quantized.Value.Write(writer);
            return writer.Written;
        });
        _whole = new(() => TaskCodec.Encode(task, _mask, byReference: false, values.Value.Span));
        _byReference = new(() => TaskCodec.Encode(task, _mask, byReference: true, values.Value.Span));
        _base = new(() => Base(quantized.Value));
    }

    /// <summary>The mask's hash; null if nothing is removed.</summary>
    public UInt128? Mask => _mask.Form == MaskForm.Dense ? null : _mask.Hash;

    /// <summary>The message for a client that may not have the mask.</summary>
    public ReadOnlyMemory<byte> Whole => _whole.Value;

    /// <summary>The message for a client that has it.</summary>
    public ReadOnlyMemory<byte> ByReference => Mask is null ? Whole : _byReference.Value;

    /// <summary>Decodes an answer. Its values are weights, or scores, in float32, whatever crossed the wire.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or answers something else.</exception>
    public (ReplyStatus Status, ClientReply Reply) Read(ReadOnlyMemory<byte> answer)
    {
        var (status, reply) = ReplyCodec.Decode(answer.Span, _up, _due);
        if (_task.Work == ClientWork.Train && reply.ValueBytes.Length > 0 && _base.Value.Length > 0)
        {
            var parameters = MemoryMarshal.Cast<byte, float>(MemoryMarshal.AsMemory(reply.ValueBytes).Span)[.._mask.Tensors.ParameterCount];
            TensorPrimitives.Add(parameters, _base.Value, parameters);
        }
        return (status, reply);
    }

    byte[] Kept()
    {
        var kept = QuantizedValues.Room(_mask.Tensors.Count);
        _task.Mask.Values.Gather(_task.Weights.Values, QuantizedValues.Floats(kept));
        return kept;
    }

    /// <summary>What is added to the parameters that clients return: the server's own to differences, what rounding took from them to
    /// weights; empty if nothing is, which keeps float32 exact to the bit.</summary>
    float[] Base(QuantizedValues sent)
    {
        if (_up.IsExact && sent.IsExact) return [];
        var own = QuantizedValues.Floats(Kept())[.._mask.Tensors.ParameterCount].ToArray();
        if (_up.IsExact) TensorPrimitives.Subtract(own, QuantizedValues.Floats(sent.Restore())[..own.Length], own);
        return own;
    }
}
