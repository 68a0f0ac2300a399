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

    static ReadOnlyMemory<byte> Encode(ClientReply reply, float[] values, WireFormat format = WireFormat.Fp32)
    {
        var writer = ReplyCodec.Begin(reply.Client);
        using var quantized = Quantized.Of(format, Due, values);
        quantized.Write(writer);
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

        var (status, back) = ReplyCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp32), Due);

        Assert.Equal(ReplyStatus.Done, status);
        Assert.Equal((7, 12, 1L << 40, null, message.Length), (back.Client, back.Examples, back.TrainSamples, back.Failure, (int)back.UpBytes));
        Assert.Equal(Known.Seconds, back.Seconds);
        Assert.Equal(Known.Trained!.Values, back.Trained!.Values);
        Assert.Null(back.HeldOut);
        Assert.Equal(Ten(seed), back.Values.ToArray());
    });

    [Fact]
    public void Counts_of_scores_come_back_as_they_were_and_cost_nothing_where_there_are_none()
    {
        var counts = ScoreCounts.Of([-20f, -1, 0.3f, 2, 2], [0, 0, 0, 1, 1]);
        ReadOnlyMemory<byte> with = Encode(Known with { ScoreCounts = counts }, Ten(1)), without = Encode(Known, Ten(1));

        var back = ReplyCodec.Decode(with.Span, ValueFormat.Of(WireFormat.Fp32), Due).Reply;

        Assert.Equal(counts.Bytes, back.ScoreCounts!.Bytes);
        Assert.Equal(Known.Seconds, back.Seconds);
        Assert.InRange(with.Length - without.Length, 1, 1500); // 2,048 bytes of counts, packed: most of them are 0
        Assert.Null(ReplyCodec.Decode(without.Span, ValueFormat.Of(WireFormat.Fp32), Due).Reply.ScoreCounts);
    }

    [Fact]
    public void An_announcement_of_something_unknown_is_refused()
    {
        var message = Encode(Known, Ten(1)).ToArray();
        message[^(Message.ChecksumLength + 3 * sizeof(double) + 1)] |= 4; // the byte in front of the seconds
        System.IO.Hashing.XxHash3.Hash(message.AsSpan(..^Message.ChecksumLength)).Reverse().ToArray().CopyTo(message, message.Length - Message.ChecksumLength);

        var refused = Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message, ValueFormat.Of(WireFormat.Fp32), Due));

        Assert.Contains("does not know", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((int)ReplyStatus.Failed), InlineData((int)ReplyStatus.MaskUnknown)]
    public void A_reply_without_a_result_says_why(int status)
    {
        var (got, reply) = ReplyCodec.Decode(ReplyCodec.Without((ReplyStatus)status, 3, "no").Span, ValueFormat.Of(WireFormat.Int8), Due);

        Assert.Equal((status, 3, 0), ((int)got, reply.Client, reply.Values.Length));
        Assert.Equal(got == ReplyStatus.Failed ? "no" : null, reply.Failure);
    }

    [Fact]
    public void Fewer_or_more_values_than_are_due_are_refused()
    {
        var message = Encode(Known, Ten(1));

        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp32), new KeptTensors([5, 3], 1)));
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp32), new KeptTensors([5, 3], 3)));
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp16), Due));
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(message.Span, ValueFormat.Of(WireFormat.Fp32), null));
    }

    [Fact]
    public void Damage_is_a_clear_error_under_a_bad_checksum_and_never_a_crash_under_a_good_one() =>
        Gen.Select(Gen.Enum<WireFormat>(), Gen.Double[0, 1], Gen.Byte, Gen.Bool).Sample((name, where, value, cut) =>
        {
            var (format, whole) = (ValueFormat.Of(name), Encode(Known, Ten(1), name).ToArray());
            var at = Math.Min((int)(where * whole.Length), whole.Length - 1);
            var damaged = cut ? whole[..at] : [.. whole[..at], (byte)(whole[at] ^ (value | 1)), .. whole[(at + 1)..]];
            Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(damaged, format, Due));
            if (at < Message.HeaderLength || damaged.Length < Message.HeaderLength + Message.ChecksumLength) return;

            try
            {
                var body = damaged[Message.HeaderLength..^Message.ChecksumLength];
                Assert.InRange(ReplyCodec.Decode(TaskCodecTests.Sealed(MessageKind.Reply, body).Span, format, Due).Reply.Values.Length, 0, Due.Count);
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
        BitConverter.TryWriteBytes(body.AsSpan(1 + 4 + 1), scale); // behind status, client and format

        Assert.Contains("scales a tensor", Assert.Throws<InvalidDataException>(
            () => ReplyCodec.Decode(TaskCodecTests.Sealed(MessageKind.Reply, body).Span, ValueFormat.Of(WireFormat.Int8), Due)).Message);
    }

    [Fact]
    public void Noise_is_a_clear_error_or_an_honest_short_reply() => Gen.Byte.Array[0, 200].Sample(noise =>
    {
        Assert.Throws<InvalidDataException>(() => ReplyCodec.Decode(noise, ValueFormat.Of(WireFormat.Fp32), Due));
        try
        {
            ReplyCodec.Decode(TaskCodecTests.Sealed(MessageKind.Reply, noise).Span, ValueFormat.Of(WireFormat.Fp32), Due);
        }
        catch (InvalidDataException)
        {
        }
    });

    static ImmutableSortedDictionary<string, double?> Values(params (string Name, double? Value)[] values) =>
        values.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
}
