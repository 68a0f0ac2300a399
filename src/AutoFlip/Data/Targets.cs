namespace AutoFlip;

/// <summary>The truth about each of N samples: a class, a class for each of T steps, or a number. Immutable.</summary>
public sealed class Targets
{
    /// <summary>The class of a step that counts neither in a loss nor in a metric: padding.</summary>
    public const int Ignored = -1;

    readonly int[] _classes; // [N T]; empty for numbers
    readonly float[]? _numbers; // [N]
    readonly int[] _labels; // [N]

    Targets(int[] classes, float[]? numbers, int[] labels, int perSample) =>
        (_classes, _numbers, _labels, PerSample) = (classes, numbers, labels, perSample);

    /// <summary>One class per sample, each 0 or more.</summary>
    /// <param name="classes">[N]; given away.</param>
    public static Targets Classes(int[] classes) => new(classes, null, classes, 1);

    /// <summary>One class per step, or <see cref="Ignored"/>; at least one step of each sample counts.</summary>
    /// <param name="classes">[N, T], row by row; given away.</param>
    /// <param name="steps">T, at least 1.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the steps.</exception>
    public static Targets Steps(int[] classes, int steps)
    {
        if (steps < 1 || classes.Length % steps != 0)
            throw new ArgumentException($"{classes.Length} classes are not sequences of {steps}.", nameof(steps));
        return new(classes, null, new int[classes.Length / steps], steps);
    }

    /// <summary>One finite number per sample.</summary>
    /// <param name="numbers">[N]; given away.</param>
    public static Targets Numbers(float[] numbers) => new([], numbers, new int[numbers.Length], 1);

    /// <summary>Number of samples N.</summary>
    public int Count => _labels.Length;

    /// <summary>Targets per sample: T for sequences, otherwise 1.</summary>
    public int PerSample { get; }

    /// <summary>True if targets are numbers, false if they are classes.</summary>
    public bool AreNumbers => _numbers is not null;

    /// <summary>[N]: the class by which a sample is partitioned and counted; 0 for all where a sample has no class of its own.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The targets of some samples alone.</summary>
    public Targets Of(ReadOnlySpan<int> rows)
    {
        if (AreNumbers)
        {
            var numbers = new float[rows.Length];
            Read(rows, numbers);
            return Numbers(numbers);
        }
        var classes = new int[rows.Length * PerSample];
        for (var i = 0; i < rows.Length; i++) Row(rows[i]).CopyTo(classes.AsSpan(i * PerSample));
        return PerSample == 1 ? Classes(classes) : Steps(classes, PerSample);
    }

    /// <summary>Writes classes.</summary>
    /// <param name="rows">Which samples, in this order.</param>
    /// <param name="into">[rows, T]; all of it is written.</param>
    /// <exception cref="InvalidOperationException">Targets are numbers.</exception>
    public void Read(ReadOnlySpan<int> rows, Span<long> into)
    {
        if (AreNumbers) throw new InvalidOperationException("These targets are numbers, not classes.");
        for (int i = 0, k = 0; i < rows.Length; i++)
            foreach (var target in Row(rows[i])) into[k++] = target;
    }

    /// <summary>Writes numbers; classes are numbers too.</summary>
    /// <param name="rows">Which samples, in this order.</param>
    /// <param name="into">[rows, T]; all of it is written.</param>
    public void Read(ReadOnlySpan<int> rows, Span<float> into)
    {
        if (_numbers is not null)
        {
            for (var i = 0; i < rows.Length; i++) into[i] = _numbers[rows[i]];
            return;
        }
        for (int i = 0, k = 0; i < rows.Length; i++)
            foreach (var target in Row(rows[i])) into[k++] = target;
    }

    /// <summary>The classes that occur in some samples; none in numbers.</summary>
    /// <param name="rows">Which samples.</param>
    /// <param name="classes">Number of classes; each is below it.</param>
    /// <returns>One bit per class.</returns>
    public Selection Present(ReadOnlySpan<int> rows, int classes)
    {
        var present = new bool[classes];
        if (AreNumbers) return Selection.Of(present);
        foreach (var row in rows)
            foreach (var target in Row(row))
                if (target != Ignored) present[target] = true;
        return Selection.Of(present);
    }

    ReadOnlySpan<int> Row(int row) => _classes.AsSpan(row * PerSample, PerSample);
}
