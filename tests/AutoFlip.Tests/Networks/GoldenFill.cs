using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>The formulas by which the golden numbers' weights and inputs were filled (Golden/README.md).</summary>
/// <param name="fill">Their parameters.</param>
/// <param name="gain">Factor on every weight.</param>
sealed class GoldenFill(JsonElement fill, double gain = 1)
{
    const ulong InputTensor = 65535;
    readonly bool _sine = fill.GetProperty("kind").GetString() == "sine";
    readonly ulong _seed = fill.TryGetProperty("seed", out var seed) ? seed.GetUInt64() : 0;
    readonly double _a = Get(fill, "a"), _b = Get(fill, "b"), _c = Get(fill, "c"), _xa = Get(fill, "xa"), _xb = Get(fill, "xb");
    readonly double _bias = Get(fill, "bias"), _norm = Get(fill, "norm");

    public float[] Tensor(int tensor, int[] shape, string role)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        double fanIn = (double)values.Length / shape[0];
        Func<double, double> value = role switch
        {
            "weight" when _sine => r => gain * r / Math.Sqrt(fanIn),
            "weight" => r => gain * r * Math.Sqrt(6 / fanIn),
            "bias" => r => _bias * r,
            "norm" => r => 1 + _norm * r,
            _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
        };
        for (var i = 0; i < values.Length; i++) values[i] = (float)value(Draw((ulong)tensor, (ulong)i));
        return values;
    }

    public float[] Input(int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(0.5 + 0.5 * (_sine ? Math.Sin(_xa * i + _xb) : Hash(InputTensor, (ulong)BlockOf(i, shape))));
        return values;
    }

    public static float[] Tokens(int[] shape, long multiplier, long vocabulary) =>
        [.. Enumerable.Range(0, shape.Aggregate(1, (product, size) => product * size)).Select(i => (float)(i * multiplier % vocabulary))];

    static double Get(JsonElement fill, string name) => fill.TryGetProperty(name, out var value) ? value.GetDouble() : double.NaN;

    double Draw(ulong t, ulong i) => _sine ? Math.Sin(_a * i + _b * t + _c) : Hash(t, i);

    double Hash(ulong t, ulong i)
    {
        var z = ((_seed << 48 | t << 32 | i) + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 40) / 8388608.0 - 1;
    }

    /// <summary>Images consist of blocks of 4 x 4 equal pixels; anything else counts value by value.</summary>
    static int BlockOf(int i, int[] shape)
    {
        if (shape is not [_, var channels, var height, var width]) return i;
        int x = i % width, y = i / width % height, c = i / width / height % channels, b = i / width / height / channels;
        return ((b * channels + c) * ((height + 3) / 4) + y / 4) * ((width + 3) / 4) + x / 4;
    }
}
