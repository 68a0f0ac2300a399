using System.Globalization;

namespace AutoFlip;

/// <summary>Rules that an experiment must satisfy. They are checked before any data are loaded; every violation is reported in one
/// sentence.</summary>
public static class ExperimentRules
{
    static readonly (CatalogSection Section, Func<Experiment, string> Get, Func<Experiment, string, Experiment> Set)[] Names =
    [
        (CatalogSections.Datasets, e => e.Dataset, (e, name) => e with { Dataset = name }),
        (CatalogSections.Partitions, e => e.Partition, (e, name) => e with { Partition = name }),
        (CatalogSections.Models, e => e.Model, (e, name) => e with { Model = name }),
        (CatalogSections.Initializers, e => e.Initialization, (e, name) => e with { Initialization = name }),
        (CatalogSections.Algorithms, e => e.Algorithm, (e, name) => e with { Algorithm = name }),
        (CatalogSections.Pruners, e => e.Pruner, (e, name) => e with { Pruner = name }),
        (CatalogSections.Guidances, e => e.Guidance, (e, name) => e with { Guidance = name }),
        (CatalogSections.Optimizers, e => e.Optimizer, (e, name) => e with { Optimizer = name }),
        (CatalogSections.Criteria.Or(Experiment.Auto), e => e.Criterion, (e, name) => e with { Criterion = name }),
    ];

    /// <summary>Models that classify from the first token of a text.</summary>
    static readonly HashSet<string> FromFirstToken = ["DistilBert", "SqueezeBert", "MobileBert"];

    static readonly CatalogSection Metrics = CatalogSections.Metrics.Or(Experiment.Auto);

    /// <summary>
    /// The experiment with every name in its catalogue's own spelling and no metric twice; and, where the data set's name says what is to
    /// be learnt, with the loss and the metrics that this means.
    /// </summary>
    /// <remarks>Values that were derived before are derived again, unless they were set since: <c>resolved with { Rounds = 60
    /// }</c> has ten dense rounds.</remarks>
    /// <exception cref="AutoFlipException">The experiment breaks a rule (exit 2): one line per violation.</exception>
    public static Experiment Resolve(Experiment experiment) => Resolve(experiment, KnownTask(experiment));

    /// <summary>Violations for data whose task is given; null if it is not known yet.</summary>
    internal static Experiment Resolve(Experiment experiment, LearningTask? task)
    {
        experiment = DerivedValue.Undo(experiment);
        ThrowIfAny(Violations(experiment, task));
        foreach (var (section, get, set) in Names) experiment = set(experiment, section.NameOf(get(experiment)));
        experiment = MethodOptions.Complete(experiment with { Metrics = [.. experiment.Metrics.Select(Metrics.NameOf).Distinct()] });
        var settled = experiment with
        {
            DenseRounds = experiment.FirstPrunedRound - 1, // as a number, so that more rounds may be asked for later
            Padding = experiment.Padding == PaddingSide.Auto && FromFirstToken.Contains(experiment.Model)
                ? PaddingSide.Behind
                : experiment.Padding,
            Pruning = Catalog.Pruners[experiment.Pruner](experiment).OnlyWeights ? PruningKind.Unstructured : experiment.Pruning,
        };
        settled = PretrainedRules.Settle(settled);
        return DerivedValue.Record(experiment, task is null ? settled : TaskRules.Settle(settled, task));
    }

    /// <summary>A resolved experiment with the loss and the metrics of the task that its data turned out to have.</summary>
    /// <exception cref="AutoFlipException">A value does not fit the task (exit 2): one line per violation.</exception>
    internal static Experiment Settle(Experiment experiment, LearningTask task)
    {
        ThrowIfAny([.. TaskRules.Misfits(experiment, task)]);
        return DerivedValue.Record(experiment, TaskRules.Settle(experiment, task));
    }

    /// <summary>The experiment settled for partitioned data, with the number of clients that they have.</summary>
    /// <param name="experiment">The resolved experiment.</param>
    /// <param name="task">The task of the data.</param>
    /// <param name="clients">The number of clients.</param>
    /// <param name="heldOut">Samples that they hold out, all together; null if each has data of its own, which this machine does not
    /// know.</param>
    /// <exception cref="AutoFlipException">A value does not fit the task, the number of clients or their samples (exit 2): one line per
    /// violation.</exception>
    internal static Experiment Settle(Experiment experiment, LearningTask task, int clients, long? heldOut = null)
    {
        var settled = Settle(experiment, task) with { Clients = clients };
        ThrowIfAny([.. TooManyEvaluators(settled), .. TooSmallCohort(settled), .. heldOut == 0 ? NothingHeldOut(settled) : []]);
        return DerivedValue.Record(experiment, settled);
    }

    /// <summary>
    /// The experiment of a run whose file does not list derived values, as earlier versions wrote it: a value that equals what its rule
    /// gives is taken as derived.
    /// </summary>
    /// <remarks>Whether the data name their own clients is not known from the file, so the number of clients is taken as chosen.</remarks>
    internal static Experiment Infer(Experiment experiment)
    {
        var usual = (experiment with { DenseRounds = null }).FirstPrunedRound - 1;
        var asked = experiment with { DenseRounds = experiment.DenseRounds == usual ? null : experiment.DenseRounds };
        var known = KnownTask(experiment);
        foreach (var task in known is null ? TaskRules.Typical : [known])
        {
            var auto = TaskRules.Settle(asked with { Criterion = Experiment.Auto, Metrics = [Experiment.Auto] }, task);
            var (loss, metrics) = (auto.Criterion == experiment.Criterion, auto.Metrics.SequenceEqual(experiment.Metrics));
            if (known is null && !(loss && metrics)) continue; // of data of the user's, only both together show which task it was
            if (loss) asked = asked with { Criterion = Experiment.Auto };
            if (metrics) asked = asked with { Metrics = [Experiment.Auto] };
            break;
        }
        return DerivedValue.Record(asked, experiment);
    }

    /// <summary>Refuses an experiment that breaks a rule.</summary>
    /// <exception cref="AutoFlipException">It does (exit 2): one line per violation, each naming option,
    /// value and what is accepted.</exception>
    public static void Check(Experiment experiment) => ThrowIfAny(Violations(experiment));

    /// <summary>Refuses options that no run can be carried out with.</summary>
    /// <exception cref="AutoFlipException">The request was wrong (exit 2).</exception>
    public static void Check(RunOptions options) => ThrowIfAny([
        .. options.Workers is >= 1 and <= 1024
            ? []
            : new[] { ApiNames.Refusal("RunOptions.Workers", ExperimentOption.Text(options.Workers), "a whole number from 1 to 1024") },
        .. RunDevices.Misfit(options) is { } refusal ? [refusal] : Array.Empty<string>(),
        .. options.ResultPath.Length > 0 ? [] : new[] { ApiNames.Refusal("RunOptions.ResultPath", "", "a directory") }]);

    /// <summary>Refuses an experiment for clients on other machines whose data set is named by its path.</summary>
    /// <exception cref="AutoFlipException">It is (exit 2).</exception>
    public static void CheckForNetwork(Experiment experiment)
    {
        if (DataSetName.PathOf(experiment.Dataset) is not null)
            throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.Dataset)).Refusal(
                experiment.Dataset, $"{DataSetName.Own}, with a data contract of this data set, or the name of a public set: a path means "
                + "nothing on the clients' machines"));
    }

    /// <summary>Every rule that the experiment breaks, one sentence each; empty if it is sound.</summary>
    public static IReadOnlyList<string> Violations(Experiment experiment) => Violations(experiment, KnownTask(experiment));

    static IReadOnlyList<string> Violations(Experiment experiment, LearningTask? task)
    {
        string[] ofOptions = [.. MethodOptions.Violations(experiment)];
        return
        [
            .. Names.Select(name => Unknown(name.Section, name.Get(experiment))).OfType<string>(),
            .. experiment.Metrics.Select(metric => Unknown(Metrics, metric)).OfType<string>(),
            .. ExperimentOptions.All.Select(option => option.Violation(experiment)).OfType<string>(),
            .. ofOptions,
            .. ofOptions is [] ? MethodMisfits(experiment) : [], // methods are asked of options in their ranges only
            .. task is null ? [] : TaskRules.PartitionMisfits(experiment, task).Concat(TaskRules.Misfits(experiment, task)),
        ];
    }

    /// <summary>A refusal where so many clients would evaluate each round's model that no round would end.</summary>
    static IEnumerable<string> TooManyEvaluators(Experiment experiment)
    {
        const int Most = 10_000;
        var others = experiment.Clients - experiment.AskedSize;
        if (experiment.StaticBatchNorm && experiment.Clients > Cohort.MostShuffled)
            yield return ExperimentOptions.Of(nameof(Experiment.StaticBatchNorm)).Refusal(
                true,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"False: all {experiment.Clients:N0} clients would compute each evaluated model's statistics"));
        if (experiment.Clients <= Cohort.MostShuffled || experiment.EvaluationScope == EvaluationScope.Global
            || Cohort.EvaluatorCount(experiment, others) is var count && count <= Most) yield break;
        yield return ExperimentOptions.Of(nameof(Experiment.EvaluationFraction)).Refusal(
            experiment.EvaluationFraction,
            string.Create(
                CultureInfo.InvariantCulture,
                $"at most {(double)Most / others:0.0#e-0}, or Experiment.EvaluationScope global: of {experiment.Clients:N0} clients "
                + $"{count:N0} would evaluate each round's model"));
    }

    /// <summary>A refusal where the algorithm has no result for a cohort of this size.</summary>
    static IEnumerable<string> TooSmallCohort(Experiment experiment)
    {
        var fewest = Catalog.Algorithms[experiment.Algorithm](experiment).FewestReplies;
        if (fewest == 1 || experiment.CohortSize >= fewest) yield break;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Experiment.Algorithm {experiment.Algorithm}: with its options it needs a cohort of at least {fewest:N0} clients, and "
            + $"that of Experiment.CohortFraction {experiment.CohortFraction} and Experiment.Clients {experiment.Clients} has "
            + $"{experiment.CohortSize}.");
    }

    /// <summary>Refusals of algorithm and pruner, of each other or of the optimizer; empty while one of their names is unknown.</summary>
    static IEnumerable<string> MethodMisfits(Experiment experiment)
    {
        (CatalogSection, string)[] parts =
        [
            (CatalogSections.Algorithms, experiment.Algorithm), (CatalogSections.Optimizers, experiment.Optimizer),
            (CatalogSections.Pruners, experiment.Pruner), (CatalogSections.Guidances, experiment.Guidance),
            (CatalogSections.Partitions, experiment.Partition),
        ];
        if (parts.Any(part => Unknown(part.Item1, part.Item2) is not null)) return [];
        var (algorithm, pruner) = (Catalog.Algorithms[experiment.Algorithm](experiment), Catalog.Pruners[experiment.Pruner](experiment));
        string?[] refusals =
        [
            algorithm.Refuses(experiment, Catalog.Optimizers[experiment.Optimizer](experiment), pruner)
                ?? (pruner.HasCoverage && !algorithm.TakesSubModels ? NoCoverage(experiment, pruner) : null),
            algorithm.IsPersonal ? PersonalMisfit(experiment) : null,
            pruner.Refuses(experiment), DeadUnits(experiment, pruner),
            algorithm.IsPersonal && pruner is { GoesByWeights: true, Refreshes: true } ? NoSwaps(experiment, pruner) : null,
        ];
        var small = Catalog.Partitions[experiment.Partition](experiment) is NaturalPartition ? [] // the data say how many clients there are
            : TooSmallCohort(experiment);
        return refusals.OfType<string>().Concat(small);
    }

    static string NoSwaps(Experiment experiment, Pruner pruner) =>
        $"Experiment.Algorithm {experiment.Algorithm}: clients' own values are not on the server, which Experiment.Pruner "
        + $"{experiment.Pruner} goes by whenever it adjusts its mask. Accepted: {pruner.SettlesBy}.";

    /// <summary>A refusal where units that a mask restores would stay dead: the weights into and out of one would all be 0, and the
    /// gradient of each is a product with the others.</summary>
    static string? DeadUnits(Experiment experiment, Pruner pruner) =>
        experiment.Regrow == Regrow.Zero && pruner.Refreshes && pruner.RegrowIn(1, 1) is null
            && pruner.PlanOf(int.MaxValue, first: 1) is { Fraction: > 0, StructuredShare: > 0 }
            ? ExperimentOptions.Of(nameof(Experiment.Regrow)).Refusal(
                experiment.Regrow,
                $"keep under Experiment.Pruning {ExperimentOption.Text(experiment.Pruning)}, where a unit that is restored with zeros gets "
                + "no gradient and stays dead; zero under Experiment.Pruning unstructured")
            : null;

    static string NoCoverage(Experiment experiment, Pruner pruner)
    {
        var accepted = Catalog.Algorithms.Where(entry => entry.Value(experiment).TakesSubModels).Select(entry => entry.Key);
        var reason = Catalog.Algorithms[experiment.Algorithm](experiment).IsPersonal
            ? "its personal models have one shape, and not that of"
            : "it cannot fold";
        var what = pruner.HasSubModels ? "the sub-models of different shapes that" : "the models with masks of their own that";
        return $"Experiment.Algorithm {experiment.Algorithm}: {reason} {what} Experiment.Pruner "
            + $"{experiment.Pruner} gives to clients. Accepted: {string.Join(", ", accepted)}.";
    }

    /// <summary>A refusal where clients' own models would never be evaluated.</summary>
    static string? PersonalMisfit(Experiment experiment) =>
        experiment.TestFraction > 0 && experiment.EvaluationScope != EvaluationScope.Global
            ? null
            : $"Experiment.Algorithm {experiment.Algorithm}: it makes a model for each client, which is evaluated on samples that the "
                + "client holds out. Accepted: Experiment.TestFraction above 0 and Experiment.EvaluationScope local or both.";

    /// <summary>A refusal where nothing would be evaluated for want of held-out samples; empty if they are not needed.</summary>
    static IEnumerable<string> NothingHeldOut(Experiment experiment)
    {
        var reader = experiment.EvaluationScope == EvaluationScope.Local ? "Experiment.EvaluationScope local evaluates on nothing else"
            : Catalog.Algorithms[experiment.Algorithm](experiment).IsPersonal
            ? $"the personal models of Experiment.Algorithm {experiment.Algorithm} are evaluated on nothing else"
            : null;
        if (reader is not null)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Experiment.TestFraction {experiment.TestFraction}: no client has so many samples that it holds one out, and {reader}. "
                + $"Accepted: at least 1/n for a client with n samples.");
    }

    /// <summary>The learning task, where the name of the data set determines it.</summary>
    internal static LearningTask? KnownTask(Experiment experiment) =>
        Unknown(CatalogSections.Datasets, experiment.Dataset) is null && !DataSetName.IsOwn(experiment.Dataset)
            ? DataSet.Of(experiment).Task
            : null;

    /// <summary>The experiment with the pruner none, and with every option of pruning at its default.</summary>
    public static Experiment WithoutPruning(Experiment experiment) => OptionUses.WithoutPruning(experiment);

    static void ThrowIfAny(IReadOnlyList<string> violations)
    {
        if (violations.Count > 0) throw AutoFlipException.BadRequest(string.Join('\n', violations));
    }

    internal static string? Unknown(CatalogSection section, string name)
    {
        try
        {
            section.NameOf(name);
            return null;
        }
        catch (AutoFlipException unknown) // the section's own sentence, so that it is worded in one place
        {
            return unknown.Message;
        }
    }
}
