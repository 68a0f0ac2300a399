namespace AutoFlip;

/// <summary>A figure of merit computed from a model's raw outputs over a whole set.</summary>
/// <remarks>
/// No score makes a metric throw. A sample with a NaN among its scores has no prediction: metrics that count take it as missed,
/// so that a model that has diverged never looks as good as guessing; all others are undefined. Infinities are ordinary
/// numbers to metrics that count. A set without samples has no value.
/// </remarks>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record Metric(string Name)
{
    /// <summary>The name in a sentence, a table or a chart.</summary>
    public virtual string DisplayName => Name;

    /// <summary>The name at the beginning of a sentence.</summary>
    public string DisplayTitle => DisplayName == Name ? Name : Title(DisplayName);

    /// <summary>True if values are shown in percent, and differences in points.</summary>
    public virtual bool InPercent => false;

    /// <summary>True if this metric is the main one of every run that measures it. The main metric of other runs is their
    /// first.</summary>
    public virtual bool IsMain => false;

    /// <summary>A figure's name as the reference writes it in logs and charts: <c>Acc1</c>, <c>Youdenj</c>, <c>Loss</c>.</summary>
    internal static string Title(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>True if lower values are better, as for errors.</summary>
    public virtual bool LowerIsBetter => false;

    /// <summary>Computes the metric.</summary>
    /// <returns>The value; null where the metric is undefined (auroc of a single class, say).</returns>
    /// <exception cref="ArgumentException">Numbers were given to a metric of classes, or classes to one of numbers.</exception>
    public abstract double? Compute(Predictions predictions);

    /// <summary>Reason why this metric does not fit a task.</summary>
    /// <returns>A sentence for the user, or null where the metric fits.</returns>
    public abstract string? Refuses(LearningTask task);
}

/// <summary>A metric of classes: one per sample, or one per step of a sequence.</summary>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record ClassMetric(string Name) : Metric(Name)
{
    /// <inheritdoc/>
    public override string? Refuses(LearningTask task) => task.Kind == TaskKind.Regression
        ? $"{Name} compares classes; this data set has numbers. Use mse, rmse, mae, mape, r2 or d2."
        : null;

    /// <inheritdoc/>
    public sealed override double? Compute(Predictions predictions) =>
        predictions.Numbers.Length > 0 ? throw new ArgumentException($"{Name} compares classes, not numbers.", nameof(predictions))
        : predictions.Count == 0 ? null
        : OfClasses(predictions);

    /// <summary>The value for at least one sample.</summary>
    private protected abstract double? OfClasses(Predictions predictions);
}

/// <summary>A metric of binary classification with one logit. Undefined for any other number of outputs.</summary>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record BinaryMetric(string Name) : ClassMetric(Name)
{
    /// <inheritdoc/>
    public sealed override string? Refuses(LearningTask task) => base.Refuses(task) ?? (task.IsBinary
        ? null
        : $"{Name} needs samples of one of two classes; this data set has "
            + $"{(task.Kind == TaskKind.Labelling ? "sequences" : task.Classes)}. Leave it out, or use auroc.");

    private protected sealed override double? OfClasses(Predictions predictions) =>
        predictions.Width == 1 ? Ranking.Of(predictions.Scores, predictions.Classes, 1) is { } ranking ? Of(ranking) : null : null;

    /// <summary>The value, from samples in the order of their scores.</summary>
    private protected abstract double? Of(Ranking ranking);
}

/// <summary>A metric of numbers: the mean over the model's outputs of what each column is worth.</summary>
/// <remarks>Computed in float64. Undefined where a prediction is not a finite number, or the value would not be.</remarks>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record NumberMetric(string Name) : Metric(Name)
{
    /// <inheritdoc/>
    public sealed override string? Refuses(LearningTask task) => task.Kind == TaskKind.Regression
        ? null
        : $"{Name} compares numbers; this data set has classes. Use acc1, or see 'Catalog.Metrics'.";

    /// <inheritdoc/>
    public sealed override double? Compute(Predictions predictions)
    {
        if (predictions.Classes.Length > 0) throw new ArgumentException($"{Name} compares numbers, not classes.", nameof(predictions));
        var (count, width) = (predictions.Count, predictions.Width);
        if (count == 0) return null;

        var (predicted, truth) = (new double[count], new double[count]);
        var sum = 0.0;
        for (var column = 0; column < width; column++)
        {
            for (var i = 0; i < count; i++)
                (predicted[i], truth[i]) = (predictions.Scores[i * width + column], predictions.Numbers[i * width + column]);
            if (OfColumn(predicted, truth) is not { } value) return null;
            sum += value;
        }
        return double.IsFinite(sum) ? sum / width : null;
    }

    /// <summary>The value of one output, for at least one sample.</summary>
    private protected abstract double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth);
}
