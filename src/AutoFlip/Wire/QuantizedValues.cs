using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>The values of a message as they cross the wire: parameters as codes of a format, statistics always as they are.</summary>
/// <remarks>
/// Statistics stay float32 because they are few, a variance must stay above 0, and they have no common scale. Values are float32 in
/// byte arrays, so that what the format does not change is not copied.
/// </remarks>
sealed class QuantizedValues
{
    readonly ValueFormat _format;
    readonly KeptTensors _tensors;
    readonly float[] _scales;  // one per tensor; none in float32
    readonly byte[] _codes;    // in float32 these are the values, statistics and all
    readonly byte[] _values;   // in other formats only the statistics of these are used

    QuantizedValues(ValueFormat format, KeptTensors tensors, float[] scales, byte[] codes, byte[] values) =>
        (_format, _tensors, _scales, _codes, _values) = (format, tensors, scales, codes, values);

    /// <summary>Whether nothing was lost.</summary>
    public bool IsExact => _format.IsExact;

    /// <summary>Bytes that writing takes at most, and some for what surrounds it.</summary>
    public int Capacity => checked(sizeof(float) * (_scales.Length + _tensors.Count) + 1024);

    int ParameterBytes => sizeof(float) * _tensors.ParameterCount;

    /// <summary>Room for some values as float32; what is in it is undefined.</summary>
    public static byte[] Room(int values) => GC.AllocateUninitializedArray<byte>(checked(sizeof(float) * values));

    /// <summary>Bytes of float32 as numbers.</summary>
    public static Span<float> Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan());

    /// <summary>Turns values into codes. Cost: two passes; none in float32.</summary>
    /// <param name="format">The format.</param>
    /// <param name="tensors">What the values are.</param>
    /// <param name="values">Parameters, then statistics, float32; kept, not copied.</param>
    /// <param name="random">Keys random rounding.</param>
    /// <exception cref="AutoFlipException">A value is not finite, and the format has no way to say so.</exception>
    public static QuantizedValues Of(ValueFormat format, KeptTensors tensors, byte[] values, KeyedRandom random)
    {
        if (format.IsExact) return new(format, tensors, [], values, values);
        var scales = new float[tensors.Parameters.Length];
        var codes = GC.AllocateUninitializedArray<byte>(format.Width * tensors.ParameterCount);
        var dither = new Dither(random);
        foreach (var (tensor, start, length) in tensors.Ranges)
        {
            var own = Floats(values).Slice(start, length);
            var largest = length == 0 ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude<float>(own));
            if (!float.IsFinite(largest)) throw AutoFlipException.RunFailed($"a value to be sent as {format.Name} is not a finite number; lower --learning-rate or set --max-gradient-norm.");
            scales[tensor] = format.ScaleOf(largest);
            format.Encode(own, scales[tensor], dither, start, codes.AsSpan(format.Width * start, format.Width * length));
        }
        return new(format, tensors, scales, codes, values);
    }

    /// <summary>The values as the other side gets them: parameters, then statistics, float32. Not to be changed.</summary>
    public byte[] Restore()
    {
        if (_format.IsExact) return _codes;
        var restored = Room(_tensors.Count);
        _values.AsSpan(ParameterBytes).CopyTo(restored.AsSpan(ParameterBytes));
        foreach (var (tensor, start, length) in _tensors.Ranges)
            _format.Decode(_codes.AsSpan(_format.Width * start, _format.Width * length), _scales[tensor], Floats(restored).Slice(start, length));
        return restored;
    }

    /// <summary>Writes format, scales, codes and statistics.</summary>
    public void Write(MessageWriter writer)
    {
        writer.Write((byte)_format.Name);
        writer.Write(MemoryMarshal.AsBytes(_scales));
        WritePlanes(writer, _codes.AsSpan(0, _format.Width * _tensors.ParameterCount), _format.Width);
        WritePlanes(writer, _values.AsSpan(ParameterBytes), sizeof(float));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Stands at the format.</param>
    /// <param name="format">The format that was agreed on.</param>
    /// <param name="tensors">What the values must be: this, and nothing in the message, decides how much memory is taken.</param>
    public static QuantizedValues Read(ref MessageReader reader, ValueFormat format, KeptTensors tensors)
    {
        var name = (WireFormat)reader.Read<byte>();
        if (name != format.Name) throw new InvalidDataException($"The message holds values as {name} where {format.Name} is due.");
        var scales = format.IsExact ? [] : MemoryMarshal.Cast<byte, float>(reader.Take(sizeof(float) * tensors.Parameters.Length)).ToArray();
        foreach (var scale in scales)
            if (!float.IsFinite(scale) || scale <= 0) throw new InvalidDataException($"The message scales a tensor by {scale}.");

        var values = Room(tensors.Count);
        var codes = format.IsExact ? values : GC.AllocateUninitializedArray<byte>(format.Width * tensors.ParameterCount);
        ReadPlanes(ref reader, codes.AsSpan(0, format.Width * tensors.ParameterCount), format.Width);
        ReadPlanes(ref reader, values.AsSpan(sizeof(float) * tensors.ParameterCount), sizeof(float));
        return new(format, tensors, scales, codes, values);
    }

    static void WritePlanes(MessageWriter writer, ReadOnlySpan<byte> numbers, int width)
    {
        var planes = ArrayPool<byte>.Shared.Rent(numbers.Length);
        Planes.Split(numbers, width, planes.AsSpan(0, numbers.Length));
        var length = numbers.Length / width;
        for (var plane = 0; plane < width; plane++) PackedBytes.Write(writer, planes.AsSpan(plane * length, length));
        ArrayPool<byte>.Shared.Return(planes);
    }

    static void ReadPlanes(ref MessageReader reader, Span<byte> numbers, int width)
    {
        var planes = ArrayPool<byte>.Shared.Rent(numbers.Length);
        try
        {
            var length = numbers.Length / width;
            for (var plane = 0; plane < width; plane++) PackedBytes.Read(ref reader, planes.AsSpan(plane * length, length));
            Planes.Join(planes.AsSpan(0, numbers.Length), width, numbers);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(planes);
        }
    }
}
