namespace AutoFlip.Benchmarks;

/// <summary>What the benchmarks work on: TwoCNN of width 32 for ten classes of grey images, 1,663,370
/// parameters, half of them kept.</summary>
static class Model
{
    /// <summary>The network.</summary>
    public static Network Network { get; } = Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions());

    /// <summary>Its layout.</summary>
    public static WeightLayout Layout => Network.Layout;

    /// <summary>Values in [-0.5, 0.5), the same for the same number.</summary>
    public static float[] Values(int number)
    {
        var random = new Seeds(1).For(Purpose.Initialization, part: number);
        var values = new float[Layout.Count];
        foreach (ref var value in values.AsSpan()) value = random.NextSingle() - 0.5f;
        return values;
    }

    /// <summary>Keeps a random half.</summary>
    public static Selection Half() => Selection.Highest(Values(99), Layout.ParameterCount / 2);
}
