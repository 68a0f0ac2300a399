namespace AutoFlip;

/// <summary>For each class, how often it was true, predicted, and both: all that accuracy, precision, recall and F1 need.</summary>
/// <remarks>
/// The predicted class is the one with the highest score, the first of equals. One output is binary: class 1 from a sigmoid of 0.5
/// on, that is from a score of 0 on. A sample with a NaN score has no predicted class. Cost: one pass over the scores.
/// <para>Differs from the reference, which fits the binary cut-off (Youden's J) on the very scores it then judges: a cut-off that
/// has seen the labels, which new data do not offer (docs/decisions/0009).</para>
/// </remarks>
sealed class ClassCounts
{
    const int None = -1;

    readonly int[] _hits, _predicted, _true;
    readonly int _samples;

    ClassCounts(int classes, int samples)
    {
        (_hits, _predicted, _true) = (new int[classes], new int[classes], new int[classes]);
        _samples = samples;
    }

    /// <summary>Counts; parameters are those of <see cref="Metric.Compute"/>.</summary>
    public static ClassCounts Of(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets)
    {
        var classes = Check(scores, outputs, targets);
        var counts = new ClassCounts(classes, targets.Length);
        for (var i = 0; i < targets.Length; i++)
        {
            var predicted = Predict(scores.Slice(i * outputs, outputs));
            counts._true[targets[i]]++;
            if (predicted == None) continue;
            counts._predicted[predicted]++;
            if (predicted == targets[i]) counts._hits[predicted]++;
        }
        return counts;
    }

    /// <summary>Checks lengths and targets of a metric's arguments.</summary>
    /// <returns>The number of classes: 2 for one output.</returns>
    /// <exception cref="ArgumentException">Something does not fit.</exception>
    public static int Check(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (scores.Length != (long)outputs * targets.Length)
            throw new ArgumentException($"{targets.Length} targets need {(long)outputs * targets.Length} scores, not {scores.Length}.", nameof(scores));
        var classes = Math.Max(outputs, 2);
        foreach (var target in targets)
            if ((uint)target >= (uint)classes)
                throw new ArgumentOutOfRangeException(nameof(targets), target, $"A target is a class from 0 to {classes - 1}.");
        return classes;
    }

    /// <summary>Share of samples whose predicted class is the true one; null without samples.</summary>
    public double? Accuracy => _samples == 0 ? null : (double)_hits.Sum() / _samples;

    /// <summary>A figure of each class, averaged by how often the class is true; null without samples.</summary>
    public double? WeightedMean(ClassFigure figure)
    {
        if (_samples == 0) return null;
        var sum = 0.0;
        for (var c = 0; c < _true.Length; c++)
            if (_true[c] > 0) sum += _true[c] * this[c, figure];
        return sum / _samples;
    }

    /// <summary>The figure of one class.</summary>
    public double this[int c, ClassFigure figure]
    {
        get
        {
            var (above, below) = figure(_hits[c], _predicted[c], _true[c]);
            return below == 0 ? 0 : (double)above / below;
        }
    }

    static int Predict(ReadOnlySpan<float> row)
    {
        if (row.Length == 1) return float.IsNaN(row[0]) ? None : row[0] >= 0 ? 1 : 0;

        var best = 0;
        for (var c = 0; c < row.Length; c++)
        {
            if (float.IsNaN(row[c])) return None;
            if (row[c] > row[best]) best = c;
        }
        return best;
    }
}

/// <summary>A class's figure as a ratio of whole numbers, so that 0/0 (which counts as 0) is told from 0/n in one place.</summary>
/// <param name="hits">Samples of the class that were predicted as it.</param>
/// <param name="predicted">Samples predicted as the class.</param>
/// <param name="actual">Samples of the class.</param>
delegate (int Above, int Below) ClassFigure(int hits, int predicted, int actual);
