using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public partial class SettingsTests
{
    /// <summary>Every option of the reference's main.py, with a value it accepts and what that value must become here.</summary>
    public static TheoryData<string, string, string> ReferenceOptions => new()
    {
        { "--exp_name", "x", "Name=x" }, { "--seed", "7", "Seed=7" }, { "--device", "cpu", "Device=cpu" },
        { "--device_ids", "0 1", "DeviceIds=0 1" },
        { "--data_path", "d", "DataPath=d" }, { "--log_path", "l", "" }, { "--result_path", "r", "ResultPath=r" },
        { "--use_tb", "", "TensorBoard=True" },
        { "--tb_port", "6006", "" }, { "--tb_host", "h", "" }, { "--dataset", "digits", "Dataset=digits" },
        { "--test_fraction", "0.3", "TestFraction=0.3" }, { "--rawsmpl", "0.5", "SampleFraction=0.5" }, { "--resize", "28", "Resize=28" },
        { "--imnorm", "", "ImageNetNormalization=True" }, { "--randrot", "10", "RandomRotation=10" },
        { "--randhf", "0.1", "RandomHorizontalFlip=0.1" }, { "--randvf", "0.1", "RandomVerticalFlip=0.1" },
        { "--randjit", "0.1", "ColorJitter=0.1" },
        { "--split_type", "iid", "Partition=iid" }, { "--mincls", "3", "ClassesPerClient=3" }, { "--cncntrtn", "0.7", "Concentration=0.7" },
        { "--model_name", "LeNet", "Model=LeNet" }, { "--hidden_size", "64", "HiddenSize=64" }, { "--dropout", "0.1", "Dropout=0.1" },
        { "--use_model_tokenizer", "", "" }, { "--use_pt_model", "", "" }, { "--seq_len", "80", "SequenceLength=80" },
        { "--num_layers", "2", "LayerCount=2" },
        { "--num_embeddings", "80", "EmbeddingCount=80" }, { "--embedding_size", "8", "EmbeddingSize=8" },
        { "--init_type", "kaiming", "Initialization=kaiming" },
        { "--init_gain", "2", "InitializationGain=2" }, { "--algorithm", "fedavg", "Algorithm=fedavg" },
        { "--eval_type", "local", "EvaluationScope=local" },
        { "--eval_fraction", "0.5", "EvaluationFraction=0.5" }, { "--eval_every", "3", "EvaluateEvery=3" },
        { "--eval_metrics", "acc1 f1", "Metrics=acc1 f1" },
        { "--average", "macro", "Average=macro" }, { "--cut-off", "half", "CutOff=half" },
        { "--K", "8", "Clients=8" }, { "--R", "9", "Rounds=9" }, { "--C", "0.5", "CohortFraction=0.5" }, { "--E", "2", "LocalEpochs=2" },
        { "--B", "32", "BatchSize=32" }, { "--beta", "0.5", "ServerMomentum=0.5" }, { "--no_shuffle", "", "NoShuffle=True" },
        { "--optimizer", "SGD", "Optimizer=SGD" }, { "--max_grad_norm", "1", "MaxGradientNorm=1" },
        { "--weight_decay", "0.1", "WeightDecay=0.1" },
        { "--momentum", "0.9", "Momentum=0.9" }, { "--lr", "0.1", "LearningRate=0.1" }, { "--lr_server", "0.1", "" },
        { "--lr_decay", "0.5", "LearningRateDecay=0.5" },
        { "--lr_decay_step", "2", "LearningRateDecayStep=2" }, { "--criterion", "NLLLoss", "Criterion=NLLLoss" },
        { "--mu", "0.1", "mu=0.1" },
        { "--Patience_mask", "5", "ExplorationPatience=5" }, { "--epoochs_mask", "6", "ExplorationEpochs=6" },
        { "--perc_clients_for_mask", "0.4", "ExplorerFraction=0.4" },
        { "--guidence_normalization", "RobustScaler", "GuidanceNormalization=robust" },
        { "--guidance_normalization", "MinMax", "GuidanceNormalization=minmax" }, { "--mask_pruining", "False", "Prune=False" },
        { "--treeshold_pruining", "0.30", "PruneFraction=0.30" }, { "--initial_value_threshold", "0.5", "" }, { "--beta1", "0.9", "" },
        { "--tau", "0.002", "tau=0.002" }, { "--plot", "True", "Plot=True" }, { "--CEXP2", "1", "" },
        { "--random_pruning", "True", "RandomPruning=True" },
    };

    [Theory, MemberData(nameof(ReferenceOptions))]
    public void Reference_option_lands_in_its_field_under_every_spelling(string option, string value, string expected)
    {
        var setting = Settings.All.Single(row => row.Spellings.Contains(option));
        string[] values = value.Length == 0 ? [] : value.Split(' ');

        foreach (var spelling in setting.Spellings)
        {
            var parsed = new OptionParser("run", Settings.All).Parse([spelling, .. values]).Over(new Request());

            Assert.Empty(parsed.Positionals);
            var request = parsed.Request;
            Assert.Equal(expected, setting.Option is { } own ? $"{own.Name}={Values.Show(request.Experiment.Options[own.Name])}"
                : setting.Property is { } property ? $"{property.Name}={Values.Show(request[property])}" : "");
            Assert.Equal(setting.WithoutEffect is null ? 0 : 1, parsed.Warnings.Count);
        }
    }

    [Fact]
    public void No_two_options_share_a_spelling()
    {
        var spellings = Settings.All.SelectMany(setting => setting.Spellings).ToList();

        Assert.Equal(spellings.Distinct().Count(), spellings.Count);
    }

    [Fact]
    public void Every_field_of_an_experiment_and_of_the_run_options_can_be_typed()
    {
        var typed = Settings.All.Select(setting => setting.Property?.Name).ToHashSet();

        Assert.Every(ExperimentFile.Fields, field => Assert.Contains(char.ToUpperInvariant(field[0]) + field[1..], typed));
        Assert.Every(
            typeof(RunOptions).GetProperties().Where(property => property.Name != nameof(RunOptions.Wording)),
            property => Assert.Contains(property.Name, typed));
    }

    [Fact]
    public void Every_default_in_the_help_can_be_typed()
    {
        var printed = App.Commands
            .SelectMany(command => command.Settings.Where(setting => setting.Property is not null), (command, setting) =>
                (command.Defaults, Setting: setting, Text: OptionHelp.Default(setting, command.Defaults)))
            .Where(one => one.Text is not null);

        Assert.Every(printed, one =>
        {
            var (defaults, setting, text) = one;
            var request = setting.Apply(new Request(), setting.Arity == Arity.Many ? text!.Split(' ') : [text!]);

            Assert.Equal(defaults[setting.Property!], request[setting.Property!]);
        });
    }

    [Fact]
    public void Options_named_by_the_rules_are_options_of_the_table()
    {
        var broken = new Experiment
        {
            Name = "",
            TestFraction = -1,
            SampleFraction = -1,
            Resize = -1,
            RandomCrop = -1,
            RandomRotation = -1,
            RandomHorizontalFlip = -1,
            RandomVerticalFlip = -1,
            ColorJitter = -1,
            ClassesPerClient = 0,
            Concentration = 0,
            ShardsPerClient = 0,
            SamplesPerClient = 0,
            HiddenSize = 0,
            Dropout = -1,
            WidthMultiplier = 0,
            LayerCount = 0,
            Depth = 20,
            WidenFactor = 0,
            EmbeddingCount = 0,
            EmbeddingSize = 0,
            InitializationGain = 0,
            PruneFraction = -1,
            ExplorationEpochs = 0,
            ExplorationPatience = 0,
            ExplorerFraction = 0,
            Clients = 0,
            Rounds = 0,
            CohortFraction = -1,
            Oversample = 0.5,
            StragglerFraction = 1.5,
            LocalEpochs = 0,
            BatchSize = -1,
            ServerMomentum = -1,
            MaxGradientNorm = -1,
            WeightDecay = -1,
            Momentum = -1,
            LearningRate = 0,
            LearningRateDecay = 0,
            LearningRateDecayStep = 0,
            EvaluationScope = EvaluationScope.Local,
            EvaluationFraction = 0,
            EvaluateEvery = 0,
            Metrics = [],
            ThreadsPerClient = 0,
            DenseRounds = -1,
            StructuredShare = 2,
            MinUnits = 0,
            UnitMultiple = 0,
            SequenceLength = 0,
            Dataset = "?",
            Partition = "?",
            Model = "?",
            Initialization = "?",
            Algorithm = "?",
            Pruner = "?",
            Guidance = "?",
            Optimizer = "?",
            Criterion = "?",
            Columns = ["?"],
            Encoding = "?",
            Tokenizer = "?",
        };

        string[] violations = [.. ExperimentRules.Violations(broken).Select(Spelling.Of)];

        // Every field but the seed and the ones any value of which is sound: seven flags, four columns, a path, texts for
        // missing values and thirteen enumerations.
        Assert.Equal(ExperimentFile.Fields.Count() - 27, violations.Length);
        var spellings = Settings.All.SelectMany(setting => setting.Spellings).ToHashSet();
        Assert.Every(
            violations,
            violation => Assert.Every(OptionName.Matches(violation.Split(':')[0]), match => Assert.Contains(match.Value, spellings)));
    }

    [Fact]
    public void Help_lists_every_option_once_in_80_columns()
    {
        var lines = OptionHelp.Lines(Settings.All, new Request(), 80).ToList();

        Assert.Every(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Every(Settings.All, setting => Assert.Single(lines, line => Regex.IsMatch(line, $"^  {setting.Name}(,| |$)")));
        Assert.Equal(
            ["Experiment:", "Data:", "Model:", "Pruning:", "Federation:", "Local training:", "Evaluation:", "Running:",
                "Accepted for compatibility with the paper's code, and ignored:"],
            lines.Where(line => line.Length > 0 && line[0] != ' '));
    }

    [Fact]
    public void Help_shows_names_defaults_and_values_of_the_federation()
    {
        var lines = OptionHelp.Lines(
            Settings.All.Where(setting => setting.Group == SettingGroup.Federation && setting.Option?.Name is null or "mu"), new Request(),
            80);

        Assert.Equal("""

            Federation:
              --clients, --K N            Number of clients. [20]
              --rounds, --R N             Number of rounds. [200]
              --cohort-fraction, --C F    Fraction of clients that take part in a round; at
                                          least one. 0 means all. [0.05]
              --oversample F              Clients asked in a round, as a multiple of those
                                          that take part. Over a network a round is closed
                                          once enough have replied; in a simulation all
                                          count. [1]
              --server-momentum, --beta F
                                          Server momentum. 0 turns it off. [0.9]
              --wire fp32|fp16|int8       Number format on the wire, in both directions.
                                          fp32 is lossless. [fp32]
              --wire-down fp32|fp16|int8  Number format of the model sent to clients; after
                                          --wire, overrides it in this direction. [fp32]
              --wire-up fp32|fp16|int8    Number format of the updates sent to the server;
                                          after --wire, overrides it in this direction.
                                          [fp32]
              --mu F                      Weight of the proximal term, which penalises the
                                          distance to the received model. 0 is fedavg. Only
                                          with --algorithm fedprox. [0.01]
            """.ReplaceLineEndings("\n"), string.Join('\n', lines));
    }

    [GeneratedRegex("--[A-Za-z_-]+[0-9]?")]
    static partial Regex OptionName { get; }
}
