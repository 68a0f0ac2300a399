using System.Buffers.Binary;
using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A task as the client receives it.</summary>
/// <param name="Mask">The small network and its kept values.</param>
/// <param name="Task">The task, with weights and mask of the small network.</param>
/// <param name="Id">Id of the task (<see cref="TaskId"/>).</param>
sealed record ReceivedTask(ReceivedMask Mask, ClientTask Task, UInt128 Id);

/// <summary>Tasks as bytes. The format is described in docs/protocol.md.</summary>
/// <remarks>Decoders trust nothing: every malformed message is an <see cref="InvalidDataException"/> with one sentence, and memory is
/// allocated by the model that the client expects, never by a length in the message.</remarks>
static class TaskCodec
{
    /// <summary>Encodes a task.</summary>
    /// <param name="task">Everything but mask and values.</param>
    /// <param name="id">Id of the task.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="byReference">Whether the receiver has the mask.</param>
    /// <param name="capacity">Bytes that the values take at most.</param>
    /// <param name="values">Writes the values, and what is named beside them.</param>
    public static ReadOnlyMemory<byte> Encode(
        ClientTask task, UInt128 id, WireMask mask, bool byReference, int capacity, Action<MessageWriter> values)
    {
        var writer = MessageWriter.Begin(MessageKind.Task, checked(capacity + (byReference ? 80 : 1040 + task.Mask.Layout.Count / 7)));
        writer.Write(id);
        writer.Write((byte)task.Work);
        writer.Write(task.Round);
        writer.Write(task.Work == ClientWork.Evaluate ? task.CutOff : task.LearningRate);
        writer.Write(Message.Identity(task.Mask.Layout));
        mask.Write(writer, byReference);
        values(writer);
        return writer.Finish();
    }

    /// <summary>The id of a task, even if the rest is malformed: for a reply that reports it. Null if the message is too short to have
    /// one.</summary>
    public static UInt128? IdOf(ReadOnlySpan<byte> message) =>
        message.Length < Message.HeaderLength + 16 ? null : BinaryPrimitives.ReadUInt128LittleEndian(message[Message.HeaderLength..]);

    /// <summary>Decodes a task.</summary>
    /// <param name="message">The bytes as received.</param>
    /// <param name="format">The format that the experiment prescribes.</param>
    /// <param name="masks">The model that the client expects, and the masks that it has.</param>
    /// <param name="vectors">Names of the vectors that come with a model to be trained, in ordinal order.</param>
    /// <returns>Null if the message refers to a mask that is not here.</returns>
    /// <exception cref="InvalidDataException">The message is malformed, or for another model.</exception>
    public static ReceivedTask? Decode(ReadOnlySpan<byte> message, ValueFormat format, MaskStore masks, IReadOnlyList<string> vectors)
    {
        var reader = new MessageReader(message, MessageKind.Task);
        var id = reader.Read<UInt128>();
        var work = (ClientWork)reader.Read<byte>();
        if (!Enum.IsDefined(work)) throw new InvalidDataException($"The message asks for work of unknown kind {(byte)work}.");
        var round = reader.Read<int>();
        var number = reader.Read<double>(); // of which kind is known: no work needs both
        var evaluates = work == ClientWork.Evaluate;
        if (reader.Read<ulong>() != Message.Identity(masks.Network.Layout))
            throw new InvalidDataException("The message holds another model than this client trains.");
        if (WireMask.Read(ref reader, masks) is not { } mask) return null;
        using var values = QuantizedValues.Read(ref reader, format, mask.Tensors);
        var named = NamedValues.Read(ref reader, format, mask.Tensors, work == ClientWork.Train ? vectors : []);
        reader.End();
        return new(
            mask,
            new ClientTask(work, round, evaluates ? 0 : number, Weights(mask, values), mask.Mask)
            {
                CutOff = evaluates ? (float)number : 0,
                Vectors = named.Vectors.ToImmutableSortedDictionary(
                    vector => vector.Key, vector => Vector(mask, vector.Value.Span), StringComparer.Ordinal),
                Numbers = named.Numbers,
            },
            id);
    }

    /// <summary>A vector over the small network's parameters: removed ones are 0, and so are statistics.</summary>
    static Weights Vector(ReceivedMask mask, ReadOnlySpan<float> kept)
    {
        var values = new float[mask.Small.Layout.Count];
        mask.Sent.KeptParameters().Scatter(kept, values.AsSpan(0, mask.Small.Layout.ParameterCount));
        return new(mask.Small.Layout, values);
    }

    /// <summary>The small vector, with 0 for removed and for local values.</summary>
    static Weights Weights(ReceivedMask mask, QuantizedValues values)
    {
        var layout = mask.Small.Layout;
        if (mask.Sent.IsDense)
        {
            var all = GC.AllocateUninitializedArray<float>(layout.Count);
            values.Restore(all);
            return new(layout, all);
        }
        var kept = Scratch.Floats.Rent(mask.Tensors.Count);
        values.Restore(kept);
        var weights = mask.Sent.Expand(kept);
        Scratch.Floats.Return(kept);
        return weights;
    }
}
