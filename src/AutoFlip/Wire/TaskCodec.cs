
namespace AutoFlip;

/// <summary>A task as its client sees it.</summary>
/// <param name="Mask">The small network and what is kept of it.</param>
/// <param name="Task">The task, with weights and mask of the small network.</param>
sealed record ReceivedTask(ReceivedMask Mask, ClientTask Task);

/// <summary>Tasks as bytes. The format is described in docs/protocol.md.</summary>
/// <remarks>Decoders trust nothing: every malformed message is an <see cref="InvalidDataException"/> with one sentence, and how much
/// memory is taken follows from the model that the client expects, never from a length that the message claims.</remarks>
static class TaskCodec
{
    /// <summary>Puts a task together.</summary>
    /// <param name="task">Everything but mask and values.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="byReference">Whether the receiver has the mask.</param>
    /// <param name="capacity">Bytes that the values take at most.</param>
    /// <param name="values">Writes the values.</param>
    public static ReadOnlyMemory<byte> Encode(ClientTask task, WireMask mask, bool byReference, int capacity, Action<MessageWriter> values)
    {
        var writer = MessageWriter.Begin(MessageKind.Task, checked(capacity + (byReference ? 64 : 1024 + task.Mask.Layout.Count / 7)));
        writer.Write((byte)task.Work);
        writer.Write(task.Round);
        writer.Write(task.Work == ClientWork.Evaluate ? task.CutOff : task.LearningRate);
        writer.Write(Message.Identity(task.Mask.Layout));
        mask.Write(writer, byReference);
        values(writer);
        return writer.Finish();
    }

    /// <summary>Decodes a task.</summary>
    /// <param name="message">The bytes as received.</param>
    /// <param name="format">The format that the experiment prescribes.</param>
    /// <param name="masks">The model that the client expects, and the masks that it has.</param>
    /// <returns>Null if the message refers to a mask that is not here.</returns>
    /// <exception cref="InvalidDataException">The message is malformed, or for another model.</exception>
    public static ReceivedTask? Decode(ReadOnlySpan<byte> message, ValueFormat format, MaskStore masks)
    {
        var reader = new MessageReader(message, MessageKind.Task);
        var work = (ClientWork)reader.Read<byte>();
        if (!Enum.IsDefined(work)) throw new InvalidDataException($"The message asks for work of unknown kind {(byte)work}.");
        var round = reader.Read<int>();
        var number = reader.Read<double>(); // of which kind is known: no work needs both
        var evaluates = work == ClientWork.Evaluate;
        if (reader.Read<ulong>() != Message.Identity(masks.Network.Layout))
            throw new InvalidDataException("The message holds another model than this client trains.");
        if (WireMask.Read(ref reader, masks) is not { } mask) return null;
        using var values = QuantizedValues.Read(ref reader, format, mask.Tensors);
        reader.End();
        return new(mask, new ClientTask(work, round, evaluates ? 0 : number, Weights(mask, values), mask.Mask) { CutOff = evaluates ? (float)number : 0 });
    }

    /// <summary>The small vector: what is removed is 0.</summary>
    static Weights Weights(ReceivedMask mask, QuantizedValues values)
    {
        var layout = mask.Small.Layout;
        if (mask.Mask.IsDense)
        {
            var all = GC.AllocateUninitializedArray<float>(layout.Count);
            values.Restore(all);
            return new(layout, all);
        }
        var kept = Scratch.Floats.Rent(mask.Tensors.Count);
        values.Restore(kept);
        var weights = mask.Mask.Expand(kept);
        Scratch.Floats.Return(kept);
        return weights;
    }
}
