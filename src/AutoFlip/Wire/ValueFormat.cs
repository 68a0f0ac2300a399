using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>A number format: how the values of one tensor become codes of a few bytes, and back.</summary>
abstract class ValueFormat
{
    /// <summary>Its name.</summary>
    public abstract WireFormat Name { get; }

    /// <summary>Bytes of a code.</summary>
    public abstract int Width { get; }

    /// <summary>True if codes are the values themselves. Otherwise tensors have a scale, and clients send differences.</summary>
    public bool IsExact => Name == WireFormat.Fp32;

    /// <summary>The format of that name.</summary>
    public static ValueFormat Of(WireFormat name) => name switch
    {
        WireFormat.Fp32 => new Fp32(),
        WireFormat.Fp16 => new Fp16(),
        WireFormat.Int8 => new Int8(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such format."),
    };

    /// <summary>The format in which a client answers: scores are too many orders of magnitude apart for 8 bits, and statistics of batch
    /// normalisation are few.</summary>
    public static ValueFormat Up(Experiment experiment, ClientWork work) => Of(work switch
    {
        ClientWork.Explore when experiment.WireUp == WireFormat.Int8 => WireFormat.Fp16,
        ClientWork.Measure => WireFormat.Fp32,
        _ => experiment.WireUp,
    });

    /// <summary>The scale of a tensor.</summary>
    /// <param name="largest">Its largest magnitude, finite.</param>
    public abstract float ScaleOf(float largest);

    /// <summary>Turns values into codes.</summary>
    /// <param name="values">A tensor's values, none larger than its scale allows.</param>
    /// <param name="scale">Its scale.</param>
    /// <param name="dither">What rounding at random is keyed by.</param>
    /// <param name="index">The first value's number in the message.</param>
    /// <param name="codes">Takes the codes, little-endian.</param>
    public abstract void Encode(ReadOnlySpan<float> values, float scale, Dither dither, int index, Span<byte> codes);

    /// <summary>Turns codes into values.</summary>
    public abstract void Decode(ReadOnlySpan<byte> codes, float scale, Span<float> values);

    /// <summary>Values as they are.</summary>
    sealed class Fp32 : ValueFormat
    {
        public override WireFormat Name => WireFormat.Fp32;

        public override int Width => 4;

        public override float ScaleOf(float largest) => 1;

        public override void Encode(ReadOnlySpan<float> values, float scale, Dither dither, int index, Span<byte> codes) =>
            MemoryMarshal.AsBytes(values).CopyTo(codes);

        public override void Decode(ReadOnlySpan<byte> codes, float scale, Span<float> values) =>
            codes.CopyTo(MemoryMarshal.AsBytes(values));
    }

    /// <summary>IEEE half floats of x / scale, to nearest even.</summary>
    /// <remarks>The scale is the power of two that brings the largest magnitude into [2^14, 2^15): nothing overflows, differences of 1e-6
    /// keep their 11 bits as weights of 1 do, and 29 powers of two below the largest value are exact to a relative 2^-11.</remarks>
    sealed class Fp16 : ValueFormat
    {
        const int Chunk = 1024, HighestExponent = 14, LowestScale = -126; // 2^-126 is the smallest normal float

        public override WireFormat Name => WireFormat.Fp16;

        public override int Width => 2;

        public override float ScaleOf(float largest) =>
            largest == 0 ? 1 : MathF.ScaleB(1, Math.Max(MathF.ILogB(largest) - HighestExponent, LowestScale));

        public override void Encode(ReadOnlySpan<float> values, float scale, Dither dither, int index, Span<byte> codes)
        {
            Span<float> scaled = stackalloc float[Chunk];
            var halves = MemoryMarshal.Cast<byte, Half>(codes);
            for (var start = 0; start < values.Length; start += Chunk)
            {
                var chunk = values[start..Math.Min(start + Chunk, values.Length)];
                TensorPrimitives.Multiply(chunk, 1 / scale, scaled);
                TensorPrimitives.ConvertToHalf(scaled[..chunk.Length], halves[start..]);
            }
        }

        public override void Decode(ReadOnlySpan<byte> codes, float scale, Span<float> values)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(codes), values);
            TensorPrimitives.Multiply(values, scale, values);
        }
    }

    /// <summary>floor(x / scale + u), u uniform in [0, 1): the expected code is x / scale.</summary>
    /// <remarks>The scale is a 127th of the largest magnitude.</remarks>
    sealed class Int8 : ValueFormat
    {
        const float Largest = 127, SmallestScale = 1.17549435e-38f; // 2^-126, whose inverse is finite

        public override WireFormat Name => WireFormat.Int8;

        public override int Width => 1;

        public override float ScaleOf(float largest) => Math.Max(largest / Largest, SmallestScale);

        public override void Encode(ReadOnlySpan<float> values, float scale, Dither dither, int index, Span<byte> codes)
        {
            var inverse = 1 / scale;
            ref var from = ref MemoryMarshal.GetReference(values);
            ref var to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, sbyte>(codes));
            int i = 0, step = Vector<float>.Count;
            for (; i + 4 * step <= values.Length; i += 4 * step)
            {
                var low = Vector.Narrow(Round(ref from, i), Round(ref from, i + step));
                var high = Vector.Narrow(Round(ref from, i + 2 * step), Round(ref from, i + 3 * step));
                Vector.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
            }
            for (; i < values.Length; i++)
                codes[i] = (byte)(sbyte)Math.Clamp(MathF.Floor(values[i] * inverse + dither[index + i]), -Largest, Largest);

            Vector<int> Round(ref float first, int at)
            {
                var code = Vector.Floor(Vector.LoadUnsafe(ref first, (nuint)at) * inverse + dither.From(index + at));
                return Vector.ConvertToInt32(Vector.Min(Vector.Max(code, new(-Largest)), new(Largest)));
            }
        }

        public override void Decode(ReadOnlySpan<byte> codes, float scale, Span<float> values)
        {
            ref var from = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, sbyte>(codes));
            ref var to = ref MemoryMarshal.GetReference(values);
            int i = 0, step = Vector<float>.Count;
            for (; i + 4 * step <= values.Length; i += 4 * step)
            {
                var four = Vector.LoadUnsafe(ref from, (nuint)i);
                Vector<short> low = Vector.WidenLower(four), high = Vector.WidenUpper(four);
                (Vector.ConvertToSingle(Vector.WidenLower(low)) * scale).StoreUnsafe(ref to, (nuint)i);
                (Vector.ConvertToSingle(Vector.WidenUpper(low)) * scale).StoreUnsafe(ref to, (nuint)(i + step));
                (Vector.ConvertToSingle(Vector.WidenLower(high)) * scale).StoreUnsafe(ref to, (nuint)(i + 2 * step));
                (Vector.ConvertToSingle(Vector.WidenUpper(high)) * scale).StoreUnsafe(ref to, (nuint)(i + 3 * step));
            }
            for (; i < values.Length; i++) values[i] = (sbyte)codes[i] * scale;
        }
    }
}
