using System.Globalization;

namespace AutoFlip;

/// <summary>What a sensible experiment is. Checked before any data loads; every violation is reported, one sentence each.</summary>
public static class ExperimentRules
{
    /// <summary>Most rounds, of each of which a report stays in memory, and most epochs of a client in a round.</summary>
    const int MostRounds = 1_000_000, MostEpochs = 100_000;

    const string PortableNameForbids = "/\\:*?\"<>|";

    static readonly Rule[] Ranges =
    [
        new("--name (--exp_name)", e => e.Name, e => IsDirectoryName(e.Name),
            $"1 to 100 characters that a directory name may hold on every system (none of {PortableNameForbids}, no leading or trailing dot or space)"),

        new("--test-fraction (--test_fraction)", e => e.TestFraction, e => e.TestFraction is >= 0 and <= 0.9, "a number in [0, 0.9]"),
        new("--sample-fraction (--rawsmpl)", e => e.SampleFraction, e => e.SampleFraction is > 0 and <= 1, "a number in (0, 1]"),
        new("--column", e => string.Join(' ', e.Columns), e => e.Columns.All(TypedColumn.IsValid), TypedColumn.Accepted),
        new("--encoding", e => e.Encoding, e => TextInput.Find(e.Encoding) is not null, TextInput.Accepted),
        new("--resize", e => e.Resize, e => e.Resize is >= 0 and <= 1024, "pixels, 1 to 1024, or 0 to keep the images' size"),
        new("--random-rotation (--randrot)", e => e.RandomRotation, e => e.RandomRotation is >= 0 and <= 180, "degrees, 0 to 180"),
        new("--random-horizontal-flip (--randhf)", e => e.RandomHorizontalFlip, e => e.RandomHorizontalFlip is >= 0 and <= 1, "a probability in [0, 1]"),
        new("--random-vertical-flip (--randvf)", e => e.RandomVerticalFlip, e => e.RandomVerticalFlip is >= 0 and <= 1, "a probability in [0, 1]"),
        new("--color-jitter (--randjit)", e => e.ColorJitter, e => e.ColorJitter is >= 0 and <= 0.5, "a number in [0, 0.5] (hue cannot turn by more than half a circle)"),
        new("--seq-len (--seq_len)", e => e.SequenceLength, e => e.SequenceLength is >= 1 and <= 1 << 16, "a whole number from 1 to 65536"),
        new("--classes-per-client (--mincls)", e => e.ClassesPerClient, e => e.ClassesPerClient >= 1, "a whole number of at least 1"),
        new("--concentration (--cncntrtn)", e => e.Concentration, e => IsPositive(e.Concentration), "a number above 0"),
        new("--shards-per-client", e => e.ShardsPerClient, e => e.ShardsPerClient >= 1, "a whole number of at least 1"),

        new("--hidden-size (--hidden_size)", e => e.HiddenSize, e => e.HiddenSize is >= 1 and <= ModelOptions.LargestSize, "a whole number from 1 to 65536"),
        new("--dropout", e => e.Dropout, e => e.Dropout is >= 0 and < 1, "a number in [0, 1)"),
        new("--width-multiplier", e => e.WidthMultiplier, e => e.WidthMultiplier is > 0 and <= ModelOptions.LargestWidthMultiplier, "a number in (0, 16]"),
        new("--layers (--num_layers)", e => e.LayerCount, e => e.LayerCount is >= 1 and <= ModelOptions.MostLayers, "a whole number from 1 to 1024"),
        new("--depth", e => e.Depth, e => WideResNet.IsDepth(e.Depth), WideResNet.Depths),
        new("--widen-factor (--widen_factor)", e => e.WidenFactor, e => e.WidenFactor is >= 1 and <= ModelOptions.LargestWidenFactor, "a whole number from 1 to 64"),
        new("--num-embeddings (--num_embeddings)", e => e.EmbeddingCount, e => e.EmbeddingCount is >= 1 and <= 1 << 24,
            "a whole number from 1 to 16777216 (ids travel as float32, which is exact so far)"),
        new("--embedding-size (--embedding_size)", e => e.EmbeddingSize, e => e.EmbeddingSize is >= 1 and <= ModelOptions.LargestSize, "a whole number from 1 to 65536"),
        new("--initialization-gain (--init_gain)", e => e.InitializationGain, e => IsPositive(e.InitializationGain), "a number above 0"),

        new("--prune-fraction (--treeshold_pruining)", e => e.PruneFraction, e => e.PruneFraction is >= 0 and < 1,
            "a number in [0, 1): the share of all parameters that is removed, 0.30 for 30 %"),
        new("--structured-share", e => e.StructuredShare, e => e.StructuredShare is >= 0 and <= 1, "a number in [0, 1]: the share of the removal that takes whole units"),
        new("--unit-multiple", e => e.UnitMultiple, e => e.UnitMultiple >= 1, "a whole number of at least 1"),
        new("--min-units", e => e.MinUnits, e => e.MinUnits >= 1, "a whole number of at least 1"),
        new("--exploration-epochs (--epoochs_mask)", e => e.ExplorationEpochs, e => e.ExplorationEpochs is >= 1 and <= MostEpochs, $"a whole number from 1 to {MostEpochs}"),
        new("--exploration-patience (--Patience_mask)", e => e.ExplorationPatience, e => e.ExplorationPatience >= 1, "a whole number of at least 1"),
        new("--explorer-fraction (--perc_clients_for_mask)", e => e.ExplorerFraction, e => e.ExplorerFraction is > 0 and <= 1, "a number in (0, 1]"),
        new("--dense-rounds", e => e.DenseRounds ?? 0, e => e.DenseRounds is null or 0 || (e.DenseRounds > 0 && e.DenseRounds < e.Rounds), "a whole number of at least 0, below --rounds (--R)"),

        new("--clients (--K)", e => e.Clients, e => e.Clients >= 1, "a whole number of at least 1"),
        new("--rounds (--R)", e => e.Rounds, e => e.Rounds is >= 1 and <= MostRounds, $"a whole number from 1 to {MostRounds}"),
        new("--cohort-fraction (--C)", e => e.CohortFraction, e => e.CohortFraction is >= 0 and <= 1, "a number in [0, 1], where 0 means all clients"),
        new("--server-momentum (--beta)", e => e.ServerMomentum, e => e.ServerMomentum is >= 0 and < 1, "a number in [0, 1), where 0 turns it off"),

        new("--local-epochs (--E)", e => e.LocalEpochs, e => e.LocalEpochs is >= 1 and <= MostEpochs, $"a whole number from 1 to {MostEpochs}"),
        new("--batch-size (--B)", e => e.BatchSize, e => e.BatchSize >= 0, "a whole number of at least 1, or 0 for a client's whole training set"),
        new("--max-gradient-norm (--max_grad_norm)", e => e.MaxGradientNorm, e => e.MaxGradientNorm is >= 0 and < double.PositiveInfinity, "a number of at least 0, where 0 turns clipping off"),
        new("--weight-decay (--weight_decay)", e => e.WeightDecay, e => e.WeightDecay is >= 0 and <= 1, "a number in [0, 1]"),
        new("--momentum", e => e.Momentum, e => e.Momentum is >= 0 and < 1, "a number in [0, 1)"),
        new("--learning-rate (--lr)", e => e.LearningRate, e => e.LearningRate is > 0 and <= 100, "a number in (0, 100]"),
        new("--learning-rate-decay (--lr_decay)", e => e.LearningRateDecay, e => e.LearningRateDecay is > 0 and <= 1, "a number in (0, 1], where 1 turns it off"),
        new("--learning-rate-decay-step (--lr_decay_step)", e => e.LearningRateDecayStep, e => e.LearningRateDecayStep >= 1, "a whole number of at least 1"),

        new("--evaluation-fraction (--eval_fraction)", e => e.EvaluationFraction, e => e.EvaluationFraction is > 0 and <= 1, "a number in (0, 1]"),
        new("--evaluate-every (--eval_every)", e => e.EvaluateEvery, e => e.EvaluateEvery >= 1, "a whole number of at least 1"),
        new("--metrics (--eval_metrics)", e => string.Join(' ', e.Metrics), e => e.Metrics.Length > 0, "at least one metric"),
        new("--threads-per-client", e => e.ThreadsPerClient, e => e.ThreadsPerClient is >= 1 and <= 256, "a whole number from 1 to 256"),

        // A choice that leaves nothing to measure would only be noticed after the last round.
        new("--evaluation (--eval_type)", _ => "local", e => e.EvaluationScope != EvaluationScope.Local || e.TestFraction > 0,
            "'global' or 'both' while --test-fraction (--test_fraction) is 0, because clients then hold out no samples"),
    ];

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

    static readonly CatalogSection Metrics = CatalogSections.Metrics.Or(Experiment.Auto);

    /// <summary>
    /// The experiment with every name in its catalogue's own spelling and no metric twice; and, where the data set's name says what is to be
    /// learnt, with the loss and the metrics that this means.
    /// </summary>
    /// <remarks>Values that were derived before are derived again, unless they were set since: <c>resolved with { Rounds = 60 }</c> has ten dense rounds.</remarks>
    /// <exception cref="AutoFlipException">The experiment breaks a rule (exit 2): one line per violation.</exception>
    public static Experiment Resolve(Experiment experiment) => Resolve(experiment, KnownTask(experiment));

    /// <summary>The same for data whose task is known from elsewhere, or not yet.</summary>
    internal static Experiment Resolve(Experiment experiment, LearningTask? task)
    {
        experiment = DerivedValue.Undo(experiment);
        ThrowIfAny(Violations(experiment, task));
        foreach (var (section, get, set) in Names) experiment = set(experiment, section.NameOf(get(experiment)));
        experiment = experiment with { Metrics = [.. experiment.Metrics.Select(Metrics.NameOf).Distinct()] };
        var settled = experiment with { DenseRounds = experiment.FirstPrunedRound - 1 }; // as a number, so that more rounds may be asked for later
        return DerivedValue.Record(experiment, task is null ? settled : TaskRules.Settle(settled, task));
    }

    /// <summary>A resolved experiment with the loss and the metrics of the task that its data turned out to have.</summary>
    /// <exception cref="AutoFlipException">What it asks for does not fit the task (exit 2): one line per violation.</exception>
    internal static Experiment Settle(Experiment experiment, LearningTask task)
    {
        ThrowIfAny([.. TaskRules.Misfits(experiment, task)]);
        return DerivedValue.Record(experiment, TaskRules.Settle(experiment, task));
    }

    /// <summary>The same for data that are dealt: owners that are clients are as many as there are, whatever was asked for.</summary>
    internal static Experiment Settle(Experiment experiment, LearningTask task, int clients) =>
        DerivedValue.Record(experiment, Settle(experiment, task) with { Clients = clients });

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
    /// <exception cref="AutoFlipException">It does (exit 2): one line per violation, each naming option, value and what is accepted.</exception>
    public static void Check(Experiment experiment) => ThrowIfAny(Violations(experiment));

    /// <summary>Refuses options that no run can be carried out with.</summary>
    /// <exception cref="AutoFlipException">The request was wrong (exit 2).</exception>
    public static void Check(RunOptions options) => ThrowIfAny([
        .. options.Workers is >= 1 and <= 1024 ? [] : new[] { Sentence("--workers", options.Workers, "a whole number from 1 to 1024") },
        .. options.ResultPath.Length > 0 ? [] : new[] { Sentence("--result-path (--result_path)", "", "a directory") }]);

    /// <summary>Every rule that the experiment breaks, one sentence each; empty if it is sound.</summary>
    public static IReadOnlyList<string> Violations(Experiment experiment) => Violations(experiment, KnownTask(experiment));

    static IReadOnlyList<string> Violations(Experiment experiment, LearningTask? task) =>
    [
        .. Names.Select(name => Unknown(name.Section, name.Get(experiment))).OfType<string>(),
        .. experiment.Metrics.Select(metric => Unknown(Metrics, metric)).OfType<string>(),
        .. Ranges.Where(rule => !rule.Holds(experiment)).Select(rule => Sentence(rule.Option, rule.Value(experiment), rule.Accepted)),
        .. task is null ? [] : TaskRules.Undealable(experiment, task).Concat(TaskRules.Misfits(experiment, task)),
    ];

    /// <summary>What is to be learnt, where the data set's name alone says it.</summary>
    internal static LearningTask? KnownTask(Experiment experiment) => Unknown(CatalogSections.Datasets, experiment.Dataset) is null ? DataSet.Of(experiment).Task : null;

    /// <summary>The experiment with the pruner none, and with every option of pruning at its default.</summary>
    public static Experiment WithoutPruning(Experiment experiment) => OptionUses.WithoutPruning(experiment);

    internal static string Sentence(string option, object value, string accepted) =>
        string.Create(CultureInfo.InvariantCulture, $"{option}: '{value}' is not accepted. Accepted: {accepted}.");

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

    static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

    static bool IsDirectoryName(string name) =>
        name.Length is > 0 and <= 100 && name.Trim('.', ' ') == name
        && !name.Any(letter => char.IsControl(letter) || PortableNameForbids.Contains(letter, StringComparison.Ordinal));

    /// <summary>A range as data.</summary>
    sealed record Rule(string Option, Func<Experiment, object> Value, Func<Experiment, bool> Holds, string Accepted);
}
