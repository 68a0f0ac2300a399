using CsCheck;
using ZstdSharp;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public class PackedBytesTests
{
    /// <summary>Runs of every length and of every entropy from 0 to 8 bits a byte.</summary>
    static readonly Gen<byte[]> Runs =
        from length in Gen.OneOf(Gen.Int[0, 300], Gen.Int[300, 20_000])
        from seed in Gen.ULong
        from bits in Gen.Int[0, 8]
        let random = new KeyedRandom(seed)
        select Enumerable.Range(0, length).Select(_ => (byte)random.Next(1 << bits)).ToArray();

    static ReadOnlyMemory<byte> Write(ReadOnlySpan<byte> bytes)
    {
        var writer = MessageWriter.Begin(MessageKind.Task);
        PackedBytes.Write(writer, bytes);
        return writer.Finish();
    }

    static byte[] Read(ReadOnlyMemory<byte> message, int length)
    {
        var reader = new MessageReader(message.Span, MessageKind.Task);
        var bytes = new byte[length];
        PackedBytes.Read(ref reader, bytes);
        reader.End();
        return bytes;
    }

    [Fact]
    public void A_run_comes_back_and_never_takes_more_than_a_byte_more() => Runs.Sample(bytes =>
    {
        var message = Write(bytes);

        Assert.Equal(bytes, Read(message, bytes.Length));
        Assert.True(message.Length <= 16 + 1 + bytes.Length);
    });

    /// <summary>One bit in five is set: 0.722 bits of information each. Huffman codes of whole bytes come within four hundredths.</summary>
    [Fact]
    public void A_bitmap_takes_little_more_than_its_entropy()
    {
        var random = new KeyedRandom(1);
        var bitmap = new byte[100_000];
        for (var i = 0; i < 8 * bitmap.Length; i++)
            if (random.NextDouble() < 0.2) bitmap[i >> 3] |= (byte)(1 << (i & 7));

        Assert.InRange((double)Write(bitmap).Length / bitmap.Length, 0.70, 0.76);
    }

    [Fact]
    public void A_damaged_frame_is_a_clear_error_or_other_bytes_of_the_same_number() =>
        Gen.Select(Runs, Gen.Double[0, 1], Gen.Byte).Sample((bytes, where, value) =>
    {
        var body = Write(bytes).ToArray()[Message.HeaderLength..^Message.ChecksumLength];
        if (body.Length > 0) body[Math.Min((int)(where * body.Length), body.Length - 1)] = value;
        try
        {
            Assert.Equal(bytes.Length, Read(TaskCodecTests.Sealed(MessageKind.Task, body), bytes.Length).Length);
        }
        catch (InvalidDataException)
        {
        }
    });

    /// <summary>A few bytes that unpack to a gigabyte: not one of them beyond what is due is written.</summary>
    [Fact]
    public void A_bomb_is_refused_and_takes_no_memory()
    {
        using var compressor = new Compressor(19);
        var bomb = compressor.Wrap(new byte[1 << 30]).ToArray();
        var body = new byte[1 + 4 + bomb.Length];
        body[0] = 1;
        BitConverter.TryWriteBytes(body.AsSpan(1), bomb.Length);
        bomb.CopyTo(body, 5);
        var message = TaskCodecTests.Sealed(MessageKind.Task, body);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var e = Assert.Throws<InvalidDataException>(() => Read(message, 1000));

        Assert.Contains("1000 bytes that are due", e.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_frame_of_fewer_bytes_than_due_is_refused()
    {
        var message = Write(new byte[1000]);

        Assert.Contains("holds 1000 bytes where 1001 are due", Assert.Throws<InvalidDataException>(() => Read(message, 1001)).Message);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4)]
    public void Planes_of_numbers_come_together_again(int width) => Gen.Byte.Array[0, 3000].Sample(bytes =>
    {
        bytes = bytes[..(bytes.Length / width * width)];
        byte[] planes = new byte[bytes.Length], back = new byte[bytes.Length];

        Planes.Split(bytes, width, planes);
        Planes.Join(planes, width, back);

        for (var i = 0; i < bytes.Length; i++) Assert.Equal(bytes[i], planes[i % width * (bytes.Length / width) + i / width]);
        Assert.Equal(bytes, back);
    });
}
