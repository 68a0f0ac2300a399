using CsCheck;

namespace AutoFlip.Tests;

public class ValueFormatTests
{
    /// <summary>Values of every sign and of magnitudes 40 powers of two apart.</summary>
    static readonly Gen<float[]> Tensors =
        from length in Gen.Int[1, 300]
        from seed in Gen.ULong
        from magnitude in Gen.Int[-60, 60]
        let random = new KeyedRandom(seed)
        select Enumerable.Range(0, length).Select(_ => MathF.ScaleB((float)random.NextGaussian(), magnitude - random.Next(40))).ToArray();

    static float[] There(WireFormat format, float[] values, ulong seed = 1) =>
        Quantized.There(format, new KeptTensors([values.Length], 0), values, seed);

    [Fact]
    public void Fp32_keeps_every_bit_of_anything() => Gen.UInt.Array[0, 300].Sample(bits =>
    {
        var values = bits.Select(BitConverter.UInt32BitsToSingle).ToArray(); // NaNs with payloads, infinities, subnormals

        Assert.Equal(bits, There(WireFormat.Fp32, values).Select(BitConverter.SingleToUInt32Bits));
    });

    [Fact]
    public void Fp16_errs_by_less_than_one_part_in_2048_within_29_powers_of_two() => Tensors.Sample(values =>
    {
        var largest = values.Max(MathF.Abs);

        // Below 2^-29 of the largest value halves become subnormal: a step is then 2^-24 of the scale,
        // which is at most 2^-14 of the largest.
        foreach (var (value, there) in values.Zip(There(WireFormat.Fp16, values)))
            Assert.True(
                MathF.Abs(value - there) <= Math.Max(MathF.Abs(value) * MathF.ScaleB(1, -11), largest * MathF.ScaleB(1, -39)),
                $"{value} {there}");
    });

    /// <summary>Whole numbers below 2048, which halves hold: tensors longer than what is rounded at a time.</summary>
    [Fact]
    public void Fp16_keeps_whole_numbers_of_long_tensors()
    {
        float[] values = [.. Enumerable.Range(0, 8000).Select(i => i * 7919 % 4001 - 2000f)];

        Assert.Equal(values, Quantized.There(WireFormat.Fp16, new KeptTensors([5000, 3000], 0), values));
    }

    [Fact]
    public void Fp16_keeps_differences_as_small_as_no_half_can_be() =>
        Assert.Equal(
            [1e-9f, -2e-9f], There(WireFormat.Fp16, [1e-9f, -2e-9f]), (want, got) => Math.Abs(want - got) <= Math.Abs(want) / 2048);

    [Fact]
    public void Fp16_takes_values_that_no_half_can_hold() =>
        Assert.Equal([3e38f, -1e5f], There(WireFormat.Fp16, [3e38f, -1e5f]), (want, got) => Math.Abs(want - got) <= 3e38f / 2048);

    [Fact]
    public void Int8_errs_by_less_than_a_step() => Gen.Select(Tensors, Gen.ULong).Sample((values, seed) =>
    {
        var step = values.Max(MathF.Abs) / 127;

        foreach (var (value, there) in values.Zip(There(WireFormat.Int8, values, seed)))
            Assert.InRange(MathF.Abs(value - there), 0, step * 1.0001f);
    });

    /// <summary>A code is floor(x + u): it errs by a variance of f(1 - f) steps², at most 1/4, f the fraction of x. Over n keys the mean
    /// errs by sqrt(f(1 - f) / n) steps; four of these are passed once in 16,000.</summary>
    [Theory]
    [InlineData(0.3), InlineData(-0.7), InlineData(12.5), InlineData(-0.001), InlineData(126.9)]
    public void Int8_is_unbiased(double steps)
    {
        const int Keys = 4000;
        float[] values = [127, .. Enumerable.Repeat((float)steps, 40)]; // 127: so that a step is 1
        var f = steps - Math.Floor(steps);

        var mean = Enumerable.Range(0, Keys).Average(key => There(WireFormat.Int8, values, (ulong)key)[1..].Average());

        Assert.Equal(steps, mean, 4 * Math.Sqrt(f * (1 - f) / (Keys * 40)) + 1e-6);
    }

    [Fact]
    public void Zeros_stay_zeros_and_the_largest_value_stays_itself() => Gen.Enum<WireFormat>().Sample(format =>
    {
        Assert.Equal([0, 0, 0], There(format, [0, 0, 0]));
        Assert.Equal([0.5f, 0, -0.5f], There(format, [0.5f, 0, -0.5f]), (want, got) => Math.Abs(want - got) < 1e-7f);
    });

    [Fact]
    public void Tensors_of_different_magnitude_do_not_disturb_each_other()
    {
        float[] values = [1e6f, -1e6f, 1e-6f, -1e-6f, 0];
        foreach (var format in Enum.GetValues<WireFormat>())
        {
            Assert.Equal(
                values, Quantized.There(format, new KeptTensors([2, 0, 2], 1), values),
                (want, got) => Math.Abs(want - got) <= Math.Abs(want) / 2048);
        }
    }

    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_refused_where_it_cannot_be_said(float value)
    {
        Assert.Contains("not a finite number", Assert.Throws<AutoFlipException>(() => There(WireFormat.Fp16, [1, value])).Message);
        Assert.Contains("not a finite number", Assert.Throws<AutoFlipException>(() => There(WireFormat.Int8, [1, value, 2])).Message);
    }

    [Fact]
    public void What_is_written_is_read_and_what_is_read_is_what_the_sender_thinks() =>
        Gen.Select(Gen.Enum<WireFormat>(), Gen.Int[0, 200].Array[1, 6], Gen.Int[0, 50], Gen.ULong)
            .Sample((name, lengths, statistics, seed) =>
        {
            var (format, tensors) = (ValueFormat.Of(name), new KeptTensors([.. lengths], statistics));
            var random = new KeyedRandom(seed);
            using var sent = Quantized.Of(
                name, tensors, [.. Enumerable.Range(0, tensors.Count).Select(_ => (float)random.NextGaussian())], seed);
            var writer = MessageWriter.Begin(MessageKind.Task);

            sent.Write(writer);
            var reader = new MessageReader(writer.Finish().Span, MessageKind.Task);
            using var back = QuantizedValues.Read(ref reader, format, tensors);
            reader.End();

            Assert.Equal(sent.Values(tensors), back.Values(tensors));
            Assert.True(writer.Length < sent.Capacity);
        });

    [Fact]
    public void Scores_never_travel_in_8_bits()
    {
        Assert.Equal(WireFormat.Fp16, ValueFormat.Up(new Experiment { WireUp = WireFormat.Int8 }, ClientWork.Explore).Name);
        Assert.Equal(WireFormat.Int8, ValueFormat.Up(new Experiment { WireUp = WireFormat.Int8 }, ClientWork.Train).Name);
        Assert.Equal(WireFormat.Fp32, ValueFormat.Up(new Experiment(), ClientWork.Explore).Name);
    }

    [Fact]
    public void Kept_tensors_are_the_same_from_the_full_vector_and_from_the_small_one() => Masks.OfAll.Sample(mask =>
    {
        var layout = (mask.Units?.Small.Layout) ?? mask.Layout;

        var (full, small) = (KeptTensors.Of(mask.Layout, mask.Values), KeptTensors.Of(layout, mask.SmallValues));

        Assert.Equal<int>(full.Parameters, small.Parameters);
        Assert.Equal(full.Statistics, small.Statistics);
        Assert.Equal(mask.Values.Kept, full.Count);
        Assert.Equal(
            mask.Layout.Parameters.Select(tensor => Enumerable.Range(tensor.Offset, tensor.Length).Count(i => mask.Values[i])),
            full.Parameters);
    });
}
