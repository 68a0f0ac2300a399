namespace AutoFlip.Tests;

/// <summary>Lengths that a message claims, and what stands behind its end, under a good checksum.</summary>
public class MessageEndTests
{
    delegate void Decoder(ReadOnlyMemory<byte> message);

    static readonly Network Network = TaskCodecTests.Linear(64);

    static readonly Mask Mask = Mask.OfWeights(Network.Layout, Selection.Highest([.. Enumerable.Range(0, 65).Select(i => (float)i)], 30));

    static readonly KeptTensors Due = new([5, 0, 3], 2);

    static readonly ClientReply Reply = new() { Client = 7, Examples = 12, TrainSamples = 24 };

    public static TheoryData<string> Cases =>
        ["task", "task by reference", "reply", "reply with times and counts", "failure", "unknown mask", "residual"];

    [Theory, MemberData(nameof(Cases))]
    public void A_byte_behind_the_end_of_a_message_is_refused(string name)
    {
        var (kind, message, decode) = Case(name);
        decode(message);
        byte[] longer = [.. message.Span[Message.HeaderLength..^Message.ChecksumLength], 0];

        var refused = Assert.Throws<InvalidDataException>(() => decode(TaskCodecTests.Sealed(kind, longer)));

        Assert.Contains("1 bytes too many", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(-1), InlineData(int.MinValue), InlineData(6), InlineData(int.MaxValue)]
    public void A_frame_of_less_than_nothing_or_more_than_is_there_is_refused(int length)
    {
        byte[] body = [1, .. BitConverter.GetBytes(length), 1, 2, 3, 4, 5]; // Zstandard, its length, five bytes

        var refused = Assert.Throws<InvalidDataException>(() =>
        {
            var reader = new MessageReader(TaskCodecTests.Sealed(MessageKind.Task, body).Span, MessageKind.Task);
            PackedBytes.Read(ref reader, new byte[100]);
        });

        Assert.Contains($"claims {length} bytes where 5 are left", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(-1L), InlineData(long.MinValue), InlineData(4L), InlineData(1L << 32)] // the last is 0 as an int
    public void Bytes_that_are_not_there_cannot_be_taken(long length) => Assert.Throws<InvalidDataException>(() =>
    {
        var reader = new MessageReader(TaskCodecTests.Sealed(MessageKind.Task, [1, 2, 3]).Span, MessageKind.Task);
        reader.Take(length);
    });

    static (MessageKind Kind, ReadOnlyMemory<byte> Message, Decoder Decode) Case(string name)
    {
        var sent = new SentTask(new Experiment(), new ClientTask(ClientWork.Train, 1, 0.1, Weights.Zeros(Network.Layout), Mask));
        return name switch
        {
            "task" => (MessageKind.Task, sent.Whole, Task),
            "task by reference" => (MessageKind.Task, sent.ByReference, Task),
            "reply" => (MessageKind.Reply, Encode(Reply), Answer),
            "reply with times and counts" => (
                MessageKind.Reply, Encode(Reply with { Seconds = new(1, 2, 3), ScoreCounts = ScoreCounts.Empty }), Answer),
            "failure" => (MessageKind.Reply, ReplyCodec.Without(ReplyStatus.Failed, 0, 7, "no"), Answer),
            "unknown mask" => (MessageKind.Reply, ReplyCodec.Without(ReplyStatus.MaskUnknown, 0, 7), Answer),
            "residual" => (
                MessageKind.Memory, new KeptVector(Selection.All(150), new float[150]).ToBytes(),
                message => KeptVector.FromBytes(message.Span, WeightLayout.Create([("w", [150], TensorRole.Weight)]))),
            _ => throw new NotSupportedException(name),
        };
    }

    static void Task(ReadOnlyMemory<byte> message)
    {
        var masks = new MaskStore(Network);
        masks.Add(Mask);
        Assert.NotNull(TaskCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp32), masks, []));
    }

    static void Answer(ReadOnlyMemory<byte> message) =>
        ReplyCodec.Decode(message.Span, TaskId.Of(task: 0, 7), ValueFormat.Of(WireFormat.Fp32), Due);

    static ReadOnlyMemory<byte> Encode(ClientReply reply)
    {
        var writer = ReplyCodec.Begin(task: 0, reply.Client);
        using var quantized = Quantized.Of(WireFormat.Fp32, Due, new float[10]);
        quantized.Write(writer);
        NamedValues.Write(writer, ValueFormat.Of(WireFormat.Fp32), Due, reply.Vectors, reply.Numbers);
        return ReplyCodec.Finish(writer, reply);
    }
}
