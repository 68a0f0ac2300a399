using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Linq.Expressions;
using System.Reflection;

namespace AutoFlip;

/// <summary>Every option of an experiment, declared once: what it is called, what is accepted, what it does.</summary>
/// <remarks>
/// Rules, the checks of parts that work on one value, the command line, its help and its reference read this table. A new option is a
/// property of <see cref="Experiment"/> and a row here. Texts name options by their properties (<see cref="ApiNames"/>).
/// </remarks>
public static class ExperimentOptions
{
    /// <summary>Most rounds, of each of which a report stays in memory, and most epochs of a client in a round.</summary>
    const int MostRounds = 1_000_000, MostEpochs = 100_000;

    /// <summary>Largest width: products with factors of architectures and the width multiplier are whole numbers of 32 bits.</summary>
    const int LargestSize = 1 << 16;

    const string FromOne = "a whole number of at least 1", Share = "a number in (0, 1]", Probability = "a probability in [0, 1]";

    const string PortableNameForbids = "/\\:*?\"<>|";

    static readonly ExperimentOption[] Experiment =
    [
        Of(e => e.Name, "name exp_name", "TEXT",
            "Name of the experiment; the run directory begins with it.",
            IsDirectoryName, $"1 to 100 characters that a directory name may hold on every system (none of {PortableNameForbids}, "
            + "no leading or trailing dot or space)"),
        Of(e => e.Seed, "seed", "N", "Seed of every random draw: one seed, one model."),
        Of(e => e.Algorithm, "algorithm", "NAME",
            "Federated algorithm. 'autoflip' (the default) is fedavg with Experiment.Pruner autoflip; "
            + "other algorithms do not prune unless Experiment.Pruner is given."),
    ];

    static readonly ExperimentOption[] Data =
    [
        Of(e => e.Dataset, "dataset", "NAME",
            "Data set: see 'Catalog.DataSets', folder:PATH for your own images or texts, csv:PATH for a table, or parquet:PATH for a data "
            + "set in Parquet; own for the clients' own data, in a federation over a network."),
        Of(e => e.Target, "target", "COLUMN", "Target column of a table csv:PATH or parquet:PATH."),
        Of(e => e.Text, "text", "COLUMN",
            "Column of texts of a table csv:PATH or parquet:PATH: the model reads them alone, by Experiment.Tokenizer."),
        Of(e => e.Image, "image", "COLUMN",
            "Column of images of a data set parquet:PATH: the model reads them alone. By default the only one that its features name."),
        Of(e => e.Owner, "owner", "COLUMN",
            "Column of a table csv:PATH or parquet:PATH that identifies the owner of each row; with Experiment.Partition pre each owner "
            + "is a client."),
        Of(e => e.TaskChoice, "task", "auto|classification|regression",
            "Whether the target column holds classes or numbers. auto infers it from the values."),
        Of(e => e.Columns, "column", "NAME:KIND...",
            "Types of columns of a table csv:PATH or parquet:PATH: number, category, date or ignore. Other columns are inferred from "
            + "their cells.",
            x => x.All(TypedColumn.IsValid), TypedColumn.Accepted) with { IsVerbatim = true },
        Of(e => e.Missing, "missing", "TEXT...",
            "Texts that mean a missing value in a table csv:PATH or parquet:PATH, besides the usual spellings (empty, NA, NaN, null, ?, "
            + "...).")
            with { IsVerbatim = true },
        Of(e => e.Decimal, "decimal", "auto|point|comma",
            "Decimal mark of numbers in a table csv:PATH. auto infers it from the numbers."),
        Of(e => e.Encoding, "encoding", "NAME",
            "Encoding of a table csv:PATH, or of the input of predict: utf-8, latin1, windows-1252, ...",
            x => TextInput.Find(x) is not null, TextInput.Accepted),
        Of(e => e.TestFraction, "test-fraction test_fraction", "F",
            "Fraction of each client's samples held out for evaluation. 0 holds out none.",
            x => x is >= 0 and <= 0.9, "a number in [0, 0.9]"),
        Of(e => e.SampleFraction, "sample-fraction rawsmpl", "F", "Fraction of the raw data to use.", x => x is > 0 and <= 1, Share),
        Of(e => e.Resize, "resize", "PIXELS", "Side to which images are resized. 0 keeps their size.",
            x => x is >= 0 and <= 1024, "pixels, 1 to 1024, or 0 to keep the images' size"),
        Of(e => e.ImageNetNormalization, "imagenet-normalization imnorm", "", "Normalise channels with ImageNet's mean and deviation."),
        Of(e => e.RandomCrop, "random-crop", "PIXELS",
            "Padding, by reflection, of a random crop to the images' size while training. 0 turns it off.",
            x => x is >= 0 and <= 64, "pixels, 0 to 64"),
        Of(e => e.RandomRotation, "random-rotation randrot", "DEGREES",
            "Largest random rotation while training, either way. 0 turns it off.", x => x is >= 0 and <= 180, "degrees, 0 to 180"),
        Of(e => e.RandomHorizontalFlip, "random-horizontal-flip randhf", "F",
            "Probability of a horizontal flip while training. 0 turns it off.", x => x is >= 0 and <= 1, Probability),
        Of(e => e.RandomVerticalFlip, "random-vertical-flip randvf", "F", "Probability of a vertical flip while training. 0 turns it off.",
            x => x is >= 0 and <= 1, Probability),
        Of(e => e.ColorJitter, "color-jitter randjit", "F", "Strength of colour jitter while training, up to 0.5. 0 turns it off.",
            x => x is >= 0 and <= 0.5, "a number in [0, 0.5] (hue cannot turn by more than half a circle)"),
        Of(e => e.Tokenizer, "tokenizer", "NAME",
            "How texts become tokens: words; wordpiece:PATH of a vocab.txt (or of its folder), as BERT and DistilBERT have it; model, the "
            + "vocab.txt of Experiment.Pretrained; auto: model where Experiment.Pretrained is a folder, else words.",
            TokenizerName.IsValid, TokenizerName.Accepted),
        Of(e => e.SequenceLength, "seq-len seq_len", "N", "Length of a text in tokens: longer ones are truncated, shorter ones padded.",
            x => x is >= 1 and <= 1 << 16, "a whole number from 1 to 65536"),
        Of(e => e.Padding, "padding", "auto|before|behind",
            "Side of a short text on which padding is added. auto is behind for models that classify from the first token, else before."),
        Of(e => e.Partition, "partition split_type", "NAME", "How samples are distributed to clients: see 'Catalog.Partitions'."),
        Of(e => e.ClassesPerClient, "classes-per-client mincls", "N",
            "Classes per client under the partitions patho and label-quantity.",
            x => x >= 1, FromOne),
        Of(e => e.Concentration, "concentration cncntrtn", "F",
            "Concentration of the Dirichlet distribution under the partitions diri, diri-label, diri-quantity and virtual-diri.",
            IsPositive, "a number above 0"),
        Of(e => e.ShardsPerClient, "shards-per-client", "N", "Shards per client under the partition shards.", x => x >= 1, FromOne),
        Of(e => e.SamplesPerClient, "samples-per-client", "N",
            "Samples per client, held-out ones included, under the partitions virtual-iid and virtual-diri.", x => x >= 1, FromOne),
    ];

    static readonly ExperimentOption[] Model =
    [
        Of(e => e.Model, "model model_name", "NAME", "Network: see 'Catalog.Models'."),
        Of(e => e.HiddenSize, "hidden-size hidden_size", "N", "Width of hidden channels or cells.",
            x => x is >= 1 and <= LargestSize, "a whole number from 1 to 65536"),
        Of(e => e.WidthMultiplier, "width-multiplier", "F",
            "Factor on the width of every layer: 0.5 is half as wide. 1 is the published network.",
            x => x is > 0 and <= 16, "a number in (0, 16]"),
        Of(e => e.Dropout, "dropout", "F", "Dropout rate. 0 turns it off. SimpleCNN keeps its own.",
            x => x is >= 0 and < 1, "a number in [0, 1)"),
        Of(e => e.LayerCount, "layers num_layers", "N", "Number of recurrent layers; ignored by other models.",
            x => x is >= 1 and <= 1024, "a whole number from 1 to 1024"),
        Of(e => e.Depth, "depth", "N", "Layers of WideResNet: 6n + 4, such as 16, 28, 40.",
            x => x is >= 10 and <= 4096 && x % 6 == 4, "6n + 4 layers: 10, 16, 22, 28, 34, 40 and so on, up to 4096"),
        Of(e => e.WidenFactor, "widen-factor widen_factor", "N", "Width factor of WideResNet; 1 is a plain residual network.",
            x => x is >= 1 and <= 64, "a whole number from 1 to 64"),
        Of(e => e.EmbeddingCount, "num-embeddings num_embeddings", "N", "Vocabulary size of text models; ignored by other models.",
            x => x is >= 1 and <= 1 << 24, "a whole number from 1 to 16777216 (ids travel as float32, which is exact so far)"),
        Of(e => e.EmbeddingSize, "embedding-size embedding_size", "N", "Embedding size of text models; ignored by other models.",
            x => x is >= 1 and <= LargestSize, "a whole number from 1 to 65536"),
        Of(e => e.AttentionMask, "attention-mask", "BOOL",
            "Leaves padding out of attention in DistilBert, SqueezeBert and MobileBert. false is the reference's behaviour."),
        Of(e => e.Pretrained, "pretrained", "PATH",
            "Initial weights: a folder of a Hugging Face model (config.json and model.safetensors) for DistilBert, SqueezeBert and "
            + "MobileBert, whose config decides the sizes; or FILE.safetensors with PyTorch's names, for every model."),
        Of(e => e.Initialization, "initialization init_type", "NAME",
            "Initialisation scheme: normal, xavier, xavier_uniform, kaiming, orthogonal, torch."),
        Of(e => e.InitializationGain, "initialization-gain init_gain", "F", "Gain of the initialisation.",
            IsPositive, "a number above 0"),
    ];

    static readonly ExperimentOption[] Pruning =
    [
        Of(e => e.Pruner, "pruner", "NAME", "Pruner: none, autoflip, random, magnitude or another: see 'Catalog.Pruners'."),
        Of(e => e.PruneFraction, "prune-fraction treeshold_pruining", "F", "Fraction of all parameters that the mask removes. 0 keeps all.",
            x => x is >= 0 and < 1, "a number in [0, 1): the share of all parameters that is removed, 0.30 for 30 %"),
        Of(e => e.DenseRounds, "dense-rounds", "N",
            "Rounds that train the full model before pruning; 0 explores the initial model, as the paper does. "
            + "Default: a sixth of the rounds.")
            with
            {
                Fits = e => e.DenseRounds is null or 0 || (e.DenseRounds > 0 && e.DenseRounds < e.Rounds),
                Accepted = "a whole number of at least 0, below Experiment.Rounds",
            },
        Of(e => e.ExplorationEpochs, "exploration-epochs epoochs_mask", "N",
            "Maximum number of epochs of an explorer that trains only to score.",
            x => x is >= 1 and <= MostEpochs, $"a whole number from 1 to {MostEpochs}"),
        Of(e => e.ExplorationPatience, "exploration-patience Patience_mask", "N",
            "Epochs without a lower mean loss before an explorer stops.", x => x >= 1, FromOne),
        Of(e => e.ExplorerFraction, "explorer-fraction perc_clients_for_mask", "F", "Fraction of clients that are explorers; at least one.",
            x => x is > 0 and <= 1, Share),
        Of(e => e.Guidance, "guidance", "NAME", "Score that explorers compute for each weight: deviation, agreement, saliency, fisher."),
        Of(e => e.GuidanceNormalization, "guidance-normalization guidence_normalization", "HOW",
            "Normalisation of scores within each layer: rank, mean, minmax, robust; or none; or mac, per multiply-accumulate. auto: "
            + "rank for units, none for single weights.")
            with { Synonyms = Synonym("robustscaler", "robust"), Earlier = GuidanceScale.Rank },
        Of(e => e.MaskRefresh, "mask-refresh", "once|cohort",
            "Compute the mask once from all explorers, or in every round from that round's cohort."),
        Of(e => e.KeepNorm, "keep-norm", "BOOL",
            "On the first pruning, rescale each unit's remaining incoming weights to their norm before pruning."),
        Of(e => e.ScaleLearningRate, "scale-learning-rate", "BOOL",
            "Multiply the learning rate of each pruned layer by its inputs before pruning over its inputs after. For adaptive optimizers.")
            with { Earlier = false },
        Of(e => e.Regrow, "regrow", "keep|zero",
            "Value of a weight that a later mask restores: its last value, or zero, which is for single weights."),
        Of(e => e.Pruning, "pruning", "hybrid|structured|unstructured",
            "Removal of whole units and then single weights, of units only, or of weights only."),
        Of(e => e.StructuredShare, "structured-share", "F",
            "Fraction of the removal in whole units under Experiment.Pruning hybrid. "
            + "At 1, single weights only make up the remainder that is smaller than a unit.",
            x => x is >= 0 and <= 1, "a number in [0, 1]: the share of the removal that takes whole units"),
        Of(e => e.UnitMultiple, "unit-multiple", "N",
            "Remove units in blocks of N, or of gcd(N, layer width) where N does not divide the width. 1 removes single units.",
            x => x >= 1, FromOne),
        Of(e => e.FitUnits, "fit-units", "BOOL",
            "Halve blocks of units that leave more than a fortieth of the kept parameters to single weights.")
            with { Earlier = false },
        Of(e => e.MinUnits, "min-units", "N", "Minimum number of units that every layer keeps.", x => x >= 1, FromOne),
    ];

    static readonly ExperimentOption[] Federation =
    [
        Of(e => e.Clients, "clients K", "N", "Number of clients.", x => x >= 1, FromOne),
        Of(e => e.Rounds, "rounds R", "N", "Number of rounds.", x => x is >= 1 and <= MostRounds, $"a whole number from 1 to {MostRounds}"),
        Of(e => e.CohortFraction, "cohort-fraction C", "F", "Fraction of clients that take part in a round; at least one. 0 means all.",
            x => x is >= 0 and <= 1, "a number in [0, 1], where 0 means all clients"),
        Of(e => e.Oversample, "oversample", "F",
            "Clients asked in a round, as a multiple of those that take part. Over a network a round is closed once enough have "
            + "replied; in a simulation all count.",
            x => x is >= 1 and <= 10, "a number in [1, 10]"),
        Of(e => e.ServerMomentum, "server-momentum beta", "F", "Server momentum. 0 turns it off.",
            x => x is >= 0 and < 1, "a number in [0, 1), where 0 turns it off"),
        Of(e => e.WireDown, "wire-down", "fp32|fp16|int8",
            "Number format of the model sent to clients."),
        Of(e => e.WireUp, "wire-up", "fp32|fp16|int8", "Number format of the updates sent to the server."),
    ];

    static readonly ExperimentOption[] LocalTraining =
    [
        Of(e => e.StragglerFraction, "straggler-fraction", "F",
            "Chance by which a client of a round is a straggler, whose local epochs are drawn from 1 to those of the others. Its partial "
            + "work counts.",
            x => x is >= 0 and <= 1, "a number in [0, 1], where 0 means none"),
        Of(e => e.LocalEpochs, "local-epochs E", "N", "Local epochs per round.",
            x => x is >= 1 and <= MostEpochs, $"a whole number from 1 to {MostEpochs}"),
        Of(e => e.BatchSize, "batch-size B", "N", "Samples per batch. 0 means a client's whole training set.",
            x => x >= 0, "a whole number of at least 1, or 0 for a client's whole training set"),
        Of(e => e.NoShuffle, "no-shuffle no_shuffle", "", "Keep the order of the samples instead of shuffling in every epoch."),
        Of(e => e.Optimizer, "optimizer", "NAME", "Local optimiser: see 'Catalog.Optimizers'."),
        Of(e => e.LearningRate, "learning-rate lr", "F", "Local learning rate of the first round.",
            x => x is > 0 and <= 100, "a number in (0, 100]"),
        Of(e => e.LearningRateDecay, "learning-rate-decay lr_decay", "F", "Factor on the learning rate. 1 turns it off.",
            x => x is > 0 and <= 1, "a number in (0, 1], where 1 turns it off"),
        Of(e => e.LearningRateDecayStep, "learning-rate-decay-step lr_decay_step", "N", "Rounds between two decays.", x => x >= 1, FromOne),
        Of(e => e.Momentum, "momentum", "F", "Momentum of SGD and RMSprop.", x => x is >= 0 and < 1, "a number in [0, 1)"),
        Of(e => e.WeightDecay, "weight-decay weight_decay", "F", "Weight decay. 0 turns it off.",
            x => x is >= 0 and <= 1, "a number in [0, 1]"),
        Of(e => e.MaxGradientNorm, "max-gradient-norm max_grad_norm", "F", "Largest norm of a gradient. 0 turns clipping off.",
            x => x is >= 0 and < double.PositiveInfinity, "a number of at least 0, where 0 turns clipping off"),
        Of(e => e.Criterion, "criterion", "NAME",
            "Loss: see 'Catalog.Criteria'. auto: cross-entropy for classes, MSELoss for numbers."),
        Of(e => e.Precision, "precision", "fp32|bf16|tf32",
            "Arithmetic of local training. bf16 is faster where the processor supports it; weights stay fp32. tf32: of GPUs only."),
        Of(e => e.Kernels, "kernels", "auto|torch|own",
            "Code of local training: libtorch, or kernels for chains of convolutions, ReLU, 2x2 pooling and linear layers, and for the "
            + "linear layers of encoders. auto: these where a network has such layers, the processor AVX-512 and a client one thread.")
            with
            {
                Earlier = TrainingKernels.Torch,
                Fits = e => e.Kernels != TrainingKernels.Own || e.Precision == TrainingPrecision.Fp32,
                Accepted = "'auto' or 'torch' under Experiment.Precision bf16",
            },
        Of(e => e.ThreadsPerClient, "threads-per-client", "N",
            "Threads per client. Part of the experiment, because it changes the order of floating-point sums.",
            x => x is >= 1 and <= 256, "a whole number from 1 to 256"),
    ];

    static readonly ExperimentOption[] Evaluation =
    [
        Of(e => e.EvaluationScope, "evaluation eval_type", "local|global|both",
            "Evaluate on clients' held-out samples, on the server's test set, or on both.")
            with
            {
                // A choice that leaves nothing to measure would only be noticed after the last round.
                Fits = e => e.EvaluationScope != EvaluationScope.Local || e.TestFraction > 0,
                Accepted = "'global' or 'both' while Experiment.TestFraction is 0, because clients then hold out no samples",
            },
        Of(e => e.EvaluationFraction, "evaluation-fraction eval_fraction", "F",
            "Fraction of non-participating clients that evaluate the global model.", x => x is > 0 and <= 1, Share),
        Of(e => e.EvaluateEvery, "evaluate-every eval_every", "N", "Rounds between two evaluations; the last round is always evaluated.",
            x => x >= 1, FromOne),
        Of(e => e.StaticBatchNorm, "static-batch-norm", "",
            "Before each evaluation all clients compute the statistics of batch normalisation anew, from their training samples."),
        Of(e => e.Metrics, "metrics eval_metrics", "NAME...",
            "Metrics: see 'Catalog.Metrics'. auto: acc1 acc5 f1 precision recall for classes, seqacc for sequences, "
            + "mse mae r2 for numbers.",
            x => x.Length > 0, "at least one metric"),
        Of(e => e.Average, "average", "weighted|macro",
            "Average of f1, precision, recall and auroc over classes: weighted by class frequency, or unweighted (macro)."),
        Of(e => e.CutOff, "cut-off", "youden|half",
            "Decision threshold for two classes: fitted on training scores (Youden's J), or one half."),
    ];

    /// <summary>The whole table, in the order of the help.</summary>
    public static ImmutableArray<ExperimentOption> All { get; } =
    [
        .. Grouped(OptionGroup.Experiment, Experiment), .. Grouped(OptionGroup.Data, Data), .. Grouped(OptionGroup.Model, Model),
        .. Grouped(OptionGroup.Pruning, Pruning), .. Grouped(OptionGroup.Federation, Federation),
        .. Grouped(OptionGroup.LocalTraining, LocalTraining), .. Grouped(OptionGroup.Evaluation, Evaluation),
    ];

    static readonly FrozenDictionary<string, ExperimentOption> ByProperty =
        All.ToFrozenDictionary(row => row.Property.Name, StringComparer.Ordinal);

    /// <summary>Properties of how to prune: without effect where nothing is pruned.</summary>
    public static FrozenSet<string> PruningOptions { get; } =
        Pruning.Select(row => row.Property.Name).Where(name => name != nameof(AutoFlip.Experiment.Pruner))
            .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The option that sets a property.</summary>
    public static ExperimentOption Of(string property) => ByProperty[property];

    /// <summary>Refuses a value that is outside an option's range.</summary>
    /// <param name="property">The property of <see cref="Experiment"/>.</param>
    /// <param name="value">What it would be.</param>
    /// <exception cref="AutoFlipException">It is not accepted (exit 2).</exception>
    public static void Require(string property, object value)
    {
        if (!Of(property).Accepts(value)) throw AutoFlipException.BadRequest(Of(property).Refusal(value));
    }

    /// <summary>An experiment as runs of versions without some options had it.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="isMissing">Whether an option is not there.</param>
    internal static Experiment AsEarlier(Experiment experiment, Func<ExperimentOption, bool> isMissing)
    {
        experiment = experiment with { };
        foreach (var option in All)
            if (option.Earlier is not null && isMissing(option)) option.Property.SetValue(experiment, option.Earlier); // a fresh record
        return experiment;
    }

    static IEnumerable<ExperimentOption> Grouped(OptionGroup group, IEnumerable<ExperimentOption> rows) =>
        rows.Select(row => row with { Group = group });

    static ExperimentOption Of<T>(
        Expression<Func<Experiment, T>> property, string names, string value, string help,
        Func<T, bool>? accepts = null, string accepted = "") => new()
        {
            Property = (PropertyInfo)((MemberExpression)property.Body).Member,
            Names = [.. names.Split(' ')],
            Placeholder = value,
            Help = help,
            Accepts = given => accepts?.Invoke((T)given!) ?? true,
            Accepted = accepted,
        };

    static ImmutableDictionary<string, string> Synonym(string from, string to) =>
        ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add(from, to);

    static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

    static bool IsDirectoryName(string name) =>
        name.Length is > 0 and <= 100 && name.Trim('.', ' ') == name
        && !name.Any(letter => char.IsControl(letter) || PortableNameForbids.Contains(letter, StringComparison.Ordinal));
}
