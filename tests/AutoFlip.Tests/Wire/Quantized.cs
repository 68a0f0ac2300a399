namespace AutoFlip.Tests;

/// <summary>Values that go through a format, in plain arrays.</summary>
static class Quantized
{
    public static QuantizedValues Of(WireFormat format, KeptTensors tensors, float[] values, ulong seed = 1)
    {
        var rented = Scratch.Floats.Rent(values.Length);
        values.CopyTo(rented, 0);
        return QuantizedValues.Of(ValueFormat.Of(format), tensors, rented, new KeyedRandom(seed));
    }

    public static float[] Values(this QuantizedValues quantized, KeptTensors tensors)
    {
        var values = new float[tensors.Count];
        quantized.Restore(values);
        return values;
    }

    public static float[] There(WireFormat format, KeptTensors tensors, float[] values, ulong seed = 1)
    {
        using var quantized = Of(format, tensors, values, seed);
        return quantized.Values(tensors);
    }
}
