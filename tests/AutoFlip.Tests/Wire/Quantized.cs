namespace AutoFlip.Tests;

/// <summary>Values that go through a format, in plain arrays.</summary>
static class Quantized
{
    public static QuantizedValues Of(WireFormat format, KeptTensors tensors, float[] values, ulong seed = 1) =>
        QuantizedValues.Of(ValueFormat.Of(format), tensors, values, new KeyedRandom(seed));

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
