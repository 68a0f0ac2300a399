namespace AutoFlip;

/// <summary>Losses and metrics that fit a learning task, and those that <c>auto</c> stands for.</summary>
/// <remarks>
/// <c>auto</c> means, for classes, CrossEntropyLoss and acc1, acc5 (from five classes on), f1, precision, recall; for a class per step of a
/// sequence, CrossEntropyLoss and seqacc; for numbers, MSELoss and mse, mae, r2. Two classes have one output, a logit, and train with
/// BCEWithLogitsLoss, which is what CrossEntropyLoss means there, as in the reference.
/// </remarks>
static class TaskRules
{
    const string Auto = Experiment.Auto;

    /// <summary>A task of each kind that <see cref="Auto"/> means something else for, where the data are not known.</summary>
    internal static IEnumerable<LearningTask> Typical =>
    [
        LearningTask.Regression, LearningTask.Labelling("a", "b", "c"),
        .. from classes in (int[])[2, 3, 5] select LearningTask.Classification([.. Enumerable.Range(0, classes).Select(c => $"{c}")]),
    ];

    const string CrossEntropy = "CrossEntropyLoss", BinaryCrossEntropy = "BCEWithLogitsLoss", SquaredError = "MSELoss";

    /// <summary>The experiment with the task's loss and metrics in place of <see cref="Auto"/>: what really
    /// runs, and is written down.</summary>
    /// <param name="experiment">An experiment whose names are in the catalogue's spelling.</param>
    /// <param name="task">The task.</param>
    public static Experiment Settle(Experiment experiment, LearningTask task) => experiment with
    {
        Criterion = CriterionOf(experiment.Criterion, task),
        Metrics = [.. experiment.Metrics.SelectMany(name => name == Auto ? MetricsOf(experiment, task) : [name]).Distinct()],
    };

    /// <summary>Refusal of a partition that does not fit the task, in one sentence. Partitions check this themselves, but only after data
    /// are loaded.</summary>
    public static IEnumerable<string> PartitionMisfits(Experiment experiment, LearningTask task)
    {
        if (Named(CatalogSections.Partitions, experiment.Partition) is not { } partition) yield break;
        if (RefusesPartition(experiment, task) is { } refusal) yield return refusal;
        else if (partition is "patho" or "label-quantity" && experiment.ClassesPerClient > task.Classes)
            yield return ExperimentOptions.Of(nameof(Experiment.ClassesPerClient))
                .Refusal(experiment.ClassesPerClient, $"1 to {task.Classes}, the classes of {experiment.Dataset}");
    }

    /// <summary>Reason why an experiment's partition does not fit a task, in a sentence with what is accepted; null if they
    /// can.</summary>
    public static string? RefusesPartition(Experiment experiment, LearningTask task) =>
        Catalog.Partitions[experiment.Partition](experiment).Fits(task) ? null
        : "Experiment.Partition: samples of this data set have no class to partition them by. Accepted: "
            + string.Join(", ", Catalog.Partitions.Where(entry => entry.Value(new Experiment()).Fits(task)).Select(entry => entry.Key))
            + ".";

    /// <summary>Refusals of a loss, of metrics and of a pruner that do not fit the task, one sentence each. Unknown names are
    /// skipped.</summary>
    public static IEnumerable<string> Misfits(Experiment experiment, LearningTask task)
    {
        if (Named(CatalogSections.Criteria, experiment.Criterion) is { } loss && !Catalog.Criteria[CriterionOf(loss, task)].Fits(task))
        {
            string[] accepted = [.. Catalog.Criteria.Select(entry => entry.Key)
                .Where(name => Catalog.Criteria[CriterionOf(name, task)].Fits(task))];
            yield return ExperimentOptions.Of(nameof(Experiment.Criterion))
                .Refusal(loss, $"{string.Join(", ", accepted)}, the losses for {Described(experiment, task)}");
        }
        foreach (var name in experiment.Metrics.Select(name => Named(CatalogSections.Metrics, name)).OfType<string>().Distinct())
            if (Catalog.Metrics[name](experiment).Refuses(task) is { } reason)
                yield return $"Experiment.Metrics: {reason}";
        var isNamed = Named(CatalogSections.Guidances, experiment.Guidance) is not null; // pruners look it up
        if (isNamed && Named(CatalogSections.Pruners, experiment.Pruner) is { } pruner
            && Catalog.Pruners[pruner](experiment).Refuses(task) is { } misfit) yield return misfit;
    }

    static string CriterionOf(string criterion, LearningTask task) => criterion switch
    {
        Auto when task.Kind == TaskKind.Regression => SquaredError,
        Auto or CrossEntropy when task.IsBinary => BinaryCrossEntropy,
        Auto => CrossEntropy,
        _ => criterion,
    };

    static IEnumerable<string> MetricsOf(Experiment experiment, LearningTask task)
    {
        string[] names = task.Kind switch
        {
            TaskKind.Regression => ["mse", "mae", "r2"],
            TaskKind.Labelling => ["seqacc"],
            _ => ["acc1", "acc5", "f1", "precision", "recall"],
        };
        return names.Where(name => Catalog.Metrics[name](experiment).Refuses(task) is null);
    }

    static string Described(Experiment experiment, LearningTask task) => task.Kind switch
    {
        TaskKind.Regression => $"the numbers of {experiment.Dataset}",
        TaskKind.Labelling => $"the sequences of {experiment.Dataset}",
        _ => $"the {task.Classes} classes of {experiment.Dataset}",
    };

    static string? Named(CatalogSection section, string name) =>
        ExperimentRules.Unknown(section, name) is null ? section.NameOf(name) : null;
}
