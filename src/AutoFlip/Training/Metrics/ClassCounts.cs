namespace AutoFlip;

/// <summary>For each class, how often it was true, predicted, and both: all that accuracy, precision, recall and F1 need.</summary>
/// <remarks>
/// The predicted class is the one with the highest score, the first of equals. One output is binary: class 1 from the cut-off on. A
/// sample with a NaN score has no predicted class. Cost: one pass over the scores.
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

    /// <summary>Counts.</summary>
    public static ClassCounts Of(Predictions predictions)
    {
        var counts = new ClassCounts(predictions.ClassCount, predictions.Count);
        for (var i = 0; i < predictions.Count; i++)
        {
            var (actual, predicted) = (predictions.Classes[i], Predict(predictions[i], predictions.CutOff));
            counts._true[actual]++;
            if (predicted == None) continue;
            counts._predicted[predicted]++;
            if (predicted == actual) counts._hits[predicted]++;
        }
        return counts;
    }

    /// <summary>Share of samples whose predicted class is the true one; null without samples.</summary>
    public double? Accuracy => _samples == 0 ? null : (double)_hits.Sum() / _samples;

    /// <summary>The mean of a figure over the classes that occur, as truth or as prediction; null without samples.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="average">Weighted: by how often each class is true. Macro: all alike.</param>
    public double? Mean(ClassFigure figure, Average average)
    {
        if (_samples == 0) return null;
        double sum = 0, weight = 0;
        for (var c = 0; c < _true.Length; c++)
        {
            if (_true[c] + _predicted[c] == 0) continue;
            var share = average == Average.Macro ? 1 : _true[c];
            sum += share * this[c, figure];
            weight += share;
        }
        return sum / weight;
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

    static int Predict(ReadOnlySpan<float> row, float cutOff)
    {
        if (row.Length == 1) return float.IsNaN(row[0]) ? None : row[0] >= cutOff ? 1 : 0;

        var best = 0;
        for (var c = 0; c < row.Length; c++)
        {
            if (float.IsNaN(row[c])) return None;
            if (row[c] > row[best]) best = c;
        }
        return best;
    }
}

/// <summary>A class's figure as a ratio of whole numbers, so that 0/0 (which counts as 0) is distinguished from 0/n in one
/// place.</summary>
/// <param name="hits">Samples of the class that were predicted as it.</param>
/// <param name="predicted">Samples predicted as the class.</param>
/// <param name="actual">Samples of the class.</param>
delegate (int Above, int Below) ClassFigure(int hits, int predicted, int actual);
