namespace AutoFlip.Tests;

/// <summary>Options that were chosen and have no effect are named, with the reason; all others are not.</summary>
public sealed class OptionUsesTests
{
    static readonly Experiment Digits = new()
    {
        Dataset = "Digits",
        Model = "TwoNN",
        Resize = 0,
        Clients = 6,
        CohortFraction = 0.5,
        Rounds = 6,
        HiddenSize = 8,
        Metrics = ["acc1"]
    };

    /// <summary>All explorers join the dense round before the mask.</summary>
    static readonly Experiment Joined = Digits.WithOption("explorationRound", true) with { DenseRounds = 1 };

    static readonly Lazy<LoadedData> Images = new(() =>
        DataSet.Of(Digits).Load(Digits, DataLocations.Of(new RunOptions { Offline = true }), RunObserver.None, CancellationToken.None));

    /// <summary>Forty rows of three numbers, four owners of ten each; classes 0 and 1, or numbers.</summary>
    static LoadedData Table(LearningTask task)
    {
        float[] values = [.. Enumerable.Range(0, 40)];
        var targets = task.Kind == TaskKind.Regression
            ? Targets.Numbers(values)
            : Targets.Classes([.. Enumerable.Range(0, 40).Select(i => i % 2)]);
        return new LoadedData(new Rows(targets), null, task)
        {
            Owners = new(
            ["a", "b", "c", "d"], [.. Enumerable.Range(0, 40).Select(i => i / 10)], TrainRows: 40)
        };
    }

    static string? Warning(Experiment experiment, LoadedData? data = null, bool isOwn = false)
    {
        var assigned = FederatedData.Assign(ExperimentRules.Resolve(experiment, task: null), data ?? Images.Value);
        experiment = ExperimentRules.Settle(ExperimentRules.Resolve(experiment, task: null), assigned.Task, assigned.Clients.Count);
        if (isOwn) experiment = experiment with { Dataset = DataSetName.Own };
        return OptionUses.Warning(new PreparedRun(
            experiment, RunNetwork.Build(experiment, Catalog.Resolve(experiment), assigned.Contract), assigned.Contract,
            assigned.OwnersHoldOut));
    }

    /// <summary>A run in which an option has no effect, and the clause about it. Every row of the table is here at least once.</summary>
    public static TheoryData<string, Experiment, string> Unused => new()
    {
        { "Target", Digits with { Target = "y" }, "Experiment.Target y (it is for tables named csv:PATH or parquet:PATH)" },
        { "Owner", Digits with { Owner = "who" }, "Experiment.Owner who (it is for tables named csv:PATH or parquet:PATH)" },
        { "TaskChoice", Digits with { TaskChoice = TaskChoice.Classification }, "Experiment.TaskChoice classification (it is for tables "
            + "named csv:PATH or parquet:PATH)" },
        { "Columns", Digits with { Columns = ["a b:number", "c:date"] }, "Experiment.Columns a b:number c:date (it is for tables named "
            + "csv:PATH or parquet:PATH)" },
        { "Missing", Digits with { Missing = ["none"] }, "Experiment.Missing none (it is for tables named csv:PATH or parquet:PATH)" },
        { "Decimal", Digits with { Decimal = DecimalChoice.Comma }, "Experiment.Decimal comma (it is for tables named csv:PATH)" },
        { "Encoding", Digits with { Encoding = "latin1" }, "Experiment.Encoding latin1 (it is for tables named csv:PATH)" },
        { "Image", Digits with { Image = "x" }, "Experiment.Image x (it is for data sets named parquet:PATH)" },
        { "Text", Digits with { Text = "x" }, "Experiment.Text x (it is for tables named csv:PATH or parquet:PATH)" },
        {
            "Tokenizer", Digits with { Tokenizer = "wordpiece:v.txt" },
            "Experiment.Tokenizer wordpiece:v.txt (Digits has no texts of variable length)"
        },
        {
            "Padding", Digits with { Padding = PaddingSide.Behind },
            "Experiment.Padding behind (Digits has no texts of variable length)"
        },
        { "SequenceLength", Digits with { SequenceLength = 64 }, "Experiment.SequenceLength 64 (Digits has no texts of variable length)" },
        { "ClassesPerClient", Digits with { Partition = "iid", ClassesPerClient = 3 }, "Experiment.ClassesPerClient 3 (the partition iid "
            + "does not use it)" },
        { "Concentration", Digits with { Concentration = 1 }, "Experiment.Concentration 1 (the partition patho does not use it)" },
        { "ShardsPerClient", Digits with { Partition = "diri", ShardsPerClient = 4 }, "Experiment.ShardsPerClient 4 (the partition diri "
            + "does not use it)" },
        { "SamplesPerClient", Digits with { SamplesPerClient = 9 }, "Experiment.SamplesPerClient 9 (the partition patho does not use it)" },
        { "HiddenSize", Digits with { Model = "LogReg", Pruner = "none", HiddenSize = 9 }, "Experiment.HiddenSize 9 (LogReg has no width "
            + "of that name)" },
        {
            "Dropout", Digits with { Model = "TwoNN", Dropout = 0.99 },
            "Experiment.Dropout 0.99 (TwoNN has no dropout rate that could change)"
        },
        { "WidthMultiplier", Digits with {
            Model = "LogReg", HiddenSize = 32, Pruner = "none",
            WidthMultiplier = 0.5 }, "Experiment.WidthMultiplier 0.5 (LogReg has no width that could change)" },
        { "LayerCount", Digits with { Model = "TwoNN", LayerCount = 2 }, "Experiment.LayerCount 2 (TwoNN has a fixed number of layers)" },
        { "Depth", Digits with { Model = "TwoNN", Depth = 16 }, "Experiment.Depth 16 (TwoNN has a fixed depth)" },
        { "WidenFactor", Digits with { Model = "TwoNN", WidenFactor = 2 }, "Experiment.WidenFactor 2 (TwoNN has no widen factor)" },
        { "EmbeddingCount", Digits with { Model = "TwoNN", EmbeddingCount = 50 }, "Experiment.EmbeddingCount 50 (TwoNN has no embedding "
            + "of tokens)" },
        { "EmbeddingSize", Digits with { Model = "TwoNN", EmbeddingSize = 50 }, "Experiment.EmbeddingSize 50 (TwoNN has no embedding of "
            + "that size)" },
        { "InitializationGain", Digits with {
            Model = "TwoNN", Initialization = "kaiming",
            InitializationGain = 2 }, "Experiment.InitializationGain 2 (the scheme kaiming has no gain)" },
        { "PruneFraction", Digits with { Model = "TwoNN", Pruner = "none", PruneFraction = 0.3m }, "Experiment.PruneFraction 0.3 "
            + "(nothing is pruned)" },
        { "DenseRounds", Digits with { Model = "TwoNN", Pruner = "none", DenseRounds = 2 },
            "Experiment.DenseRounds 2 (nothing is pruned)" },
        { "ExplorationEpochs", Digits with { Model = "TwoNN", Pruner = "random", ExplorationEpochs = 2 }, "Experiment.ExplorationEpochs "
            + "2 (the pruner random does not use it)" },
        { "ExplorationEpochs", Joined with { ExplorationEpochs = 2 },
            "Experiment.ExplorationEpochs 2 (dense rounds are scored instead of an exploration)" },
        { "ExplorationPatience", Joined with { ExplorationPatience = 5 },
            "Experiment.ExplorationPatience 5 (dense rounds are scored instead of an exploration)" },
        {
            "ExplorationEpochs", Digits.WithOption("scoreRounds", 1) with { DenseRounds = 1, ExplorationEpochs = 2 },
            "Experiment.ExplorationEpochs 2 (dense rounds are scored instead of an exploration)"
        },
        {
            "ExplorerFraction", Digits.WithOption("scoreRounds", 1) with { DenseRounds = 1, ExplorerFraction = 1 },
            "Experiment.ExplorerFraction 1 (dense rounds are scored instead of an exploration)"
        },
        { "ExplorationPatience", Digits with { Model = "TwoNN", ExplorationPatience = 5 }, "Experiment.ExplorationPatience 5 (explorers "
            + "train at most 1 epochs)" },
        { "ExplorerFraction", Digits with { Model = "TwoNN", Pruner = "random", ExplorerFraction = 1 }, "Experiment.ExplorerFraction 1 "
            + "(the pruner random does not use it)" },
        { "Guidance", Digits with { Model = "TwoNN", Pruner = "random", Guidance = "fisher" }, "Experiment.Guidance fisher (the pruner "
            + "random does not use it)" },
        { "GuidanceNormalization", Digits with {
            Model = "TwoNN", Pruner = "none",
            GuidanceNormalization = GuidanceScale.Mean }, "Experiment.GuidanceNormalization mean (nothing is pruned)" },
        { "MaskRefresh", Digits with {
            Model = "TwoNN", Pruner = "random",
            MaskRefresh = MaskRefresh.Cohort }, "Experiment.MaskRefresh cohort (the pruner random does not use it)" },
        { "Regrow", Digits with { Model = "TwoNN", Regrow = Regrow.Zero }, "Experiment.Regrow zero (no later mask restores "
            + "a weight)" },
        { "Pruning", Digits with {
            Model = "TwoNN", Pruner = "none", Pruning = PruningKind.Structured }, "Experiment.Pruning structured (nothing is pruned)" },
        { "StructuredShare", Digits with {
            Model = "TwoNN", Pruning = PruningKind.Structured,
            StructuredShare = 0.5 }, "Experiment.StructuredShare 0.5 (it is for Experiment.Pruning hybrid)" },
        { "UnitMultiple", Digits with {
            Model = "TwoNN", Pruning = PruningKind.Unstructured,
            UnitMultiple = 4 }, "Experiment.UnitMultiple 4 (no whole units are removed)" },
        { "MinUnits", Digits with { Model = "TwoNN", StructuredShare = 0, MinUnits = 4 }, "Experiment.MinUnits 4 (no whole units are "
            + "removed)" },
        { "Momentum", Digits with { Model = "TwoNN", Momentum = 0.9 }, "Experiment.Momentum 0.9 (the optimizer Adam has none)" },
        { "Kernels", Digits with { Model = "GRUClassifier", Kernels = TrainingKernels.Torch }, "Experiment.Kernels torch "
            + "(GRUClassifier has layers without kernels, so libtorch trains it)" },
        { "LearningRateDecay", Digits with {
            Model = "TwoNN", LearningRateDecay = 0.5,
            LearningRateDecayStep = 6 }, "Experiment.LearningRateDecay 0.5 (the first decay would come after round 6)" },
        { "LearningRateDecayStep", Digits with {
            Model = "TwoNN", LearningRateDecay = 1,
            LearningRateDecayStep = 3 }, "Experiment.LearningRateDecayStep 3 (Experiment.LearningRateDecay is 1)" },
        { "Oversample", Digits with {
            Model = "TwoNN", Oversample = 1.5,
            CohortFraction = 1 }, "Experiment.Oversample 1.5 (every client takes part in every round)" },
        { "StragglerFraction", Digits with {
            Model = "TwoNN", StragglerFraction = 0.5,
            LocalEpochs = 1 }, "Experiment.StragglerFraction 0.5 (with one local epoch there is nothing to leave out)" },
        { "EvaluationFraction", Digits with {
            Model = "TwoNN", EvaluationFraction = 0.5,
            CohortFraction = 1 }, "Experiment.EvaluationFraction 0.5 (every client takes part in every round)" },
        { "StaticBatchNorm", Digits with { StaticBatchNorm = true, Model = "TwoNN" },
            "Experiment.StaticBatchNorm True (TwoNN has no batch normalisation)" },
        { "Average", Digits with { Model = "TwoNN", Average = Average.Macro },
            "Experiment.Average macro (no metric of this run is a mean over classes)" },
        { "CutOff", Digits with { Model = "TwoNN", CutOff = CutOffRule.Half }, "Experiment.CutOff half (only tasks of two classes have a "
            + "cut-off)" },
    };

    [Theory, MemberData(nameof(Unused))]
    public void Option_without_effect_is_named_with_the_reason(string property, Experiment experiment, string clause)
    {
        Assert.Contains(property, OptionUses.All.Select(use => use.Property));
        Assert.Contains(clause, Warning(experiment) ?? "", StringComparison.Ordinal);
    }

    /// <summary>Clients have read their data by the contract before, and nothing is dealt.</summary>
    [Theory]
    [InlineData("Target", "y", "the data contract decides how samples are read")]
    [InlineData("Columns", "x:number", "the data contract decides how samples are read")]
    [InlineData("Resize", "9", "the data contract decides how samples are read")]
    [InlineData("SequenceLength", "9", "the data contract decides how samples are read")]
    [InlineData("Tokenizer", "wordpiece:v.txt", "the data contract decides how samples are read")]
    [InlineData("SampleFraction", "0.5", "clients have data of their own")]
    [InlineData("Partition", "diri", "clients have data of their own")]
    [InlineData("ClassesPerClient", "3", "clients have data of their own")]
    [InlineData("Concentration", "3", "clients have data of their own")]
    public void Options_of_reading_and_dealing_have_no_effect_on_clients_own_data(string property, string value, string reason)
    {
        var experiment = property switch
        {
            "Target" => Digits with { Target = value },
            "Columns" => Digits with { Columns = [value] },
            "Resize" => Digits with { Resize = 9 },
            "SequenceLength" => Digits with { SequenceLength = 9 },
            "Tokenizer" => Digits with { Tokenizer = value },
            "SampleFraction" => Digits with { SampleFraction = 0.5 },
            "Partition" => Digits with { Partition = value },
            "ClassesPerClient" => Digits with { ClassesPerClient = 3 },
            _ => Digits with { Concentration = 3 },
        };

        Assert.Contains($"Experiment.{property} {value} ({reason})", Warning(experiment, isOwn: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Hold_out_and_augmentation_have_an_effect_on_clients_own_data() =>
        Assert.DoesNotMatch("TestFraction|Random|ColorJitter|Seed", Warning(
            Digits with { TestFraction = 0.5, RandomRotation = 9, ColorJitter = 0.1, RandomVerticalFlip = 0.5 }, isOwn: true) ?? "");

    /// <summary>A table has no images; under the partition pre its owners are the clients, of which there are four.</summary>
    [Fact]
    public void Options_for_images_and_clients_have_no_effect_on_a_table_partitioned_by_owner()
    {
        var table = new Experiment
        {
            Dataset = "csv:my.csv",
            Target = "y",
            Owner = "who",
            Partition = "pre",
            Model = "LogReg",
            Pruner = "none",
            Clients = 9,
            HiddenSize = 32,
            Resize = 32,
            ImageNetNormalization = true,
            RandomRotation = 10,
            RandomHorizontalFlip = 0.1,
            RandomVerticalFlip = 0.1,
            ColorJitter = 0.1,
            CutOff = CutOffRule.Half,
        };

        Assert.Equal(
            "Without effect in this run: Experiment.Resize 32 (csv:my.csv has no images), Experiment.ImageNetNormalization True "
            + "(csv:my.csv has no images), "
            + "Experiment.RandomRotation 10 (csv:my.csv has no images), Experiment.RandomHorizontalFlip 0.1 (csv:my.csv has no images), "
            + "Experiment.RandomVerticalFlip 0.1 (csv:my.csv has no images), Experiment.ColorJitter 0.1 (csv:my.csv has no images), "
            + "Experiment.Clients 9 (under the partition pre each of the 4 owners is a client).",
            Warning(table, Table(LearningTask.Classification("no", "yes"))));
    }

    /// <summary>All chosen, all used; and what turns something off that is not there is no wish left unfulfilled.</summary>
    public static TheoryData<Experiment> Used =>
    [
        Digits with { Model = "TwoNN" },
        Digits with {
            Model = "WideResNet", HiddenSize = 32, Depth = 10, WidenFactor = 1, Dropout = 0.3, WidthMultiplier = 0.5, Partition = "diri",
            Concentration = 1, Resize = 16, RandomRotation = 5, StaticBatchNorm = true },
        Digits with {
            Model = "TwoCNN", Resize = 24, ClassesPerClient = 3, UnitMultiple = 4, FitUnits = false, MinUnits = 2, StructuredShare = 0.5,
            Guidance = "fisher", ExplorationEpochs = 4, ExplorationPatience = 2 },
        Joined with { ExplorerFraction = 1, Guidance = "agreement" },
        Digits with {
            Model = "TwoNN", MaskRefresh = MaskRefresh.Cohort, Regrow = Regrow.Zero, Pruning = PruningKind.Unstructured, DenseRounds = 1,
            ExplorerFraction = 1, KeepNorm = false, ScaleLearningRate = false },
        Digits with {
            Model = "TwoNN", Optimizer = "SGD", Momentum = 0.9, LearningRateDecay = 0.5, LearningRateDecayStep = 3, InitializationGain = 2,
            Metrics = ["f1"], Average = Average.Macro },
        Digits with {
            Model = "TwoNN", Pruner = "none", KeepNorm = false, ScaleLearningRate = false, FitUnits = false, AttentionMask = false,
            PruneFraction = 0, DenseRounds = 0 },
        Digits with { Model = "TwoNN", Algorithm = "scaffold", Optimizer = "SGD", Pruner = "none", ServerMomentum = 0 },
        Digits with { Model = "TwoNN", Dropout = 0, Resize = 0, LearningRateDecay = 1 },
        Digits with {
            Model = "TwoNN", Pruner = "none", EvaluationFraction = 0.5, TestFraction = 0.3, CohortFraction = 0.5, Oversample = 1.5,
            StragglerFraction = 0.5 },
    ];

    [Theory, MemberData(nameof(Used))]
    public void Options_that_are_used_are_not_named(Experiment experiment) => Assert.Null(Warning(experiment));

    [Fact]
    public void What_is_off_is_not_missed_and_owners_may_hold_out_by_their_own_rule()
    {
        var data = Table(LearningTask.Regression);
        var table = new Experiment
        {
            Dataset = "csv:my.csv",
            Target = "y",
            Owner = "who",
            Partition = "pre",
            Model = "LogReg",
            Pruner = "none",
            RandomHorizontalFlip = 0,
            ColorJitter = 0,
            TestFraction = 0.5
        };

        Assert.Null(Warning(table, data));
        Assert.Equal( // rows from 30 on are held out by the last owner
            "Without effect in this run: Experiment.TestFraction 0.5 (owners hold out samples by the data set's own rule).",
            Warning(
                table,
                data with { Owners = data.Owners! with { OfRow = [.. Enumerable.Range(0, 40).Select(i => i % 4)], TrainRows = 30 } }));
    }

    [Fact]
    public void Every_row_of_the_table_has_a_test()
    {
        string[] tested = [
            .. Unused.Select(row => row.Data.Item1),
            .. (string[])["Resize", "ImageNetNormalization", "RandomCrop", "RandomRotation", "RandomHorizontalFlip",
            // FedAvg is the only algorithm, and has a momentum
            "RandomVerticalFlip", "ColorJitter", "Clients", "TestFraction", "ServerMomentum", "SampleFraction", "Partition",
            "KeepNorm", "ScaleLearningRate", "FitUnits"]]; // these can only be turned off

        Assert.Equal(OptionUses.All.Select(use => use.Property).Order(), tested.Distinct().Order());
    }

    [Fact]
    public void Without_pruning_nothing_is_said_about_how_to_prune() => Assert.Null(
        Warning(OptionUses.WithoutPruning(Digits.WithOption("scoreRounds", 1) with
        {
            Model = "TwoNN",
            PruneFraction = 0.3m,
            ExplorationEpochs = 3,
            DenseRounds = 2,
            UnitMultiple = 1
        })));

    /// <summary>
    /// TwoNN of 4 on 8x8 grey images: 64·4 + 4 + 4·4 + 4 + 4·10 + 10 = 330 parameters. One unit of each layer must stay: 64 + 1 + 1 + 1
    /// + 10 + 10 = 87 are 26.4 %. Of LogReg's one layer no unit can go. Where 8 of 16 units must stay, 64·8 + 8 + 8·8 + 8 + 8·10 + 10
    /// = 682 of 64·16 + 16 + 16·16 + 16 + 16·10 + 10 = 1,482 parameters are 46.0 %.
    /// </summary>
    [Theory]
    [InlineData("TwoNN", 4, 1, "26.4 %", "every layer is as narrow as Experiment.MinUnits 1 allows")]
    [InlineData("TwoNN", 16, 8, "46 %", "every layer is as narrow as Experiment.MinUnits 8 allows")]
    [InlineData("LogReg", 32, 1, "100 %", "LogReg has no layer whose units can go")]
    public void Pruning_that_falls_short_is_explained(string model, int hidden, int minUnits, string kept, string reason)
    {
        var plan = new PruningPlan(0.9m, 1, minUnits, 8) { UnitsOnly = true };
        var network = Catalog.Models[model](new SampleShape(1, 8, 8), 10, new ModelOptions { HiddenSize = hidden });
        var mask = plan.Prune(
            network, [.. network.Groups.Select(group => new double[group.Width])], new float[network.Layout.ParameterCount]);

        Assert.Equal(
            $"Experiment.PruneFraction 0.9 is not reached: {kept} of the parameters are kept instead of 10 %. "
            + $"Under Experiment.Pruning structured only whole units go, and {reason}.",
            plan.Shortfall(network, mask));
    }

    /// <summary>Half of 1,482 is 741. Eight at a time leave 64·8 + 8 + 8·16 + 16 + 16·10 + 10 = 834, as 682 would be below: more than
    /// a fortieth too many. Four at a time leave 64·8 + 8 + 8·12 + 12 + 12·10 + 10 = 758, 1.1 % of 1,482 too many.</summary>
    [Fact]
    public void Pruning_that_stops_before_the_next_units_is_explained_and_what_is_reached_is_not()
    {
        var network = Catalog.Models["TwoNN"](new SampleShape(1, 8, 8), 10, new ModelOptions { HiddenSize = 16 });
        Mask Mask(PruningPlan plan) =>
            plan.Prune(network, [.. network.Groups.Select(group => new double[group.Width])], new float[network.Layout.ParameterCount]);
        var structured = new PruningPlan(0.5m, 1, 1, 8) { UnitsOnly = true };
        var hybrid = new PruningPlan(0.5m, 1, 1, 8);

        Assert.EndsWith(
            "and the next units would take more than that with them.", structured.Shortfall(network, Mask(structured)),
            StringComparison.Ordinal);
        Assert.Null(hybrid.Shortfall(network, Mask(hybrid)));
    }

    [Fact]
    public void Run_warns_once_in_its_log()
    {
        using var folder = new TemporaryDirectory();
        var experiment = Digits with
        {
            Model = "TwoNN",
            HiddenSize = 4,
            Rounds = 2,
            DenseRounds = 0,
            LocalEpochs = 1,
            Dropout = 0.99,
            Pruning = PruningKind.Structured,
            PruneFraction = 0.9m
        };

        Simulation.Run(
            experiment, new RunOptions { ResultPath = folder.Path, Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            default);

        var log = File.ReadAllLines(Path.Combine(Assert.Single(Directory.GetDirectories(folder.Path)), "run.log"));
        Assert.Single(
            log,
            line => line.EndsWith(
                "[warning] Without effect in this run: Experiment.Dropout 0.99 (TwoNN has no dropout rate that could change).",
                StringComparison.Ordinal));
        Assert.Single(
            log, line => line.Contains("[warning] Experiment.PruneFraction 0.9 is not reached: 26.4 %", StringComparison.Ordinal));
    }

    /// <summary>Rows of three numbers.</summary>
    sealed class Rows(Targets targets) : SampleSet
    {
        public override SampleShape Shape => new(3, 1, 1);

        public override Targets Targets => targets;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation) => into.Clear();
    }
}
