using System.Collections.Immutable;
using CsCheck;

namespace AutoFlip.Tests;

public class ReplyCodecTests
{
    static readonly ClientReply Known = new()
    {
        Client = 7,
        Examples = 12,
        TrainSamples = 1L << 40,
        Seconds = new ClientSeconds(0.5, 60, 0.25),
        Trained = new ClientFigures(12, Values(("loss", 0.1), ("auroc", null))),
    };

    static readonly KeptTensors Due = new([5, 0, 3], 2);

    static readonly UInt128 Task = TaskId.Of(task: 0, Known.Client);

    static ReadOnlyMemory<byte> Encode(ClientReply reply, float[] values, WireFormat format = WireFormat.Fp32)
    {
        var writer = ReplyCodec.Begin(task: 0, reply.Client);
        using var quantized = Quantized.Of(format, Due, values);
        quantized.Write(writer);
        NamedValues.Write(writer, ValueFormat.Of(format), Due, reply.Vectors, reply.Numbers);
        return ReplyCodec.Finish(writer, reply);
    }

    static float[] Ten(ulong seed)
    {
        var random = new KeyedRandom(seed);
        return [.. Enumerable.Range(0, 10).Select(_ => (float)random.NextGaussian())];
    }

    [Fact]
    public void A_reply_comes_back_with_everything_that_is_known() => Gen.ULong.Sample(seed =>
    {
        var message = Encode(Known, Ten(seed));

        var (status, back) = ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), Due);

        Assert.Equal(ReplyStatus.Done, status);
        Assert.Equal(
            (7, 12, 1L << 40, null, message.Length), (back.Client, back.Examples, back.TrainSamples, back.Failure, (int)back.UpBytes));
        Assert.Equal(Known.Seconds, back.Seconds);
        Assert.Equal(Known.Trained!.Values, back.Trained!.Values);
        Assert.Null(back.HeldOut);
        Assert.Equal(Ten(seed), back.Values.ToArray());
    });

    /// <summary>Two parts of very different size: each has its own scale, so half floats keep eleven bits of both.</summary>
    [Theory]
    [InlineData(WireFormat.Fp32, 0), InlineData(WireFormat.Fp16, 1 / 2048.0), InlineData(WireFormat.Int8, 1 / 2048.0)]
    public void A_report_comes_back_and_one_of_another_length_is_refused(WireFormat name, double error)
    {
        var (format, parts) = (ValueFormat.Of(name), ImmutableArray.Create<ReportPart>(3, 2));
        float[] report = [3e-12f, 1e-12f, 2e-12f, 5e6f, 4e6f];
        var writer = ReplyCodec.Begin(task: 0, Known.Client);
        using (var quantized = Quantized.Of(name, Due, Ten(1))) quantized.Write(writer);
        NamedValues.Write(writer, format, Due, Known.Vectors, Known.Numbers);
        ReportCodec.Write(writer, format, parts, report);
        var message = ReplyCodec.Finish(writer, Known);

        var back = ReplyCodec.Decode(message.Span, Task, format, Due, report: parts).Reply;

        Assert.Equal(Known.Examples, back.Examples);
        for (var i = 0; i < report.Length; i++)
            Assert.InRange(back.Report.Span[i], report[i] * (1 - error), report[i] * (1 + error));
        foreach (var other in (ImmutableArray<ReportPart>[])[[], [3], [3, 3], [3, 2, 1]])
            Assert.ThrowsAny<InvalidDataException>(() => ReplyCodec.Decode(message.Span, Task, format, Due, report: other));
    }

    [Theory]
    // eleven bits of a half float
    [InlineData(WireFormat.Fp32, 0), InlineData(WireFormat.Fp16, 1 / 2048.0), InlineData(WireFormat.Int8, 1 / 2048.0)]
    public void Named_vectors_and_numbers_come_back(WireFormat format, double error)
    {
        var vector = Ten(3)[..8]; // one value per parameter, none for the two statistics
        var sent = Known with
        {
            Vectors = ClientOutcome.None.With("control", vector).Vectors,
            Numbers = ClientOutcome.None.With("steps", 12.5).Numbers
        };

        var back = ReplyCodec.Decode(Encode(sent, Ten(1), format).Span, Task, ValueFormat.Of(format), Due, vectors: ["control"]).Reply;

        Assert.Equal(["control"], back.Vectors.Keys);
        foreach (var (got, meant) in back.Vectors["control"].ToArray().Zip(vector))
            Assert.InRange(got, meant - error * Math.Abs(meant), meant + error * Math.Abs(meant));
        Assert.Equal(12.5, back.Numbers["steps"]);
        Assert.Equal(Known.Seconds, back.Seconds);
    }

    [Fact]
    public void Other_vectors_than_are_due_are_refused()
    {
        var message = Encode(Known with { Vectors = ClientOutcome.None.With("control", new float[8]).Vectors }, Ten(1));
        void Decode(params string[] due) => ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), Due, vectors: due);

        Decode("control");
        Assert.Contains(
            "1 named vectors where 0 are due", Assert.Throws<InvalidDataException>(() => Decode()).Message, StringComparison.Ordinal);
        Assert.Contains(
            "where 'drift' is due", Assert.Throws<InvalidDataException>(() => Decode("drift")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Decode("control", "drift"));
    }

    [Theory]
    [InlineData(double.NaN), InlineData(double.NegativeInfinity)]
    public void A_named_number_that_is_not_finite_is_refused(double number)
    {
        var message = Encode(Known with { Numbers = ClientOutcome.None.With("steps", number).Numbers }, Ten(1));

        Assert.Contains("not finite", Assert.Throws<InvalidDataException>(
            () => ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), Due)).Message, StringComparison.Ordinal);
    }

    /// <summary>A late reply of round 3 must not be folded in round 4, nor one of another run, kind of work or client.</summary>
    [Fact]
    public void A_reply_to_another_task_is_refused()
    {
        var task = TaskId.Of(run: 5, round: 3, ClientWork.Train);
        var writer = ReplyCodec.Begin(task, client: 7);
        var message = ReplyCodec.Finish(writer, Known);
        ReplyStatus Decode(UInt128 run, int round, ClientWork work, int client) =>
            ReplyCodec.Decode(
                message.Span, TaskId.Of(TaskId.Of(run, round, work), client), ValueFormat.Of(WireFormat.Fp32), tensors: null).Status;

        Assert.Equal(ReplyStatus.Done, Decode(5, 3, ClientWork.Train, 7));
        foreach (var other in (Action[])[
            () => Decode(6, 3, ClientWork.Train, 7), () => Decode(5, 4, ClientWork.Train, 7), () => Decode(5, 3, ClientWork.Explore, 7),
            () => Decode(5, 3, ClientWork.Train, 8)])
            Assert.Contains("another task", Assert.Throws<InvalidDataException>(other).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_of_scores_come_back_as_they_were_and_cost_nothing_where_there_are_none()
    {
        var counts = ScoreCounts.Of([-20f, -1, 0.3f, 2, 2], [0, 0, 0, 1, 1]);
        ReadOnlyMemory<byte> with = Encode(Known with { ScoreCounts = counts }, Ten(1)), without = Encode(Known, Ten(1));

        var back = ReplyCodec.Decode(with.Span, Task, ValueFormat.Of(WireFormat.Fp32), Due).Reply;

        Assert.Equal(counts.Bytes, back.ScoreCounts!.Bytes);
        Assert.Equal(Known.Seconds, back.Seconds);
        Assert.InRange(with.Length - without.Length, 1, 1500); // 2,048 bytes of counts, packed: most of them are 0
        Assert.Null(ReplyCodec.Decode(without.Span, Task, ValueFormat.Of(WireFormat.Fp32), Due).Reply.ScoreCounts);
    }

    [Fact]
    public void An_announcement_of_something_unknown_is_refused()
    {
        var message = Encode(Known, Ten(1)).ToArray();
        message[^(Message.ChecksumLength + 3 * sizeof(double) + 1)] |= 8; // the byte in front of the seconds
        System.IO.Hashing.XxHash3.Hash(message.AsSpan(..^Message.ChecksumLength)).Reverse().ToArray()
            .CopyTo(message, message.Length - Message.ChecksumLength);

        var refused = Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message, Task, ValueFormat.Of(WireFormat.Fp32), Due));

        Assert.Contains("does not know", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ReplyStatus.Failed), InlineData((int)ReplyStatus.MaskUnknown)]
    public void A_reply_without_a_result_says_why(int status)
    {
        var (got, reply) = ReplyCodec.Decode(
            ReplyCodec.Without((ReplyStatus)status, task: 0, 3, "no").Span, TaskId.Of(task: 0, 3), ValueFormat.Of(WireFormat.Int8), Due);

        Assert.Equal((status, 3, 0), ((int)got, reply.Client, reply.Values.Length));
        Assert.Equal(got == ReplyStatus.Failed ? "no" : null, reply.Failure);
    }

    [Fact]
    public void Fewer_or_more_values_than_are_due_are_refused()
    {
        var message = Encode(Known, Ten(1));

        Assert.Throws<InvalidDataException>(() =>
            ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), new KeptTensors([5, 3], 1)));
        Assert.Throws<InvalidDataException>(() =>
            ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), new KeptTensors([5, 3], 3)));
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp16), Due));
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, Task, ValueFormat.Of(WireFormat.Fp32), null));
    }

    [Fact]
    public void Damage_is_a_clear_error_under_a_bad_checksum_and_never_a_crash_under_a_good_one() =>
        Gen.Select(Gen.Enum<WireFormat>(), Gen.Double[0, 1], Gen.Byte, Gen.Bool).Sample((name, where, value, cut) =>
        {
            var (format, whole) = (ValueFormat.Of(name), Encode(Known, Ten(1), name).ToArray());
            var at = Math.Min((int)(where * whole.Length), whole.Length - 1);
            var damaged = cut ? whole[..at] : [.. whole[..at], (byte)(whole[at] ^ (value | 1)), .. whole[(at + 1)..]];
            Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(damaged, Task, format, Due));
            if (at < Message.HeaderLength || damaged.Length < Message.HeaderLength + Message.ChecksumLength) return;

            try
            {
                var body = damaged[Message.HeaderLength..^Message.ChecksumLength];
                Assert.InRange(
                    ReplyCodec.Decode(TaskCodecTests.Sealed(MessageKind.Reply, body).Span, Task, format, Due).Reply.Values.Length, 0,
                    Due.Count);
            }
            catch (InvalidDataException)
            {
            }
        });

    [Theory]
    [InlineData(float.NaN), InlineData(0f), InlineData(-1f), InlineData(float.PositiveInfinity)]
    public void A_scale_that_cannot_be_is_refused(float scale)
    {
        var body = Encode(Known, Ten(1), WireFormat.Int8).ToArray()[Message.HeaderLength..^Message.ChecksumLength];
        BitConverter.TryWriteBytes(body.AsSpan(16 + 1 + 4 + 1), scale); // behind task, status, client and format

        Assert.Contains("scales a tensor", Assert.Throws<InvalidDataException>(
            () => ReplyCodec.Decode(
                TaskCodecTests.Sealed(MessageKind.Reply, body).Span, Task, ValueFormat.Of(WireFormat.Int8), Due)).Message);
    }

    [Fact]
    public void Noise_is_a_clear_error_or_an_honest_short_reply() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(noise, Task, ValueFormat.Of(WireFormat.Fp32), Due));
        try
        {
            ReplyCodec.Decode(TaskCodecTests.Sealed(MessageKind.Reply, noise).Span, Task, ValueFormat.Of(WireFormat.Fp32), Due);
        }
        catch (InvalidDataException)
        {
        }
    });

    static ImmutableSortedDictionary<string, double?> Values(params (string Name, double? Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
}
