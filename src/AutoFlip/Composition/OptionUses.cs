using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Conditions under which options of an experiment have an effect.</summary>
/// <remarks>
/// Where a part of the run is made from an option (a network, an optimizer, a partition), the part itself decides: if it is the same with
/// the option at its default, the option has no effect. Every run uses the options that have no row here.
/// </remarks>
static class OptionUses
{
    /// <summary>Options by which a data set is read; a data contract is the result of them.</summary>
    static readonly OptionUse[] Reading =
    [
        new(nameof(Experiment.Target), OfTables),
        new(nameof(Experiment.Text), OfTables),
        new(nameof(Experiment.Image), run => IsOfKind(run, "parquet") ? null : "it is for data sets named parquet:PATH"),
        new(nameof(Experiment.Owner), OfTables),
        new(nameof(Experiment.TaskChoice), OfTables),
        new(nameof(Experiment.Columns), OfTables),
        new(nameof(Experiment.Missing), OfTables),
        new(nameof(Experiment.Decimal), OfCsv),
        new(nameof(Experiment.Encoding), OfCsv),
        new(nameof(Experiment.Resize), OfImages),
        new(nameof(Experiment.ImageNetNormalization), OfImages),
        new(nameof(Experiment.Tokenizer), OfTexts),
        new(nameof(Experiment.SequenceLength), OfTexts),
        new(nameof(Experiment.Padding), OfTexts),
    ];

    /// <summary>Options by which samples are dealt to simulated clients.</summary>
    static readonly OptionUse[] Dealing =
    [
        new(nameof(Experiment.SampleFraction), _ => null),
        new(nameof(Experiment.Partition), _ => null),
        Of(nameof(Experiment.ClassesPerClient), PartitionOf, NotOfPartition),
        Of(nameof(Experiment.Concentration), PartitionOf, NotOfPartition),
        Of(nameof(Experiment.ShardsPerClient), PartitionOf, NotOfPartition),
        Of(nameof(Experiment.SamplesPerClient), PartitionOf, NotOfPartition),
    ];

    static readonly OptionUse[] Data =
    [
        .. Reading.Select(use => use.UnlessOwn("the data contract decides how samples are read")),
        .. Dealing.Select(use => use.UnlessOwn("clients have data of their own")),
        new(nameof(Experiment.TestFraction), run =>
            run.OwnersHoldOut ? "owners hold out samples by the data set's own rule" : null),
        new(nameof(Experiment.RandomCrop), OfImages),
        new(nameof(Experiment.RandomRotation), OfImages),
        new(nameof(Experiment.RandomHorizontalFlip), OfImages),
        new(nameof(Experiment.RandomVerticalFlip), OfImages),
        new(nameof(Experiment.ColorJitter), OfImages),
        new(nameof(Experiment.Clients), run =>
            DerivedValue.Undo(run.Experiment).Clients == run.Experiment.Clients ? null
            : $"under the partition {run.Experiment.Partition} each of the {run.Experiment.Clients} owners is a client"),
    ];

    static readonly OptionUse[] Model =
    [
        OfModel(nameof(Experiment.HiddenSize), "has no width of that name"),
        OfModel(nameof(Experiment.Dropout), "has no dropout rate that could change"),
        OfModel(nameof(Experiment.WidthMultiplier), "has no width that could change"),
        OfModel(nameof(Experiment.LayerCount), "has a fixed number of layers"),
        OfModel(nameof(Experiment.Depth), "has a fixed depth"),
        OfModel(nameof(Experiment.WidenFactor), "has no widen factor"),
        OfModel(nameof(Experiment.EmbeddingCount), "has no embedding of tokens"),
        OfModel(nameof(Experiment.EmbeddingSize), "has no embedding of that size"),
        Of(nameof(Experiment.InitializationGain), DrawOf,
            run => $"the scheme {run.Experiment.Initialization} has no gain"),
    ];

    static readonly OptionUse[] Pruning =
    [
        OfPruner(nameof(Experiment.PruneFraction)),
        new(nameof(Experiment.DenseRounds), GlobalIsDense),
        OfPruner(nameof(Experiment.ExplorationEpochs), NoExploration),
        OfPruner(nameof(Experiment.ExplorationPatience), run =>
            NoExploration(run) ?? (run.Experiment.ExplorationPatience < run.Experiment.ExplorationEpochs ? null
            : $"explorers train at most {run.Experiment.ExplorationEpochs} epochs")),
        new(nameof(Experiment.ExplorerFraction), run => NothingPruned(run)
            ?? PrunerOf(run.Experiment) switch
            {
                AutoFlipPruner { ExplorationRound: true } or { Explores: true } => null,
                AutoFlipPruner => NoExploration(run),
                _ => NotOfPruner(run),
            }),
        OfPruner(nameof(Experiment.Guidance)),
        OfPruner(nameof(Experiment.GuidanceNormalization)),
        OfPruner(nameof(Experiment.MaskRefresh)),
        Switch(nameof(Experiment.KeepNorm)),
        Switch(nameof(Experiment.ScaleLearningRate)),
        new(nameof(Experiment.Regrow), run =>
            NothingPruned(run)
            ?? (!PrunerOf(run.Experiment).Refreshes ? "no later mask restores a weight"
            : PrunerOf(run.Experiment).RegrowIn(1, 1) is null ? null
            : $"the pruner {run.Experiment.Pruner} has a rule of its own")),
        OfPruner(nameof(Experiment.Pruning)).Unless(run => PrunerOf(run.Experiment).OnlyWeights),
        OfPruner(nameof(Experiment.StructuredShare), why: _ => "it is for Experiment.Pruning hybrid"),
        OfPruner(nameof(Experiment.UnitMultiple), NoUnitsPruned),
        Switch(nameof(Experiment.FitUnits)),
        OfPruner(nameof(Experiment.MinUnits), NoUnitsPruned),
    ];

    static readonly OptionUse[] Training =
    [
        new(nameof(Experiment.Oversample), run =>
            run.Experiment.AskedSize > run.Experiment.CohortSize ? null
            : run.Experiment.CohortSize == run.Experiment.Clients ? "every client takes part in every round"
            : "it adds less than one client"),
        new(nameof(Experiment.StragglerFraction), run =>
            run.Experiment.LocalEpochs == 1 ? "with one local epoch there is nothing to leave out" : null),
        Of(nameof(Experiment.ServerMomentum), e => Catalog.Algorithms[e.Algorithm](e),
            run => $"the algorithm {run.Experiment.Algorithm} has none"),
        Of(nameof(Experiment.Momentum), e => Catalog.Optimizers[e.Optimizer](e),
            run => $"the optimizer {run.Experiment.Optimizer} has none"),
        new(nameof(Experiment.Kernels), run =>
            !KernelPlan.HasKernels(run.Network)
                ? $"{run.Experiment.Model} has layers without kernels, so libtorch trains it"
            : run.Experiment.Precision != TrainingPrecision.Fp32 ? "libtorch trains in bf16" : null),
        new(nameof(Experiment.LearningRateDecay), run =>
            run.Experiment.LearningRateDecay == 1 || run.Experiment.Rounds > run.Experiment.LearningRateDecayStep ? null
            : $"the first decay would come after round {run.Experiment.LearningRateDecayStep}"),
        new(nameof(Experiment.LearningRateDecayStep), run =>
            run.Experiment.LearningRateDecay == 1 ? "Experiment.LearningRateDecay is 1" : null),
    ];

    static readonly OptionUse[] Evaluation =
    [
        new(nameof(Experiment.EvaluationFraction), run =>
            run.Experiment.EvaluationScope == EvaluationScope.Global ? "Experiment.EvaluationScope is global"
            : run.Experiment.CohortSize == run.Experiment.Clients ? "every client takes part in every round" : null),
        new(nameof(Experiment.StaticBatchNorm), run =>
            !NormStatistics.Of(run.Network).Any() ? $"{run.Experiment.Model} has no batch normalisation"
            : run.Experiment.Algorithm == "fedbn" ? "under fedbn each client keeps its statistics to itself" : null),
        Of(nameof(Experiment.Average), e => string.Join<Metric>(' ', Metric.AllOf(e)),
            _ => "no metric of this run is a mean over classes"),
        new(nameof(Experiment.CutOff), run => run.Contract.Task.IsBinary ? null : "only tasks of two classes have a cut-off"),
    ];

    /// <summary>The whole table.</summary>
    public static ImmutableArray<OptionUse> All { get; } = [.. Data, .. Model, .. Pruning, .. Training, .. Evaluation];

    /// <summary>The experiment without a pruner, and with every option of pruning at its default.</summary>
    public static Experiment WithoutPruning(Experiment experiment) => MethodOptions.Complete(
        Pruning.Aggregate(experiment with { Pruner = Experiment.NoPruner }, (dense, use) => use.Reset(dense)));

    /// <summary>One sentence about all options that were chosen and have no effect in a run; null if there are none.</summary>
    public static string? Warning(PreparedRun run)
    {
        string[] unused = [.. All.Select(use => use.Unused(run)).OfType<string>()];
        return unused is [] ? null : $"Without effect in this run: {string.Join(", ", unused)}.";
    }

    static OptionUse Of(string property, Func<Experiment, object> part, Func<PreparedRun, string> reason)
    {
        OptionUse use = null!;
        return use = new(property, run => part(run.Experiment).Equals(part(use.Reset(run.Experiment))) ? reason(run) : null);
    }

    /// <summary>An option that is on by default, and can only be turned off.</summary>
    static OptionUse Switch(string property) => new(property, _ => null);

    static OptionUse OfModel(string property, string lack)
    {
        OptionUse use = null!;
        return use = new(property, run =>
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
        string property, Func<PreparedRun, string?>? more = null, Func<PreparedRun, string>? why = null)
    {
        var use = Of(property, PrunerOf, why ?? NotOfPruner);
        return use with { WhyUnused = run => NothingPruned(run) ?? use.WhyUnused(run) ?? more?.Invoke(run) };
    }

    static string? OfTables(PreparedRun run) =>
        IsOfKind(run, "csv") || IsOfKind(run, "parquet") ? null : "it is for tables named csv:PATH or parquet:PATH";

    static string? OfCsv(PreparedRun run) => IsOfKind(run, "csv") ? null : "it is for tables named csv:PATH";

    static bool IsOfKind(PreparedRun run, string kind) =>
        DataSetName.PathOf(run.Experiment.Dataset) is { } named && named.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase);

    static string? OfTexts(PreparedRun run) =>
        run.Contract.Recipe is IPaddedText ? null : $"{run.Experiment.Dataset} has no texts of variable length";

    static string? OfImages(PreparedRun run) => run.Contract.Recipe is ImageRecipe ? null : $"{run.Experiment.Dataset} has no images";

    static Partition PartitionOf(Experiment e) => Catalog.Partitions[e.Partition](e);

    static string NotOfPartition(PreparedRun run) => $"the partition {run.Experiment.Partition} does not use it";

    static Pruner PrunerOf(Experiment e) => Catalog.Pruners[e.Pruner](e);

    static string? NothingPruned(PreparedRun run) => PrunerOf(run.Experiment) is NoPruning ? "nothing is pruned" : null;

    static string? GlobalIsDense(PreparedRun run) => NothingPruned(run) ?? (PrunerOf(run.Experiment).HasSubModels
        ? "clients train sub-models in every round, and the global model is not pruned" : null);

    static string? NoExploration(PreparedRun run) =>
        PrunerOf(run.Experiment).Explores ? null : "dense rounds are scored instead of an exploration";

    static string? NoUnitsPruned(PreparedRun run) =>
        PruningPlan.Of(run.Experiment).StructuredShare == 0 ? "no whole units are removed" : null;

    static string NotOfPruner(PreparedRun run) => $"the pruner {run.Experiment.Pruner} does not use it";

    /// <summary>Four values of the scheme, as text.</summary>
    static string DrawOf(Experiment e)
    {
        var values = new float[4];
        Catalog.Initializers[e.Initialization].Weights(values, [2, 2], e.InitializationGain, new KeyedRandom(0));
        return string.Join(' ', values);
    }
}
