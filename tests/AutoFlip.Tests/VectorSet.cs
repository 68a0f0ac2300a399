namespace AutoFlip.Tests;

/// <summary>Samples as rows of numbers in memory, with any truth.</summary>
/// <param name="columns">Numbers per sample.</param>
/// <param name="values">[N, columns].</param>
/// <param name="targets">The truth about each.</param>
sealed class VectorSet(int columns, float[] values, Targets targets) : SampleSet
{
    public override SampleShape Shape => new(columns, 1, 1);

    public override Targets Targets => targets;

    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        for (var i = 0; i < rows.Length; i++) values.AsSpan(rows[i] * columns, columns).CopyTo(into[(i * columns)..]);
    }
}
