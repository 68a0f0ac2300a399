using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>The values of a message as they cross the wire: parameters as codes of a format, statistics always as they are.</summary>
/// <remarks>
/// Statistics stay float32 because they are few, a variance must stay above 0, and they have no common scale. Codes are in rented buffers:
/// a model's worth of memory taken from the system for every message costs more time than all the arithmetic.
/// </remarks>
sealed class QuantizedValues : IDisposable
{
    const int Chunk = 2048;

    readonly ValueFormat _format;
    readonly KeptTensors _tensors;
    readonly float[] _scales;  // one per tensor; none in float32
    readonly byte[] _codes;    // rented
    readonly float[] _statistics;

    QuantizedValues(ValueFormat format, KeptTensors tensors, float[] scales)
    {
        (_format, _tensors, _scales) = (format, tensors, scales);
        _codes = Scratch.Bytes.Rent(format.Width * tensors.ParameterCount);
        _statistics = new float[tensors.Statistics];
    }

    /// <summary>Bytes that writing takes at most, and some for what surrounds it.</summary>
    public int Capacity =>
        checked((int)(
            (_format.Width * (long)_tensors.ParameterCount + sizeof(float) * (_scales.Length + _tensors.Statistics)) * 65 / 64 + 1024));

    Span<byte> Codes => _codes.AsSpan(0, _format.Width * _tensors.ParameterCount);

    /// <summary>Turns values into codes. Cost: two passes; one in float32.</summary>
    /// <param name="format">The format.</param>
    /// <param name="tensors">What the values are.</param>
    /// <param name="values">Parameters, then statistics.</param>
    /// <param name="random">Keys random rounding.</param>
    /// <exception cref="AutoFlipException">A value is not finite, and the format cannot represent it.</exception>
    public static QuantizedValues Of(ValueFormat format, KeptTensors tensors, ReadOnlySpan<float> values, KeyedRandom random)
    {
        var quantized = new QuantizedValues(format, tensors, format.IsExact ? [] : new float[tensors.Parameters.Length]);
        values.Slice(tensors.ParameterCount, tensors.Statistics).CopyTo(quantized._statistics);
        var dither = new Dither(random);
        foreach (var (tensor, start, length) in tensors.Ranges)
        {
            var own = values.Slice(start, length);
            if (!format.IsExact)
            {
                var largest = length == 0 ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(own));
                if (!float.IsFinite(largest))
                    throw AutoFlipException.RunFailed(
                        $"a value to be sent as {format.Name} is not a finite number; "
                        + "lower Experiment.LearningRate or set Experiment.MaxGradientNorm.");
                quantized._scales[tensor] = format.ScaleOf(largest);
            }
            format.Encode(own, quantized.ScaleOf(tensor), dither, start, quantized.CodesOf(start, length));
        }
        return quantized;
    }

    /// <summary>The values as the other side gets them.</summary>
    /// <param name="into">Takes parameters, then statistics.</param>
    /// <param name="plus">Is added to the parameters, in the same pass; empty adds nothing.</param>
    public void Restore(Span<float> into, ReadOnlySpan<float> plus = default)
    {
        foreach (var (tensor, start, length) in Chunks)
        {
            var values = into.Slice(start, length);
            _format.Decode(CodesOf(start, length), ScaleOf(tensor), values);
            if (!plus.IsEmpty) TensorPrimitives.Add(values, plus.Slice(start, length), values);
        }
        _statistics.CopyTo(into[_tensors.ParameterCount..]);
    }

    /// <summary>Leaves what the other side does not get: subtracts the parameters as it gets them, in one pass.</summary>
    public void TakeFrom(Span<float> parameters)
    {
        Span<float> there = stackalloc float[Chunk];
        foreach (var (tensor, start, length) in Chunks)
        {
            _format.Decode(CodesOf(start, length), ScaleOf(tensor), there[..length]);
            var values = parameters.Slice(start, length);
            TensorPrimitives.Subtract(values, there[..length], values);
        }
    }

    /// <summary>Writes format, scales, codes and statistics.</summary>
    public void Write(MessageWriter writer)
    {
        writer.Write((byte)_format.Name);
        writer.Write(MemoryMarshal.AsBytes(_scales));
        WritePlanes(writer, Codes, _format.Width);
        WritePlanes(writer, MemoryMarshal.AsBytes<float>(_statistics), sizeof(float));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Stands at the format.</param>
    /// <param name="format">The format that was agreed on.</param>
    /// <param name="tensors">What the values must be: this, and nothing in the message, decides how much memory is taken.</param>
    public static QuantizedValues Read(ref MessageReader reader, ValueFormat format, KeptTensors tensors)
    {
        var name = (WireFormat)reader.Read<byte>();
        if (name != format.Name) throw new InvalidDataException($"The message holds values as {name} where {format.Name} is due.");
        var scales = format.IsExact
            ? []
            : MemoryMarshal.Cast<byte, float>(reader.Take(sizeof(float) * tensors.Parameters.Length)).ToArray();
        foreach (var scale in scales)
            if (!float.IsFinite(scale) || scale <= 0) throw new InvalidDataException($"The message scales a tensor by {scale}.");

        var read = new QuantizedValues(format, tensors, scales);
        ReadPlanes(ref reader, read.Codes, format.Width);
        ReadPlanes(ref reader, MemoryMarshal.AsBytes(read._statistics.AsSpan()), sizeof(float));
        return read;
    }

    /// <summary>Returns the buffer.</summary>
    public void Dispose() => Scratch.Bytes.Return(_codes);

    /// <summary>The tensors' ranges, in pieces between whose passes nothing leaves the first cache.</summary>
    IEnumerable<(int Tensor, int Start, int Length)> Chunks
    {
        get
        {
            foreach (var (tensor, start, length) in _tensors.Ranges)
                for (var done = 0; done < length; done += Chunk) yield return (tensor, start + done, Math.Min(Chunk, length - done));
        }
    }

    float ScaleOf(int tensor) => _format.IsExact ? 1 : _scales[tensor];

    Span<byte> CodesOf(int start, int length) => Codes.Slice(_format.Width * start, _format.Width * length);

    static void WritePlanes(MessageWriter writer, ReadOnlySpan<byte> numbers, int width)
    {
        if (width == 1)
        {
            PackedBytes.Write(writer, numbers);
            return;
        }
        var planes = Scratch.Bytes.Rent(numbers.Length);
        Planes.Split(numbers, width, planes.AsSpan(0, numbers.Length));
        var length = numbers.Length / width;
        for (var plane = 0; plane < width; plane++) PackedBytes.Write(writer, planes.AsSpan(plane * length, length));
        Scratch.Bytes.Return(planes);
    }

    static void ReadPlanes(ref MessageReader reader, Span<byte> numbers, int width)
    {
        if (width == 1)
        {
            PackedBytes.Read(ref reader, numbers);
            return;
        }
        var planes = Scratch.Bytes.Rent(numbers.Length);
        try
        {
            var length = numbers.Length / width;
            for (var plane = 0; plane < width; plane++) PackedBytes.Read(ref reader, planes.AsSpan(plane * length, length));
            Planes.Join(planes.AsSpan(0, numbers.Length), width, numbers);
        }
        finally
        {
            Scratch.Bytes.Return(planes);
        }
    }
}
