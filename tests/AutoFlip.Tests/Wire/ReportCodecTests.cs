using System.Collections.Immutable;
using CsCheck;

namespace AutoFlip.Tests;

public class ReportCodecTests
{
    static byte[] Write(ImmutableArray<ReportPart> parts, float[] report, WireFormat format = WireFormat.Fp32)
    {
        var writer = new MessageWriter();
        ReportCodec.Write(writer, ValueFormat.Of(format), parts, report);
        return writer.Written.ToArray();
    }

    static float[] Read(ImmutableArray<ReportPart> parts, byte[] bytes, WireFormat format = WireFormat.Fp32)
    {
        var reader = MessageReader.Bare(bytes);
        var report = ReportCodec.Read(ref reader, ValueFormat.Of(format), parts);
        reader.End();
        return report;
    }

    /// <summary>A part of each kind; positions are exact in every format, values to eleven bits.</summary>
    [Theory]
    [InlineData(WireFormat.Fp32, 0), InlineData(WireFormat.Fp16, 1 / 2048.0), InlineData(WireFormat.Int8, 1 / 2048.0)]
    public void Parts_come_back(WireFormat format, double error) =>
        Gen.Select(Gen.Int[1, 70_000], Gen.Double[0, 1], Gen.ULong).Sample((length, share, seed) =>
    {
        var (random, count) = (new KeyedRandom(seed), (int)(share * length));
        var chosen = random.Permutation(length)[..count];
        ImmutableArray<ReportPart> parts = [3, new(length, count), new(length, count, HasValues: false), new(2, 0), 1];
        var report = new float[parts.Sum(part => part.Length)];
        (report[0], report[1], report[2], report[^1]) = (1e-9f, -3e-9f, 0, 7e5f);
        foreach (var position in chosen) (report[3 + position], report[3 + length + position]) = (1 + random.NextSingle(), 1);

        var bytes = Write(parts, report, format);
        var back = Read(parts, bytes, format);

        Assert.Equal(report.Length, back.Length);
        for (var i = 0; i < report.Length; i++)
            Assert.InRange(back[i], report[i] - error * Math.Abs(report[i]), report[i] + error * Math.Abs(report[i]));
        Assert.Equal(report.AsSpan(3 + length, length).ToArray(), back.AsSpan(3 + length, length).ToArray());
        Assert.InRange(bytes.Length, 0, ReportCodec.Capacity(parts));
    }, iter: 40);

    /// <summary>One number other than 0 and three positions: the first zeros fill up.</summary>
    [Fact]
    public void Positions_are_as_many_as_are_due_and_no_more()
    {
        ImmutableArray<ReportPart> parts = [new(5, 3, HasValues: false)];

        Assert.Equal([1, 1, 0, 1, 0], Read(parts, Write(parts, [0, 0, 0, 1, 0])));
        Assert.Throws<ArgumentException>(() => Write(parts, [1, 1, 1, 1, 0]));
    }

    /// <summary>Gaps 0, 1 and g of a part of 6 choose 0, 2 and 3 + g: 5 is the last that is there. Gaps cannot choose one twice.</summary>
    [Theory, InlineData(2, true), InlineData(3, false), InlineData(255, false)]
    public void A_position_outside_of_its_part_is_refused(byte gap, bool accepted)
    {
        ImmutableArray<ReportPart> parts = [new(6, 3, HasValues: false)];
        byte[] bytes = [0, 0, 1, gap]; // raw

        if (accepted) Assert.Equal([1, 0, 1, 0, 0, 1], Read(parts, bytes));
        else Assert.Contains(
            "of a part of 6", Assert.Throws<InvalidDataException>(() => Read(parts, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_count_and_the_largest_gaps_are_refused()
    {
        ImmutableArray<ReportPart> parts = [new(300, 2, HasValues: false)];
        var bytes = Write(parts, [.. Enumerable.Range(0, 300).Select(i => i is 5 or 299 ? 1f : 0)]);

        Assert.Equal(6, bytes.Length); // two planes of two gaps, and how each is packed
        foreach (var other in (ImmutableArray<ReportPart>[])[[new(300, 1, false)], [new(300, 3, false)], [new(200, 2, false)], [300]])
            Assert.ThrowsAny<InvalidDataException>(() => Read(other, bytes));
        ImmutableArray<ReportPart> wide = [new(int.MaxValue, 3, HasValues: false)];
        byte[] far = [.. Enumerable.Range(0, 4).SelectMany(_ => (byte[])[0, 255, 255, 255])]; // would wrap around
        Assert.Throws<InvalidDataException>(() => Read(wide, far));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => Read(parts, bytes[..length]));
    }

    /// <summary>At a tenth a position has an entropy of 4.7 bits: with Huffman codes and frames below 6, and the vector at 1.</summary>
    [Fact]
    public void Positions_cost_near_their_entropy()
    {
        var random = new KeyedRandom(3);
        var report = new float[100_000];
        foreach (var position in random.Permutation(report.Length)[..10_000]) report[position] = 1;

        Assert.InRange(Write([new(report.Length, 10_000, HasValues: false)], report).Length, 10_000 * 4.6 / 8, 10_000 * 6.0 / 8);
    }

    [Fact]
    public void A_report_without_values_has_no_bytes_for_them() =>
        Assert.Equal([0, 1], Write([new(3, 1, HasValues: false)], [0, 1, 0]));

}
