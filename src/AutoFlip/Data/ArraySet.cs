namespace AutoFlip;

/// <summary>Samples of numbers that a program holds in an array: rows of features, spectra, signals.</summary>
/// <remarks>They are read as they are: scale them before. There is nothing to augment.</remarks>
public sealed class ArraySet : SampleSet
{
    readonly float[] _values;

    /// <summary>Wraps values without copying them; the caller gives them away.</summary>
    /// <param name="shape">The shape of every sample. A row of n features is n x 1 x 1.</param>
    /// <param name="values">[N, C, H, W], row by row, all finite.</param>
    /// <param name="targets">The truth about each of the N samples.</param>
    /// <exception cref="ArgumentException">The lengths disagree, or a value is not finite.</exception>
    public ArraySet(SampleShape shape, float[] values, Targets targets)
    {
        if (values.Length != (long)targets.Count * shape.Length)
            throw new ArgumentException(
                $"{targets.Count} samples of {shape} have {(long)targets.Count * shape.Length} values, not {values.Length}.",
                nameof(values));
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and var bad)
            throw new ArgumentException(
                $"Value {bad % shape.Length} of sample {bad / shape.Length} is {values[bad]}; finite numbers are accepted.",
                nameof(values));
        (Shape, Targets, _values) = (shape, targets, values);
    }

    /// <inheritdoc/>
    public override SampleShape Shape { get; }

    /// <inheritdoc/>
    public override Targets Targets { get; }

    /// <inheritdoc/>
    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        var length = Shape.Length;
        for (var i = 0; i < rows.Length; i++) _values.AsSpan(rows[i] * length, length).CopyTo(into[(i * length)..]);
    }
}
