namespace AutoFlip;

/// <summary>Input of a metric: a model's raw outputs, and the targets of as many samples or steps. Borrowed, never changed.</summary>
/// <remarks>What is <see cref="Targets.Ignored"/> is left out as the value is made, so no metric ever sees it.</remarks>
public readonly ref struct Predictions
{
    Predictions(ReadOnlySpan<float> scores, int width, ReadOnlySpan<int> classes, ReadOnlySpan<float> numbers, float cutOff)
    {
        Scores = scores;
        Width = width;
        Classes = classes;
        Numbers = numbers;
        CutOff = cutOff;
    }

    /// <summary>Raw outputs, [Count, Width], row by row: logits for classes, numbers for numbers.</summary>
    public ReadOnlySpan<float> Scores { get; }

    /// <summary>Outputs per sample or step. One means a choice between two classes, or a number.</summary>
    public int Width { get; }

    /// <summary>[Count]: the true classes, 0 .. ClassCount - 1; empty for numbers.</summary>
    public ReadOnlySpan<int> Classes { get; }

    /// <summary>[Count, Width]: the true numbers; empty for classes.</summary>
    public ReadOnlySpan<float> Numbers { get; }

    /// <summary>With one output, the logit from which on class 1 is predicted; 0 is a probability of one half.</summary>
    public float CutOff { get; }

    /// <summary>Samples or steps that count.</summary>
    public int Count => Scores.Length / Width;

    /// <summary>Number of classes: 2 for one output.</summary>
    public int ClassCount => Math.Max(Width, 2);

    /// <summary>The outputs for one sample or step.</summary>
    public ReadOnlySpan<float> this[int i] => Scores.Slice(i * Width, Width);

    /// <summary>Outputs and classes.</summary>
    /// <param name="scores">[N, width].</param>
    /// <param name="width">Outputs per sample or step.</param>
    /// <param name="classes">[N], with <see cref="Targets.Ignored"/> for what does not count.</param>
    /// <param name="cutOff">The logit from which on a single output means class 1.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, or a class is not there.</exception>
    /// <remarks>Copies only if something is ignored.</remarks>
    public static Predictions OfClasses(ReadOnlySpan<float> scores, int width, ReadOnlySpan<int> classes, float cutOff = 0)
    {
        Check(scores.Length, width, classes.Length);
        var ignored = classes.Count(Targets.Ignored);
        if (ignored > 0)
        {
            var (counted, truth) = (new float[scores.Length - ignored * width], new int[classes.Length - ignored]);
            for (int i = 0, k = 0; i < classes.Length; i++)
            {
                if (classes[i] == Targets.Ignored) continue;
                scores.Slice(i * width, width).CopyTo(counted.AsSpan(k * width));
                truth[k++] = classes[i];
            }
            scores = counted;
            classes = truth;
        }
        var count = Math.Max(width, 2);
        foreach (var target in classes)
            if ((uint)target >= (uint)count)
                throw new ArgumentOutOfRangeException(
                    nameof(classes), target, $"A target is a class from 0 to {count - 1}, or {Targets.Ignored}.");
        return new(scores, width, classes, default, cutOff);
    }

    /// <summary>Outputs and numbers.</summary>
    /// <param name="scores">[N, width].</param>
    /// <param name="width">Numbers per sample.</param>
    /// <param name="numbers">[N, width].</param>
    /// <exception cref="ArgumentException">Lengths do not fit.</exception>
    public static Predictions OfNumbers(ReadOnlySpan<float> scores, int width, ReadOnlySpan<float> numbers)
    {
        Check(scores.Length, width, numbers.Length / Math.Max(width, 1));
        if (scores.Length != numbers.Length)
            throw new ArgumentException($"{scores.Length} scores are not {numbers.Length} numbers.", nameof(numbers));
        return new(scores, width, default, numbers, 0);
    }

    static void Check(int scores, int width, int targets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (scores != (long)width * targets)
            throw new ArgumentException($"{targets} targets need {(long)width * targets} scores, not {scores}.", nameof(scores));
    }
}
