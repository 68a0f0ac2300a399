using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Outcome of a task.</summary>
enum ReplyStatus : byte
{
    /// <summary>The task has a result.</summary>
    Done = 0,

    /// <summary>Without one, and why.</summary>
    Failed = 1,

    /// <summary>The task named a mask that the client does not have: it must be sent again, mask and all.</summary>
    MaskUnknown = 2,
}

/// <summary>Replies as bytes. The format is described in docs/protocol.md.</summary>
/// <remarks>Values precede the facts about them, so that a client can include the duration of their encoding. Decoders trust nothing: see
/// <see cref="TaskCodec"/>.</remarks>
static class ReplyCodec
{
    const int HasSeconds = 1, HasCounts = 2, HasPersonal = 4;

    /// <summary>Starts a reply with a result: its values and what is named beside them come next, if it has any, and
    /// then <see cref="Finish"/>.</summary>
    /// <param name="task">The task as received.</param>
    /// <param name="client">The client.</param>
    /// <param name="capacity">Bytes that are probably needed.</param>
    public static MessageWriter Begin(UInt128 task, int client, int capacity = 256)
    {
        var writer = MessageWriter.Begin(MessageKind.Reply, capacity);
        writer.Write(TaskId.Of(task, client));
        writer.Write((byte)ReplyStatus.Done);
        writer.Write(client);
        return writer;
    }

    /// <summary>Adds everything but the values.</summary>
    public static ReadOnlyMemory<byte> Finish(MessageWriter writer, ClientReply reply)
    {
        writer.Write(reply.Examples);
        writer.Write(reply.TrainSamples);
        Write(writer, reply.Trained);
        Write(writer, reply.HeldOut);
        writer.Write((byte)(
            (reply.Seconds is null ? 0 : HasSeconds) | (reply.ScoreCounts is null ? 0 : HasCounts)
            | (reply.Personal is null ? 0 : HasPersonal)));
        if (reply.Seconds is { } seconds)
        {
            writer.Write(seconds.Decode);
            writer.Write(seconds.Train);
            writer.Write(seconds.Encode);
        }
        if (reply.ScoreCounts is { } counts) PackedBytes.Write(writer, counts.Bytes);
        if (reply.Personal is not null) Write(writer, reply.Personal);
        return writer.Finish();
    }

    /// <summary>A reply without a result.</summary>
    /// <param name="status">The reason.</param>
    /// <param name="task">The task as received; null where it could not be read.</param>
    /// <param name="client">The client.</param>
    /// <param name="reason">The same in one sentence.</param>
    public static ReadOnlyMemory<byte> Without(ReplyStatus status, UInt128? task, int client, string reason = "")
    {
        var writer = MessageWriter.Begin(MessageKind.Reply);
        writer.Write(task is { } id ? TaskId.Of(id, client) : 0);
        writer.Write((byte)status);
        writer.Write(client);
        writer.Write(reason);
        return writer.Finish();
    }

    /// <summary>Decodes a reply.</summary>
    /// <param name="message">The bytes as received.</param>
    /// <param name="task">The id of the task that it must answer (<see cref="TaskId.Of(UInt128, int)"/>).</param>
    /// <param name="format">The format that was agreed on.</param>
    /// <param name="tensors">The values that are due; null if none are.</param>
    /// <param name="plus">Is added to the parameters; empty adds nothing.</param>
    /// <param name="vectors">Names of the vectors that are due beside the values, in ordinal order.</param>
    /// <param name="report">Parts of the report that is due behind them; empty if none is.</param>
    /// <exception cref="InvalidDataException">The message is malformed, or answers something else.</exception>
    public static (ReplyStatus Status, ClientReply Reply) Decode(
        ReadOnlySpan<byte> message, UInt128 task, ValueFormat format, KeptTensors? tensors, ReadOnlySpan<float> plus = default,
        IReadOnlyList<string>? vectors = null, ImmutableArray<ReportPart> report = default)
    {
        var reader = new MessageReader(message, MessageKind.Reply);
        var answered = reader.Read<UInt128>();
        var status = (ReplyStatus)reader.Read<byte>();
        if (answered != task && (answered != 0 || status != ReplyStatus.Failed))
            throw new InvalidDataException("The message answers another task.");
        var reply = new ClientReply { Client = reader.Read<int>(), UpBytes = message.Length };
        switch (status)
        {
            case ReplyStatus.Done:
                if (tensors is not null)
                {
                    reply = reply with { ValueBytes = ReadValues(ref reader, format, tensors, plus) };
                    var named = NamedValues.Read(ref reader, format, tensors, vectors ?? []);
                    reply = reply with { Vectors = named.Vectors, Numbers = named.Numbers };
                    if (!report.IsDefaultOrEmpty) reply = reply with { Report = ReportCodec.Read(ref reader, format, report) };
                }
                reply = reply with
                {
                    Examples = reader.Read<int>(),
                    TrainSamples = reader.Read<long>(),
                    Trained = ReadFigures(ref reader),
                    HeldOut = ReadFigures(ref reader),
                };
                var follows = reader.Read<byte>();
                if ((follows & ~(HasSeconds | HasCounts | HasPersonal)) != 0)
                    throw new InvalidDataException($"The message announces {follows}, which this version does not know.");
                if ((follows & HasSeconds) != 0) reply = reply with { Seconds = ReadSeconds(ref reader) };
                if ((follows & HasCounts) != 0) reply = reply with { ScoreCounts = ReadCounts(ref reader) };
                if ((follows & HasPersonal) != 0) reply = reply with { Personal = ReadFigures(ref reader) };
                break;
            case ReplyStatus.Failed:
                reply = reply with { Failure = reader.ReadString() };
                break;
            case ReplyStatus.MaskUnknown:
                reader.ReadString();
                break;
            default:
                throw new InvalidDataException($"The message has the unknown status {(byte)status}.");
        }
        reader.End();
        return (status, reply);
    }

    static byte[] ReadValues(ref MessageReader reader, ValueFormat format, KeptTensors tensors, ReadOnlySpan<float> plus)
    {
        using var read = QuantizedValues.Read(ref reader, format, tensors);
        var values = GC.AllocateUninitializedArray<byte>(checked(sizeof(float) * tensors.Count));
        read.Restore(MemoryMarshal.Cast<byte, float>(values.AsSpan()), plus);
        return values;
    }

    /// <summary>An undefined figure travels as NaN.</summary>
    static void Write(MessageWriter writer, ClientFigures? figures)
    {
        writer.Write((byte)(figures is null ? 0 : 1));
        if (figures is null) return;
        writer.Write(figures.Samples);
        writer.Write(checked((ushort)figures.Values.Count));
        foreach (var (name, value) in figures.Values)
        {
            writer.Write(name);
            writer.Write(value ?? double.NaN);
        }
    }

    static ClientFigures? ReadFigures(ref MessageReader reader)
    {
        if (!reader.ReadFlag()) return null;
        var samples = reader.Read<int>();
        var values = ImmutableSortedDictionary.CreateBuilder<string, double?>(StringComparer.Ordinal);
        for (int i = 0, count = reader.Read<ushort>(); i < count; i++)
        {
            var name = reader.ReadString();
            var value = reader.Read<double>();
            values[name] = double.IsNaN(value) ? null : value;
        }
        return new ClientFigures(samples, values.ToImmutable());
    }

    static ScoreCounts ReadCounts(ref MessageReader reader)
    {
        var counts = new byte[ScoreCounts.Empty.Bytes.Length];
        PackedBytes.Read(ref reader, counts);
        return ScoreCounts.Of(counts);
    }

    static ClientSeconds ReadSeconds(ref MessageReader reader)
    {
        var (decode, train, encode) = (reader.Read<double>(), reader.Read<double>(), reader.Read<double>());
        return double.IsFinite(decode + train + encode) && double.Min(decode, double.Min(train, encode)) >= 0
            ? new ClientSeconds(decode, train, encode)
            : throw new InvalidDataException("The client reports a negative or non-finite time.");
    }
}
