namespace AutoFlip.Tests;

/// <summary>Labelled points: samples that tests can place where they want them.</summary>
sealed class Points(int[] labels, Func<int, float[]> at) : SampleSet
{
    public override SampleShape Shape => new(at(0).Length, 1, 1);

    public override Targets Targets { get; } = Targets.Classes(labels);

    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        for (var i = 0; i < rows.Length; i++) at(rows[i]).CopyTo(into[(i * Shape.Length)..]);
    }
}
