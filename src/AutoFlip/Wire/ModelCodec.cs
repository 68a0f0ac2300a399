using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>Turns tasks and replies into bytes and back: kept values only, float32, lossless to the bit.</summary>
/// <remarks>The format is described in docs/protocol.md. Decoders trust nothing: every malformed message is an
/// <see cref="InvalidDataException"/> with one sentence, and no memory is allocated by a length that the message merely claims.</remarks>
public static class ModelCodec
{
    /// <summary>Encodes a task. Cost: one pass over mask and kept values.</summary>
    public static byte[] Encode(ClientTask task)
    {
        var (layout, mask) = (task.Weights.Layout, task.Mask);
        var maskBytes = mask.IsDense ? 0 : BitmapLength(mask.Count);
        var writer = new MessageWriter(MessageKind.Task, checked(1 + 4 + 8 + 8 + 4 + 4 + 1 + maskBytes + 4 * (mask.Kept + task.Weights.Statistics.Length)));
        writer.Write((byte)task.Work);
        writer.Write(task.Round);
        writer.Write(task.LearningRate);
        writer.Write(Identity(layout));
        writer.Write(layout.ParameterCount);
        writer.Write(mask.Kept);
        writer.Write((byte)(mask.IsDense ? MaskForm.Dense : MaskForm.Bitmap));
        if (!mask.IsDense) writer.Write(MemoryMarshal.AsBytes(mask.Bits)[..maskBytes]);
        WriteKept(ref writer, mask, task.Weights.Values);
        return writer.Finish();
    }

    /// <summary>Decodes a task.</summary>
    /// <param name="message">The bytes as received.</param>
    /// <param name="layout">The model that the client expects.</param>
    /// <exception cref="InvalidDataException">The message is malformed, or for another model.</exception>
    public static ClientTask DecodeTask(ReadOnlySpan<byte> message, WeightLayout layout)
    {
        var reader = new MessageReader(message, MessageKind.Task);
        var work = (ClientWork)reader.Read<byte>();
        if (!Enum.IsDefined(work)) throw new InvalidDataException($"The message asks for work of unknown kind {(byte)work}.");
        var round = reader.Read<int>();
        var learningRate = reader.Read<double>();
        if (reader.Read<ulong>() != Identity(layout) || reader.Read<int>() != layout.ParameterCount)
            throw new InvalidDataException("The message holds another model than this client trains.");

        var kept = reader.Read<int>();
        var mask = ReadMask(ref reader, layout.ParameterCount);
        if (mask.Kept != kept) throw new InvalidDataException($"The mask keeps {mask.Kept} parameters, the message says {kept}.");
        var statistics = layout.Count - layout.ParameterCount;
        var values = MemoryMarshal.Cast<byte, float>(reader.Take(4L * (kept + statistics)));
        reader.End();
        return new ClientTask(work, round, learningRate, mask.Expand(values, layout), mask);
    }

    /// <summary>Encodes a reply that carries a result.</summary>
    /// <param name="reply">Everything but the values.</param>
    /// <param name="mask">What is kept; a dense mask for scores.</param>
    /// <param name="values">Full vector (parameters, then statistics if any), or scores; empty if there are none.</param>
    public static byte[] Encode(ClientReply reply, Mask mask, ReadOnlySpan<float> values)
    {
        var count = values.IsEmpty ? 0 : mask.Kept + (values.Length - mask.Count);
        var writer = new MessageWriter(MessageKind.Reply, checked(
            4 + TextLength(reply.Failure ?? "") + 4 + 8 + Length(reply.Trained) + Length(reply.HeldOut) + 4 + 4 * count));
        writer.Write(reply.Client);
        writer.Write(reply.Failure ?? "");
        writer.Write(reply.Examples);
        writer.Write(reply.TrainSamples);
        Write(ref writer, reply.Trained);
        Write(ref writer, reply.HeldOut);
        writer.Write(count);
        if (count > 0) WriteKept(ref writer, mask, values);
        return writer.Finish();
    }

    /// <summary>Decodes a reply; its values are read in place, not copied.</summary>
    /// <exception cref="InvalidDataException">The message is malformed.</exception>
    public static ClientReply DecodeReply(ReadOnlyMemory<byte> message)
    {
        var reader = new MessageReader(message.Span, MessageKind.Reply);
        var client = reader.Read<int>();
        var failure = reader.ReadString();
        var examples = reader.Read<int>();
        var samples = reader.Read<long>();
        var trained = ReadFigures(ref reader);
        var heldOut = ReadFigures(ref reader);
        var count = reader.Read<int>();
        var start = reader.Position;
        reader.Take(4L * count);
        reader.End();
        return new ClientReply
        {
            Client = client,
            Failure = failure.Length == 0 ? null : failure,
            Examples = examples,
            TrainSamples = samples,
            Trained = trained,
            HeldOut = heldOut,
            ValueBytes = message.Slice(start, 4 * count),
            UpBytes = message.Length,
        };
    }

    enum MaskForm : byte
    {
        Dense = 0,
        Bitmap = 1,
    }

    static int BitmapLength(int bits) => (bits + 7) / 8;

    /// <summary>The first 8 bytes of the layout's fingerprint.</summary>
    static ulong Identity(WeightLayout layout) => Convert.ToUInt64(layout.Fingerprint[..16], 16);

    static void WriteKept(ref MessageWriter writer, Mask mask, ReadOnlySpan<float> values)
    {
        mask.Gather(values, MemoryMarshal.Cast<byte, float>(writer.Take(4 * mask.Kept)));
        writer.Write(MemoryMarshal.AsBytes(values[mask.Count..]));
    }

    static Mask ReadMask(ref MessageReader reader, int count)
    {
        var form = (MaskForm)reader.Read<byte>();
        if (form == MaskForm.Dense) return Mask.Dense(count);
        if (form != MaskForm.Bitmap) throw new InvalidDataException($"The message holds a mask of unknown form {(byte)form}.");
        var bits = new ulong[Mask.Words(count)];
        reader.Take(BitmapLength(count)).CopyTo(MemoryMarshal.AsBytes(bits.AsSpan()));
        return (count & 63) != 0 && bits[^1] >> (count & 63) != 0
            ? throw new InvalidDataException("The mask has bits beyond the last parameter.")
            : Mask.FromBits(bits, count);
    }

    static int TextLength(string text) => 2 + Encoding.UTF8.GetByteCount(text);

    static int Length(ClientFigures? figures) =>
        1 + (figures is null ? 0 : 4 + 2 + figures.Values.Sum(figure => TextLength(figure.Key) + 8));

    /// <summary>An undefined figure travels as NaN.</summary>
    static void Write(ref MessageWriter writer, ClientFigures? figures)
    {
        writer.Write((byte)(figures is null ? 0 : 1));
        if (figures is null) return;
        writer.Write(figures.Samples);
        writer.Write((ushort)figures.Values.Count);
        foreach (var (name, value) in figures.Values)
        {
            writer.Write(name);
            writer.Write(value ?? double.NaN);
        }
    }

    static ClientFigures? ReadFigures(ref MessageReader reader)
    {
        if (reader.Read<byte>() == 0) return null;
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
}
