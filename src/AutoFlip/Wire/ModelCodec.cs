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
        var weights = mask.SmallValues;
        var form = (mask.Units is null ? MaskForm.None : MaskForm.Units) | (weights.IsAll ? MaskForm.None : MaskForm.Weights);
        var units = mask.Units?.Kept ?? [];
        var writer = new MessageWriter(MessageKind.Task, checked(
            1 + 4 + 8 + 8 + 4 + 1 + units.Sum(group => BitmapLength(group.Count)) + (weights.IsAll ? 0 : BitmapLength(weights.Count)) + 4 * weights.Kept));
        writer.Write((byte)task.Work);
        writer.Write(task.Round);
        writer.Write(task.LearningRate);
        writer.Write(Identity(layout));
        writer.Write(weights.Kept);
        writer.Write((byte)form);
        foreach (var group in units) Write(ref writer, group);
        if (!weights.IsAll) Write(ref writer, weights);
        WriteKept(ref writer, mask.Values, task.Weights.Values);
        return writer.Finish();
    }

    /// <summary>Decodes a task into what the client works with: the small network, and the task in its terms.</summary>
    /// <param name="message">The bytes as received.</param>
    /// <param name="network">The full model that the client expects.</param>
    /// <returns>The network that the client trains, and a task whose weights and mask are that network's.</returns>
    /// <exception cref="InvalidDataException">The message is malformed, or for another model.</exception>
    public static (Network Network, ClientTask Task) DecodeTask(ReadOnlySpan<byte> message, Network network)
    {
        var reader = new MessageReader(message, MessageKind.Task);
        var work = (ClientWork)reader.Read<byte>();
        if (!Enum.IsDefined(work)) throw new InvalidDataException($"The message asks for work of unknown kind {(byte)work}.");
        var round = reader.Read<int>();
        var learningRate = reader.Read<double>();
        if (reader.Read<ulong>() != Identity(network.Layout))
            throw new InvalidDataException("The message holds another model than this client trains.");

        var count = reader.Read<int>();
        var form = (MaskForm)reader.Read<byte>();
        if ((form & ~(MaskForm.Units | MaskForm.Weights)) != 0) throw new InvalidDataException($"The message holds a mask of unknown form {(byte)form}.");
        var small = form.HasFlag(MaskForm.Units) ? ReadUnits(ref reader, network).Small : network;
        var kept = form.HasFlag(MaskForm.Weights) ? ReadSelection(ref reader, small.Layout.Count) : Selection.All(small.Layout.Count);
        if (kept.Kept != count) throw new InvalidDataException($"The mask keeps {kept.Kept} values, the message says {count}.");
        var values = MemoryMarshal.Cast<byte, float>(reader.Take(4L * count));
        reader.End();

        var mask = Mask.OfValues(small.Layout, kept);
        return (small, new ClientTask(work, round, learningRate, mask.Expand(values), mask));
    }

    /// <summary>Encodes a reply that carries a result.</summary>
    /// <param name="reply">Everything but the values.</param>
    /// <param name="kept">Which of the values are sent.</param>
    /// <param name="values">The client's vector, or scores; empty if there are none.</param>
    public static byte[] Encode(ClientReply reply, Selection kept, ReadOnlySpan<float> values)
    {
        var count = values.IsEmpty ? 0 : kept.Kept;
        var writer = new MessageWriter(MessageKind.Reply, checked(
            4 + TextLength(reply.Failure ?? "") + 4 + 8 + Length(reply.Trained) + Length(reply.HeldOut) + Length(reply.Seconds) + 4 + 4 * count));
        writer.Write(reply.Client);
        writer.Write(reply.Failure ?? "");
        writer.Write(reply.Examples);
        writer.Write(reply.TrainSamples);
        Write(ref writer, reply.Trained);
        Write(ref writer, reply.HeldOut);
        Write(ref writer, reply.Seconds);
        writer.Write(count);
        if (count > 0) WriteKept(ref writer, kept, values);
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
        var seconds = ReadSeconds(ref reader);
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
            Seconds = seconds,
            ValueBytes = message.Slice(start, 4 * count),
            UpBytes = message.Length,
        };
    }

    [Flags]
    enum MaskForm : byte
    {
        None = 0,
        Units = 1,
        Weights = 2,
    }

    static int BitmapLength(int bits) => (bits + 7) / 8;

    /// <summary>The first 8 bytes of the layout's fingerprint.</summary>
    static ulong Identity(WeightLayout layout) => Convert.ToUInt64(layout.Fingerprint[..16], 16);

    static void WriteKept(ref MessageWriter writer, Selection kept, ReadOnlySpan<float> values) =>
        kept.Gather(values, MemoryMarshal.Cast<byte, float>(writer.Take(4 * kept.Kept)));

    static void Write(ref MessageWriter writer, Selection selection) =>
        writer.Write(MemoryMarshal.AsBytes(selection.Bits)[..BitmapLength(selection.Count)]);

    static Units ReadUnits(ref MessageReader reader, Network network)
    {
        var groups = ImmutableArray.CreateBuilder<Selection>(network.Groups.Length);
        foreach (var group in network.Groups) groups.Add(ReadSelection(ref reader, group.Width));
        try
        {
            return new Units(network, groups.MoveToImmutable());
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"The mask cannot be: {e.Message}", e);
        }
    }

    static Selection ReadSelection(ref MessageReader reader, int count)
    {
        var bytes = reader.Take(BitmapLength(count)); // first, so that nothing is allocated for a lie
        var bits = new ulong[Selection.Words(count)];
        bytes.CopyTo(MemoryMarshal.AsBytes(bits.AsSpan()));
        return (count & 63) != 0 && bits[^1] >> (count & 63) != 0
            ? throw new InvalidDataException("The mask has bits beyond the last value.")
            : Selection.FromBits(bits, count);
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

    static int Length(ClientSeconds? seconds) => 1 + (seconds is null ? 0 : 3 * 8);

    static void Write(ref MessageWriter writer, ClientSeconds? seconds)
    {
        writer.Write((byte)(seconds is null ? 0 : 1));
        if (seconds is null) return;
        writer.Write(seconds.Decode);
        writer.Write(seconds.Train);
        writer.Write(seconds.Encode);
    }

    static ClientSeconds? ReadSeconds(ref MessageReader reader)
    {
        if (reader.Read<byte>() == 0) return null;
        var (decode, train, encode) = (reader.Read<double>(), reader.Read<double>(), reader.Read<double>());
        return double.IsFinite(decode) && double.IsFinite(train) && double.IsFinite(encode) && double.Min(decode, double.Min(train, encode)) >= 0
            ? new ClientSeconds(decode, train, encode)
            : throw new InvalidDataException("The message claims that a client's work took no time that there is.");
    }
}
