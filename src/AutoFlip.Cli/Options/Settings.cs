using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Every option of a run, as a table. Parsing, help, messages and tests read it; adding an option is adding a row.</summary>
static class Settings
{
    /// <summary>What the experiment is called and which method it uses.</summary>
    static readonly Setting[] Experiment =
    [
        Setting.Of((Experiment e) => e.Name, "--name --exp_name", "TEXT", "Name of the experiment; the run directory begins with it."),
        Setting.Of((Experiment e) => e.Seed, "--seed", "N", "Seed of every random draw: one seed, one model."),
        Setting.Of((MethodChoice m) => m.Algorithm, "--algorithm", "NAME",
            "Federated algorithm. 'autoflip' (the default) is fedavg with --pruner autoflip; any other prunes nothing unless --pruner is given."),
    ];

    static readonly Setting[] Data =
    [
        Setting.Of((Experiment e) => e.Dataset, "--dataset", "NAME", "Data set: see 'autoflip list datasets', or folder:PATH for a folder of images of yours, or csv:PATH for a table."),
        Setting.Of((Experiment e) => e.Target, "--target", "COLUMN", "Column that is to be learnt, of a table csv:PATH."),
        Setting.Of((Experiment e) => e.Owner, "--owner", "COLUMN", "Column that says whose a row is, of a table csv:PATH; --partition pre makes owners clients."),
        Setting.Of((Experiment e) => e.TaskChoice, "--task", "auto|classification|regression", "Whether the values of that column are classes or numbers. auto looks at them."),
        Setting.Of((Experiment e) => e.Columns, "--column", "NAME:KIND...", "What columns of a table csv:PATH are: number, category, date or ignore. Others are inferred from their cells.") with { IsVerbatim = true },
        Setting.Of((Experiment e) => e.Missing, "--missing", "TEXT...", "Texts that mean a missing value in a table csv:PATH, besides the usual spellings (empty, NA, NaN, null, ?, ...).") with { IsVerbatim = true },
        Setting.Of((Experiment e) => e.Decimal, "--decimal", "auto|point|comma", "Decimal mark of numbers in a table csv:PATH. auto takes the one that its numbers show."),
        Setting.Of((Experiment e) => e.Encoding, "--encoding", "NAME", "Encoding of a table csv:PATH, or of the input of predict: utf-8, latin1, windows-1252, ..."),
        Setting.Of((Experiment e) => e.TestFraction, "--test-fraction --test_fraction", "F", "Share of each client's samples held out for evaluation. 0 holds out none."),
        Setting.Of((Experiment e) => e.SampleFraction, "--sample-fraction --rawsmpl", "F", "Share of the raw data to use."),
        Setting.Of((Experiment e) => e.Resize, "--resize", "PIXELS", "Side to which images are resized. 0 keeps their size."),
        Setting.Of((Experiment e) => e.ImageNetNormalization, "--imagenet-normalization --imnorm", "", "Normalise channels with ImageNet's mean and deviation."),
        Setting.Of((Experiment e) => e.RandomRotation, "--random-rotation --randrot", "DEGREES", "Largest random rotation while training, either way. 0 turns it off."),
        Setting.Of((Experiment e) => e.RandomHorizontalFlip, "--random-horizontal-flip --randhf", "F", "Probability of a horizontal flip while training. 0 turns it off."),
        Setting.Of((Experiment e) => e.RandomVerticalFlip, "--random-vertical-flip --randvf", "F", "Probability of a vertical flip while training. 0 turns it off."),
        Setting.Of((Experiment e) => e.ColorJitter, "--color-jitter --randjit", "F", "Strength of colour jitter while training, up to 0.5. 0 turns it off."),
        Setting.Of((Experiment e) => e.SequenceLength, "--seq-len --seq_len", "N", "Words of a text that count: what is longer is cut, what is shorter padded."),
        Setting.Of((Experiment e) => e.Partition, "--partition --split_type", "NAME", "How samples are dealt to clients: see 'autoflip list partitions'."),
        Setting.Of((Experiment e) => e.ClassesPerClient, "--classes-per-client --mincls", "N", "Classes per client under the partition patho."),
        Setting.Of((Experiment e) => e.Concentration, "--concentration --cncntrtn", "F", "Concentration of the Dirichlet distribution under the partitions diri and diri-quantity."),
        Setting.Of((Experiment e) => e.ShardsPerClient, "--shards-per-client", "N", "Shards per client under the partition shards."),
    ];

    static readonly Setting[] Model =
    [
        Setting.Of((Experiment e) => e.Model, "--model --model_name", "NAME", "Network: see 'autoflip list models'."),
        Setting.Of((Experiment e) => e.HiddenSize, "--hidden-size --hidden_size", "N", "Width of hidden channels or cells."),
        Setting.Of((Experiment e) => e.WidthMultiplier, "--width-multiplier", "F", "Factor on the width of every layer: 0.5 is half as wide. 1 is the published network."),
        Setting.Of((Experiment e) => e.Dropout, "--dropout", "F", "Dropout rate. 0 turns it off."),
        Setting.Of((Experiment e) => e.LayerCount, "--layers --num_layers", "N", "Layers of recurrent networks; others take no notice."),
        Setting.Of((Experiment e) => e.Depth, "--depth", "N", "Layers of WideResNet: 6n + 4, such as 16, 28, 40."),
        Setting.Of((Experiment e) => e.WidenFactor, "--widen-factor --widen_factor", "N", "Width of WideResNet, 1 being a plain residual network's."),
        Setting.Of((Experiment e) => e.EmbeddingCount, "--num-embeddings --num_embeddings", "N", "Tokens that networks of text know; others take no notice."),
        Setting.Of((Experiment e) => e.EmbeddingSize, "--embedding-size --embedding_size", "N", "Width of a token's embedding; only networks of text have one."),
        Setting.Of((Experiment e) => e.Initialization, "--initialization --init_type", "NAME", "Initialisation scheme: normal, xavier, xavier_uniform, kaiming, orthogonal."),
        Setting.Of((Experiment e) => e.InitializationGain, "--initialization-gain --init_gain", "F", "Gain of the initialisation."),
    ];

    static readonly Setting[] Pruning =
    [
        Setting.Of((MethodChoice m) => m.Pruner, "--pruner", "NAME", "Pruner: autoflip, random, none; it composes with any algorithm."),
        Setting.Of((MethodChoice m) => m.Prune, "--prune --mask_pruining", "BOOL", "False means --pruner none. True leaves the pruner to --algorithm and --pruner."),
        Setting.Of((MethodChoice m) => m.RandomPruning, "--random-pruning --random_pruning", "BOOL", "True means --pruner random."),
        Setting.Of((Experiment e) => e.PruneFraction, "--prune-fraction --treeshold_pruining", "F", "Share of all parameters that the mask removes. 0 keeps all."),
        Setting.Of((Experiment e) => e.DenseRounds, "--dense-rounds", "N", "Rounds that train the full model before it is explored and pruned; 0 explores the initial model, as the paper does. Not given, a sixth of the rounds."),
        Setting.Of((Experiment e) => e.ExplorationEpochs, "--exploration-epochs --epoochs_mask", "N", "Most epochs that an explorer trains."),
        Setting.Of((Experiment e) => e.ExplorationPatience, "--exploration-patience --Patience_mask", "N", "Epochs without a lower mean loss after which an explorer stops."),
        Setting.Of((Experiment e) => e.ExplorerFraction, "--explorer-fraction --perc_clients_for_mask", "F", "Share of clients that explore; at least one does."),
        Setting.Of((Experiment e) => e.Guidance, "--guidance", "NAME", "What exploration measures: deviation, agreement, saliency, fisher."),
        Setting.Of((Experiment e) => e.GuidanceNormalization, "--guidance-normalization --guidence_normalization", "HOW", "How guidance is made comparable between layers: rank, mean, minmax, robust, none.")
            with { Synonyms = Synonym("robustscaler", "robust") },
        Setting.Of((Experiment e) => e.MaskRefresh, "--mask-refresh", "once|cohort", "Make the mask once from all explorers, or every round from that round's cohort."),
        Setting.Of((Experiment e) => e.KeepNorm, "--keep-norm", "BOOL", "When the first mask comes, scale what outputs keep of their incoming weights to the norm of all."),
        Setting.Of((Experiment e) => e.Regrow, "--regrow", "keep|zero", "What a weight is when a new mask brings it back: its last value, or zero."),
        Setting.Of((Experiment e) => e.Pruning, "--pruning", "hybrid|structured|unstructured", "What is removed: whole units and then single weights, units only, or weights only."),
        Setting.Of((Experiment e) => e.StructuredShare, "--structured-share", "F", "Share of the removal that takes whole units under --pruning hybrid. 1 leaves to single weights what no unit fits."),
        Setting.Of((Experiment e) => e.UnitMultiple, "--unit-multiple", "N", "Units of a layer that go together, or as many as divide both that and its width. 1 removes single units."),
        Setting.Of((Experiment e) => e.MinUnits, "--min-units", "N", "Units that every layer keeps."),
    ];

    static readonly Setting[] Federation =
    [
        Setting.Of((Experiment e) => e.Clients, "--clients --K", "N", "Number of clients."),
        Setting.Of((Experiment e) => e.Rounds, "--rounds --R", "N", "Number of rounds."),
        Setting.Of((Experiment e) => e.CohortFraction, "--cohort-fraction --C", "F", "Share of clients that take part in a round; at least one does. 0 means all."),
        Setting.Of((Experiment e) => e.ServerMomentum, "--server-momentum --beta", "F", "Server momentum. 0 is plain averaging."),
        Setting.Of((Experiment e) => e.WireDown, "--wire", "fp32|fp16|int8", "Numbers between server and clients, both ways. fp32 loses nothing.")
            with { Also = typeof(Experiment).GetProperty(nameof(AutoFlip.Experiment.WireUp)) },
        Setting.Of((Experiment e) => e.WireDown, "--wire-down", "fp32|fp16|int8", "Numbers of the model on its way to clients; given after --wire, this way alone."),
        Setting.Of((Experiment e) => e.WireUp, "--wire-up", "fp32|fp16|int8", "Numbers of clients' updates; given after --wire, this way alone."),
    ];

    static readonly Setting[] LocalTraining =
    [
        Setting.Of((Experiment e) => e.LocalEpochs, "--local-epochs --E", "N", "Local epochs per round."),
        Setting.Of((Experiment e) => e.BatchSize, "--batch-size --B", "N", "Samples per batch. 0 means a client's whole training set."),
        Setting.Of((Experiment e) => e.NoShuffle, "--no-shuffle --no_shuffle", "", "Keep the samples' order instead of shuffling every epoch."),
        Setting.Of((Experiment e) => e.Optimizer, "--optimizer", "NAME", "Local optimiser: see 'autoflip list optimizers'."),
        Setting.Of((Experiment e) => e.LearningRate, "--learning-rate --lr", "F", "Local learning rate of the first round."),
        Setting.Of((Experiment e) => e.LearningRateDecay, "--learning-rate-decay --lr_decay", "F", "Factor on the learning rate. 1 turns it off."),
        Setting.Of((Experiment e) => e.LearningRateDecayStep, "--learning-rate-decay-step --lr_decay_step", "N", "Rounds between two decays."),
        Setting.Of((Experiment e) => e.Momentum, "--momentum", "F", "Momentum of SGD and RMSprop."),
        Setting.Of((Experiment e) => e.WeightDecay, "--weight-decay --weight_decay", "F", "Weight decay. 0 turns it off."),
        Setting.Of((Experiment e) => e.MaxGradientNorm, "--max-gradient-norm --max_grad_norm", "F", "Largest norm of a gradient. 0 turns clipping off."),
        Setting.Of((Experiment e) => e.Criterion, "--criterion", "NAME", "Loss: see 'autoflip list criteria'. auto is the one for the data set's task: cross-entropy for classes, MSELoss for numbers."),
        Setting.Of((Experiment e) => e.Precision, "--precision", "fp32|bf16", "Arithmetic of local training. bf16 is faster where the processor has it; weights stay fp32."),
        Setting.Of((Experiment e) => e.ThreadsPerClient, "--threads-per-client", "N", "Threads inside one client. Part of the experiment: they change the order of float sums."),
    ];

    static readonly Setting[] Evaluation =
    [
        Setting.Of((Experiment e) => e.EvaluationScope, "--evaluation --eval_type", "local|global|both", "Evaluate on clients' held-out samples, on the server's test set, or on both."),
        Setting.Of((Experiment e) => e.EvaluationFraction, "--evaluation-fraction --eval_fraction", "F", "Share of non-participating clients that evaluate the global model."),
        Setting.Of((Experiment e) => e.EvaluateEvery, "--evaluate-every --eval_every", "N", "Rounds between two evaluations; the last round is always evaluated."),
        Setting.Of((Experiment e) => e.Metrics, "--metrics --eval_metrics", "NAME...", "Figures of merit: see 'autoflip list metrics'. auto: acc1 acc5 f1 precision recall for classes, seqacc for sequences, mse mae r2 for numbers."),
        Setting.Of((Experiment e) => e.Average, "--average", "weighted|macro", "Mean of f1, precision, recall and auroc over classes: by how often each is true, or all alike."),
        Setting.Of((Experiment e) => e.CutOff, "--cut-off", "youden|half", "Of two classes, from where on the second is predicted: fitted on training scores (Youden's J), or one half."),
    ];

    /// <summary>The one option of commands that only print.</summary>
    public static Setting Json { get; } = Grouped(SettingGroup.Running,
        [Setting.Of((Presentation p) => p.Json, "--json", "", "Print JSON (a run: lines start, explored, round, summary) and nothing else.")])[0];

    /// <summary>Where the live view is.</summary>
    public static Setting Live { get; } = Grouped(SettingGroup.Running,
    [
        (Setting.Of((Presentation p) => p.Live, "--live", "[PORT]", $"Show the report in a browser while the run goes on, on this machine only: http://127.0.0.1:PORT/. Without a port {LiveView.UsualPort}; 0 is any free one.")
            with { Refuses = port => int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) is >= 0 and <= 65535 ? null : $"'{port}' is not accepted. Accepted: 0 to 65535." })
            .Or($"{LiveView.UsualPort}"),
    ])[0];

    /// <summary>Where a report goes.</summary>
    public static Setting Html { get; } = Grouped(SettingGroup.Running,
        [Setting.Of((Presentation p) => p.Html, "--html -o", "FILE", "Write the report as one HTML file, which needs nothing else. Nothing is written without it.")])[0];

    /// <summary>Whether a report shows where data lie.</summary>
    public static Setting KeepPaths { get; } = Grouped(SettingGroup.Running,
        [Setting.Of((Presentation p) => p.KeepPaths, "--keep-paths", "", "Show whole paths of data sets (csv:PATH, folder:PATH) in the report. Not given, only their last part.")])[0];

    /// <summary>What only tables of experiments take.</summary>
    public static Setting DryRun { get; } = Grouped(SettingGroup.Running,
        [Setting.Of((TableOptions t) => t.DryRun, "--dry-run", "", "Say which runs there are and which are missing, and run nothing.")])[0];

    /// <summary>What a resumed run may be given too: none of it changes a result.</summary>
    public static ImmutableArray<Setting> Running { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Of((RunOptions o) => o.ResultPath, "--result-path --result_path", "DIR", "Where the run directory is made."),
        Setting.Of((RunOptions o) => o.DataPath, "--data-path --data_path", "DIR", "Where data sets are looked for first."),
        Setting.Of((RunOptions o) => o.Offline, "--offline", "", "Never download."),
        Setting.Of((RunOptions o) => o.Workers, "--workers", "N", "Clients that train side by side. Does not change the result."),
        Setting.Of((RunOptions o) => o.SaveClients, "--save-clients", "", "Also save each client's model of the last round."),
        Setting.Of((RunOptions o) => o.TensorBoard, "--tensorboard --use_tb", "", "Write event files into the run directory; look at them with: tensorboard --logdir DIR"),
        Setting.Of((RunOptions o) => o.LogFormat, "--log-format", "human|json|reference",
            "Lines of run.log, and then also of standard error in place of the display: sentences, JSON objects, or the reference's. Not given, run.log has sentences.")
            with { Also = typeof(Presentation).GetProperty(nameof(Presentation.LogFormat)) },
        Setting.Choice("--device", "cpu", "Where to compute. Only cpu: this build has no GPU support.",
            value => value.Equals("cpu", StringComparison.OrdinalIgnoreCase) ? null
                : $"'{value}' is not accepted: this build has no GPU support, and it does not fall back in silence. Accepted: cpu. Give --device cpu or leave it out."),
        Setting.Of((Presentation p) => p.Quiet, "--quiet", "", "Print only the run directory and the result."),
        Json,
        Live,
        KeepPaths,
        Setting.Of((Presentation p) => p.Plain, "--plain", "", "Print plain lines even on a terminal."),
        Setting.Of((Presentation p) => p.Verbose, "--verbose", "", "Print stack traces of failures."),
        Setting.Of((Presentation p) => p.Plot, "--plot", "", "Draw the figures into plots/ of the run directory at the end; later: autoflip plot DIR"),
    ]);

    /// <summary>What <c>plot</c> takes.</summary>
    public static ImmutableArray<Setting> Plot { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Of((PlotOptions p) => p.Output, "--output -o", "DIR", "Where the files go. Without it: plots/ of the run directory."),
        Setting.Of((PlotOptions p) => p.Formats, "--format", "FORMAT...", "Formats of the files, one or more: png, svg, csv."),
    ]);

    /// <summary>What lists of models take: a sample, and the options of a run that an architecture can be told.</summary>
    public static ImmutableArray<Setting> List => Grouped(SettingGroup.Model,
    [
        Setting.Of((ListOptions l) => l.Input, "--input", "CxHxW", "The sample: channels, height, width; 80x1x1 are 80 tokens."),
        Setting.Of((ListOptions l) => l.Outputs, "--outputs", "N", "Outputs, one per class. Networks that score their own tokens have as many as those."),
        .. Model.Where(row => typeof(ModelOptions).GetProperty(row.Property!.Name) is not null),
    ]);

    /// <summary>Where data is looked for, if it is needed.</summary>
    static IEnumerable<Setting> DataPath => Running.Where(setting => setting.Name == "--data-path");

    /// <summary>What <c>export</c> takes.</summary>
    public static ImmutableArray<Setting> Export => Grouped(SettingGroup.Running,
    [
        Setting.Of((ShipOptions s) => s.Format, "--format", "safetensors|onnx", "Format of the file. Without it: what the file's name ends in, else safetensors."),
        Setting.Of((ShipOptions s) => s.Small, "--small", "", "The model without what was removed. This is what is exported if nothing is said."),
        Setting.Of((ShipOptions s) => s.Full, "--full", "", "The whole model, with zeros for what was removed: the shapes of the published architecture."),
        Setting.Of((ShipOptions s) => s.Half, "--fp16", "", "Weights in 16 bits: half the bytes, three digits."),
        Setting.Of((ShipOptions s) => s.Output, "--output -o", "FILE", "The file to write, or the folder to write it to."),
        .. DataPath,
    ]);

    /// <summary>What <c>data</c> takes.</summary>
    public static ImmutableArray<Setting> DataSets => [.. All, .. Grouped(SettingGroup.Data, [Setting.Of((CacheOptions c) => c.Clear, "--clear", "", "data cache: delete the decoded images.")])];

    /// <summary>What <c>predict</c> takes.</summary>
    public static ImmutableArray<Setting> Predict => Grouped(SettingGroup.Running,
    [
        Setting.Of((ShipOptions s) => s.Top, "--top", "N", "Classes named for each input."),
        .. All.Where(setting => setting.Name == "--encoding"), .. DataPath, Json, .. Running.Where(setting => setting.Name == "--plain"),
    ]);

    /// <summary>What <c>evaluate</c> takes.</summary>
    public static ImmutableArray<Setting> Evaluate =>
    [
        .. Grouped(SettingGroup.Data, [Setting.Of((ShipOptions s) => s.Split, "--split", "test|train", "The server's test set, or what clients share out.")]),
        .. All.Where(setting => setting.Name is "--dataset" or "--target" or "--task" or "--column" or "--missing" or "--decimal" or "--encoding" or "--metrics" or "--average" or "--data-path" or "--offline" or "--workers" or "--json"),
    ];

    static readonly Setting[] WithoutEffect =
    [
        Setting.Ignored<int>("--device_ids", "N...", "there is no GPU support in this build"),
        Setting.Ignored<string>("--log_path", "DIR", "the log is run.log in the run directory, which is made under --result-path"),
        Setting.Ignored<int>("--tb_port", "N", "no TensorBoard server is started; look at the files of --tensorboard with: tensorboard --logdir DIR --port N"),
        Setting.Ignored<string>("--tb_host", "HOST", "no TensorBoard server is started; look at the files of --tensorboard with: tensorboard --logdir DIR --host HOST"),
        Setting.Ignored<bool>("--use_model_tokenizer", "", "there are no pre-trained language models here"),
        Setting.Ignored<bool>("--use_pt_model", "", "there are no pre-trained models here: training starts from --initialization"),
        Setting.Ignored<double>("--lr_server", "F", "the server's step is the average itself, and clients use --learning-rate (--lr)"),
        Setting.Ignored<double>("--mu", "F", "no algorithm here has a proximal term"),
        Setting.Ignored<double>("--beta1", "F", "it belongs to adaptive server optimisers, which the reference does not offer either; --server-momentum (--beta) is the server's momentum"),
        Setting.Ignored<double>("--tau", "F", "it belongs to adaptive server optimisers, which the reference does not offer either"),
        Setting.Ignored<double>("--initial_value_threshold", "F", "the reference never reads it; --prune-fraction (--treeshold_pruining) says how much is pruned"),
        Setting.Ignored<int>("--CEXP2", "N", "the reference never reads it"),
    ];

    /// <summary>The whole table.</summary>
    public static ImmutableArray<Setting> All { get; } =
    [
        .. Grouped(SettingGroup.Experiment, Experiment), .. Grouped(SettingGroup.Data, Data), .. Grouped(SettingGroup.Model, Model),
        .. Grouped(SettingGroup.Pruning, Pruning), .. Grouped(SettingGroup.Federation, Federation),
        .. Grouped(SettingGroup.LocalTraining, LocalTraining), .. Grouped(SettingGroup.Evaluation, Evaluation), .. Running, .. WithoutEffect,
    ];

    /// <summary>Rows of the table under one heading of the help.</summary>
    internal static ImmutableArray<Setting> Grouped(SettingGroup group, Setting[] rows) => [.. rows.Select(row => row with { Group = group })];

    static ImmutableDictionary<string, string> Synonym(string from, string to) =>
        ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add(from, to);
}
