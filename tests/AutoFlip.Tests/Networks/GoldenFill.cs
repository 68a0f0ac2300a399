using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>The formulas by which the golden numbers' weights and inputs were filled (Golden/README.md).</summary>
sealed class GoldenFill(JsonElement fill)
{
    const ulong InputTensor = 65535;

    public float[] Tensor(int tensor, int[] shape, string role)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        double fanIn = (double)values.Length / shape[0];
        for (var i = 0; i < values.Length; i++)
        {
            var r = Draw((ulong)tensor, (ulong)i);
            values[i] = (float)(role switch
            {
                "weight" => IsSine ? r / Math.Sqrt(fanIn) : r * Math.Sqrt(6 / fanIn),
                "bias" => Get("bias") * r,
                "norm" => 1 + Get("norm") * r,
                _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
            });
        }
        return values;
    }

    public float[] Input(int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(0.5 + 0.5 * (IsSine ? Math.Sin(Get("xa") * i + Get("xb")) : Hash(InputTensor, (ulong)BlockOf(i, shape))));
        return values;
    }

    bool IsSine => fill.GetProperty("kind").GetString() == "sine";

    double Get(string name) => fill.GetProperty(name).GetDouble();

    double Draw(ulong t, ulong i) => IsSine ? Math.Sin(Get("a") * i + Get("b") * t + Get("c")) : Hash(t, i);

    double Hash(ulong t, ulong i)
    {
        var z = ((fill.GetProperty("seed").GetUInt64() << 48 | t << 32 | i) + 1) * 0x9E3779B97F4A7C15;
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
