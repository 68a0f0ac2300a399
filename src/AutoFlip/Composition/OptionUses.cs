using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Which options of an experiment have an effect in which runs.</summary>
/// <remarks>
/// Where a part of the run is made from an option (a network, an optimizer, a partition), the part itself decides: if it is the same with
/// the option at its default, the option has no effect. A new property of <see cref="Experiment"/> needs a row here, or a place in
/// <see cref="AlwaysUsed"/>.
/// </remarks>
static class OptionUses
{
    /// <summary>Properties that every run uses.</summary>
    public static ImmutableArray<string> AlwaysUsed { get; } =
    [
        nameof(Experiment.Name), nameof(Experiment.Seed), nameof(Experiment.Dataset), nameof(Experiment.SampleFraction),
        nameof(Experiment.Partition), nameof(Experiment.Model), nameof(Experiment.Initialization), nameof(Experiment.Algorithm),
        nameof(Experiment.Pruner), nameof(Experiment.Rounds), nameof(Experiment.CohortFraction), nameof(Experiment.WireDown),
        nameof(Experiment.WireUp), nameof(Experiment.LocalEpochs), nameof(Experiment.BatchSize),
        nameof(Experiment.NoShuffle), nameof(Experiment.Optimizer), nameof(Experiment.LearningRate), nameof(Experiment.WeightDecay),
        nameof(Experiment.MaxGradientNorm), nameof(Experiment.Criterion), nameof(Experiment.EvaluationScope),
        nameof(Experiment.EvaluateEvery), nameof(Experiment.Metrics), nameof(Experiment.Precision), nameof(Experiment.ThreadsPerClient),
    ];

    static readonly OptionUse[] Data =
    [
        new(nameof(Experiment.Target), "--target", OfTables),
        new(nameof(Experiment.Owner), "--owner", OfTables),
        new(nameof(Experiment.TaskChoice), "--task", OfTables),
        new(nameof(Experiment.Columns), "--column", OfTables),
        new(nameof(Experiment.Missing), "--missing", OfTables),
        new(nameof(Experiment.Decimal), "--decimal", OfTables),
        new(nameof(Experiment.Encoding), "--encoding", OfTables),
        new(nameof(Experiment.TestFraction), "--test-fraction", run =>
            run.Data.OwnersHoldOut ? "owners hold out samples by the data set's own rule" : null),
        new(nameof(Experiment.Resize), "--resize", OfImages),
        new(nameof(Experiment.ImageNetNormalization), "--imagenet-normalization", OfImages),
        new(nameof(Experiment.RandomRotation), "--random-rotation", OfImages),
        new(nameof(Experiment.RandomHorizontalFlip), "--random-horizontal-flip", run =>
            run.Experiment.RandomHorizontalFlip == 0 ? null : OfImages(run)), // off, and there is nothing to turn off
        new(nameof(Experiment.RandomVerticalFlip), "--random-vertical-flip", OfImages),
        new(nameof(Experiment.ColorJitter), "--color-jitter", run => run.Experiment.ColorJitter == 0 ? null : OfImages(run)),
        new(nameof(Experiment.SequenceLength), "--seq-len", run =>
            run.Data.Train.Recipe is WordRecipe ? null : $"{run.Experiment.Dataset} has no texts of variable length"),
        new(nameof(Experiment.Clients), "--clients", run =>
            DerivedValue.Undo(run.Experiment).Clients == run.Experiment.Clients ? null
            : $"under the partition {run.Experiment.Partition} each of the {run.Experiment.Clients} owners is a client"),
        Of(nameof(Experiment.ClassesPerClient), "--classes-per-client", DealOf, NotOfPartition),
        Of(nameof(Experiment.Concentration), "--concentration", DealOf, NotOfPartition),
        Of(nameof(Experiment.ShardsPerClient), "--shards-per-client", DealOf, NotOfPartition),
    ];

    static readonly OptionUse[] Model =
    [
        OfModel(nameof(Experiment.HiddenSize), "--hidden-size", "has no width of that name"),
        OfModel(nameof(Experiment.Dropout), "--dropout", "has no dropout layer"),
        OfModel(nameof(Experiment.WidthMultiplier), "--width-multiplier", "has no width that could change"),
        OfModel(nameof(Experiment.LayerCount), "--layers", "has a fixed number of layers"),
        OfModel(nameof(Experiment.Depth), "--depth", "has a fixed depth"),
        OfModel(nameof(Experiment.WidenFactor), "--widen-factor", "has no widen factor"),
        OfModel(nameof(Experiment.EmbeddingCount), "--num-embeddings", "has no embedding of tokens"),
        OfModel(nameof(Experiment.EmbeddingSize), "--embedding-size", "has no embedding of that size"),
        Of(nameof(Experiment.InitializationGain), "--initialization-gain", DrawOf,
            run => $"the scheme {run.Experiment.Initialization} has no gain"),
    ];

    static readonly OptionUse[] Pruning =
    [
        OfPruner(nameof(Experiment.PruneFraction), "--prune-fraction"),
        new(nameof(Experiment.DenseRounds), "--dense-rounds", NothingPruned),
        OfPruner(nameof(Experiment.ExplorationEpochs), "--exploration-epochs"),
        OfPruner(nameof(Experiment.ExplorationPatience), "--exploration-patience", run =>
            run.Experiment.ExplorationPatience < run.Experiment.ExplorationEpochs ? null
            : $"explorers train at most {run.Experiment.ExplorationEpochs} epochs"),
        new(nameof(Experiment.ExplorerFraction), "--explorer-fraction", run =>
            NothingPruned(run) ?? (PrunerOf(run.Experiment).Explores ? null : NotOfPruner(run))),
        OfPruner(nameof(Experiment.Guidance), "--guidance"),
        OfPruner(nameof(Experiment.GuidanceNormalization), "--guidance-normalization"),
        OfPruner(nameof(Experiment.MaskRefresh), "--mask-refresh"),
        new(nameof(Experiment.KeepNorm), "--keep-norm", NothingPruned),
        new(nameof(Experiment.Regrow), "--regrow", run =>
            NothingPruned(run) ?? (PrunerOf(run.Experiment).Refreshes ? null : "the mask is made once, so no weight comes back")),
        OfPruner(nameof(Experiment.Pruning), "--pruning"),
        OfPruner(nameof(Experiment.StructuredShare), "--structured-share", why: _ => "it is for --pruning hybrid"),
        OfPruner(nameof(Experiment.UnitMultiple), "--unit-multiple", NoUnitsPruned),
        OfPruner(nameof(Experiment.MinUnits), "--min-units", NoUnitsPruned),
    ];

    static readonly OptionUse[] Training =
    [
        Of(nameof(Experiment.ServerMomentum), "--server-momentum", e => Catalog.Algorithms[e.Algorithm](e),
            run => $"the algorithm {run.Experiment.Algorithm} has none"),
        Of(nameof(Experiment.Momentum), "--momentum", e => Catalog.Optimizers[e.Optimizer](e),
            run => $"the optimizer {run.Experiment.Optimizer} has none"),
        new(nameof(Experiment.LearningRateDecay), "--learning-rate-decay", run =>
            run.Experiment.Rounds > run.Experiment.LearningRateDecayStep ? null
            : $"the first decay would come after round {run.Experiment.LearningRateDecayStep}"),
        new(nameof(Experiment.LearningRateDecayStep), "--learning-rate-decay-step", run =>
            run.Experiment.LearningRateDecay == 1 ? "--learning-rate-decay is 1" : null),
    ];

    static readonly OptionUse[] Evaluation =
    [
        new(nameof(Experiment.EvaluationFraction), "--evaluation-fraction", run =>
            run.Experiment.EvaluationScope == EvaluationScope.Global ? "--evaluation is global"
            : run.Experiment.CohortSize == run.Experiment.Clients ? "every client takes part in every round" : null),
        Of(nameof(Experiment.Average), "--average", e => string.Join<Metric>(' ', Metric.AllOf(e)),
            _ => "no metric of this run is a mean over classes"),
        new(nameof(Experiment.CutOff), "--cut-off", run => run.Data.Task.IsBinary ? null : "only tasks of two classes have a cut-off"),
    ];

    /// <summary>The whole table.</summary>
    public static ImmutableArray<OptionUse> All { get; } = [.. Data, .. Model, .. Pruning, .. Training, .. Evaluation];

    /// <summary>Properties that say how to prune: without effect where nothing is pruned.</summary>
    public static ImmutableHashSet<string> OfPruning { get; } = [.. Pruning.Select(use => use.Property)];

    /// <summary>The experiment without a pruner, and with every option of pruning at its default.</summary>
    public static Experiment WithoutPruning(Experiment experiment) =>
        Pruning.Aggregate(experiment with { Pruner = "none" }, (dense, use) => use.Reset(dense));

    /// <summary>One sentence about all options that were chosen and have no effect in a run; null if there are none.</summary>
    public static string? Warning(PreparedRun run)
    {
        string[] unused = [.. All.Select(use => use.Unused(run)).OfType<string>()];
        return unused is [] ? null : $"Without effect in this run: {string.Join(", ", unused)}.";
    }

    static OptionUse Of(string property, string option, Func<Experiment, object> part, Func<PreparedRun, string> reason)
    {
        OptionUse use = null!;
        return use = new(property, option, run => part(run.Experiment).Equals(part(use.Reset(run.Experiment))) ? reason(run) : null);
    }

    static OptionUse OfModel(string property, string option, string lack)
    {
        OptionUse use = null!;
        return use = new(property, option, run =>
        {
            Network other;
            try
            {
                var options = ModelOptions.Of(use.Reset(run.Experiment));
                other = Catalog.Models[run.Experiment.Model](run.Network.Input, run.Network.Outputs, options);
            }
            catch (AutoFlipException) // it cannot be built with the default, so it depends on the option
            {
                return null;
            }
            return Layers(other).SequenceEqual(Layers(run.Network)) ? $"{run.Experiment.Model} {lack}" : null;
        });
    }

    /// <summary>Every layer with its settings, and the shape of its output.</summary>
    static IEnumerable<string> Layers(Network network) => network.Nodes.Select(node => node.ToString());

    static OptionUse OfPruner(
        string property, string option, Func<PreparedRun, string?>? more = null, Func<PreparedRun, string>? why = null)
    {
        var use = Of(property, option, PrunerOf, why ?? NotOfPruner);
        return use with { WhyUnused = run => NothingPruned(run) ?? use.WhyUnused(run) ?? more?.Invoke(run) };
    }

    static string? OfTables(PreparedRun run) =>
        run.Experiment.Dataset.StartsWith("csv:", StringComparison.OrdinalIgnoreCase) ? null : "it is for tables named csv:PATH";

    static string? OfImages(PreparedRun run) => run.Data.Train.Recipe is ImageRecipe ? null : $"{run.Experiment.Dataset} has no images";

    static Partition DealOf(Experiment e) => Catalog.Partitions[e.Partition](e);

    static string NotOfPartition(PreparedRun run) => $"the partition {run.Experiment.Partition} does not use it";

    static Pruner PrunerOf(Experiment e) => Catalog.Pruners[e.Pruner](e);

    static string? NothingPruned(PreparedRun run) => PrunerOf(run.Experiment) is NoPruning ? "nothing is pruned" : null;

    static string? NoUnitsPruned(PreparedRun run) =>
        PruningPlan.Of(run.Experiment).StructuredShare == 0 ? "no whole units are removed" : null;

    static string NotOfPruner(PreparedRun run) => $"the pruner {run.Experiment.Pruner} does not use it";

    /// <summary>Four values of the scheme, as text.</summary>
    static string DrawOf(Experiment e)
    {
        var values = new float[4];
        Catalog.Initializers[e.Initialization](values, [2, 2], e.InitializationGain, new KeyedRandom(0));
        return string.Join(' ', values);
    }
}
