using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Every option of a run, as a table. Parsing, help, messages and tests read it. Those of an experiment are rows of
/// <see cref="ExperimentOptions"/>.</summary>
static class Settings
{
    /// <summary>The options of an experiment: a setting for each row of the engine's table, but for those
    /// that together name a method.</summary>
    static ImmutableArray<Setting> Experiments { get; } = [.. ExperimentOptions.All.SelectMany(Of)];

    static IEnumerable<Setting> Of(ExperimentOption option) => option.Property.Name switch
    {
        nameof(Experiment.Algorithm) =>
            [Setting.Of(option) with { Property = typeof(MethodChoice).GetProperty(nameof(MethodChoice.Algorithm)) }],
        nameof(Experiment.Pruner) =>
        [
            Setting.Of(option) with { Property = typeof(MethodChoice).GetProperty(nameof(MethodChoice.Pruner)) },
            .. Grouped(SettingGroup.Pruning,
            [
                Setting.Of((MethodChoice m) => m.Prune, "--prune --mask_pruining", "BOOL",
                    "False means --pruner none. True leaves the pruner to --algorithm and --pruner."),
                Setting.Of((MethodChoice m) => m.RandomPruning, "--random-pruning --random_pruning", "BOOL", "True means --pruner random."),
            ]),
        ],
        nameof(Experiment.Tokenizer) => [Setting.Of(option), ModelTokenizer],
        nameof(Experiment.Pretrained) => [Setting.Of(option), PretrainedModel],
        nameof(Experiment.WireDown) =>
        [
            Setting.Of(option) with
            {
                Declared = ["--wire"],
                Help = "Number format on the wire, in both directions. fp32 is lossless.",
                Also = typeof(Experiment).GetProperty(nameof(Experiment.WireUp)),
            },
            OneWay(option),
        ],
        nameof(Experiment.WireUp) => [OneWay(option)],
        _ => [Setting.Of(option)],
    };

    static Setting OneWay(ExperimentOption option) =>
        Setting.Of(option) with { Help = $"{option.Help.TrimEnd('.')}; after --wire, overrides it in this direction." };

    /// <summary>The paper's flag for tokens by the vocabulary of a pre-trained model.</summary>
    static Setting ModelTokenizer => new()
    {
        Declared = ["--use_model_tokenizer"],
        Group = SettingGroup.Data,
        Placeholder = "",
        Help = "True means --tokenizer model.",
        Type = typeof(bool),
        Arity = Arity.Flag,
        Implied = "True",
        Change = (request, isOn) => !(bool)isOn ? request
            : request.Experiment.Tokenizer is "auto" or OfModel
                ? request with { Experiment = request.Experiment with { Tokenizer = OfModel } }
            : throw AutoFlipException.BadRequest(
                $"--tokenizer {request.Experiment.Tokenizer} and --use_model_tokenizer contradict each other: the flag means "
                + "--tokenizer model. Give one of them."),
    };

    /// <summary>The paper's flag for pre-trained weights, whose place its code finds by itself.</summary>
    static Setting PretrainedModel => new()
    {
        Declared = ["--use_pt_model"],
        Group = SettingGroup.Model,
        Placeholder = "[PATH]",
        Help = "With a path, the same as --pretrained. Without one it has no effect: no weights are downloaded.",
        Type = typeof(string),
        Arity = Arity.Optional,
        Implied = "True",
        Synonyms = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add("True", "").Add("False", ""),
        WithoutEffect = "no weights are downloaded; download a model and name its folder with --pretrained",
        Change = (request, path) => (string)path is { Length: > 0 } given
            ? request with { Experiment = request.Experiment with { Pretrained = given } }
            : request,
    };

    const string OfModel = "model";

    /// <summary>Presets come before all other options, which override them wherever they are typed.</summary>
    public static Setting Preset { get; } = new()
    {
        Declared = ["--preset"],
        Group = SettingGroup.Experiment,
        Placeholder = string.Join('|', Catalog.Presets.Names),
        Help = "Values of several options; options that are given override them. "
            + string.Join(' ', Catalog.Presets.Select(preset => $"{preset.Key}: {preset.Value.Help}")),
        Type = typeof(string),
        Change = (request, name) => request with { Experiment = Catalog.Presets[(string)name].Apply(request.Experiment) },
    };

    /// <summary>The one option of commands that only print.</summary>
    public static Setting Json { get; } = Grouped(SettingGroup.Running,
        [Setting.Of(
            (Presentation p) => p.Json, "--json", "",
            "Print only JSON; for a run, one object per line: start, explored, round, summary.")])[0];

    /// <summary>Port of the live view.</summary>
    public static Setting Live { get; } = Grouped(SettingGroup.Running,
    [
        (Setting.Of(
            (Presentation p) => p.Live, "--live", "[PORT]",
            $"Serve the report on this machine during the run, at http://127.0.0.1:PORT/. Default port {Presentation.DefaultPort}; "
            + "0 is any free one.")
            with { Refuses = port =>
                int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) is >= 0 and <= 65535
                    ? null
                    : $"'{port}' is not accepted. Accepted: 0 to 65535." })
            .Or($"{Presentation.DefaultPort}"),
    ])[0];

    /// <summary>Folder of the libtorch that the process loads. It is read before the command begins (<see cref="App"/>).</summary>
    public static Setting LibTorch { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Choice(
            "--libtorch", "DIR",
            $"Load libtorch from this folder instead of the program's own: {TorchText}. Default: AUTOFLIP_LIBTORCH of the environment.",
            _ => null),
    ])[0];

    const string TorchText = "torch/lib of a Python installation with torch 2.10, or lib of an unzipped libtorch 2.10";

    /// <summary>File of the report.</summary>
    public static Setting Html { get; } = Grouped(SettingGroup.Running,
        [Setting.Of((Presentation p) => p.Html, "--html -o", "FILE", "Write the report as one self-contained HTML file.")])[0];

    /// <summary>Option that shows data folders in reports.</summary>
    public static Setting KeepPaths { get; } = Grouped(SettingGroup.Running,
        [Setting.Of(
            (Presentation p) => p.KeepPaths, "--keep-paths", "",
            "Show full paths of data sets (csv:PATH, parquet:PATH, folder:PATH) in the report, instead of their last part.")])[0];

    /// <summary>Options of tables of experiments only.</summary>
    public static ImmutableArray<Setting> Tables { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Of((TableOptions t) => t.DryRun, "--dry-run", "", "List finished and missing runs, and run nothing."),
        Setting.Of(
            (TableOptions t) => t.Rows, "--row", "NAME...",
            "Run only rows of these names, in which * stands for any text, as in 'FedAvg*'. The table still has all rows.")
            with { IsVerbatim = true },
    ]);

    /// <summary>Options that a resumed run accepts too: none changes a result.</summary>
    public static ImmutableArray<Setting> Running { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Of(
            (RunOptions o) => o.ResultPath, "--result-path --result_path", "DIR", "Directory in which the run directory is created."),
        Setting.Of((RunOptions o) => o.DataPath, "--data-path --data_path", "DIR", "Directory that is searched first for data sets."),
        Setting.Of((RunOptions o) => o.Offline, "--offline", "", "Do not download data sets."),
        Setting.Of((RunOptions o) => o.Workers, "--workers", "N",
            "Number of clients trained in parallel on the processor. Does not change the result."),
        Setting.Of((RunOptions o) => o.SaveClients, "--save-clients", "",
            "Also save the models that clients of the last round returned, and personal models of all (checkpoints/clients/). Clients that "
            + "keep a part of the model return no whole one: of them there is the personal model alone. Clients on other machines keep "
            + "personal models themselves."),
        Setting.Of(
            (RunOptions o) => o.TensorBoard, "--tensorboard --use_tb", "",
            "Write TensorBoard event files into the run directory; view them with: tensorboard --logdir DIR"),
        Setting.Of((RunOptions o) => o.LogFormat, "--log-format", "human|json|reference",
            "Format of run.log: sentences, JSON objects, or the lines of the paper's code. If given, the log also replaces the display, "
            + "on standard error.")
            with { Also = typeof(Presentation).GetProperty(nameof(Presentation.LogFormat)) },
        LibTorch,
        Setting.Of(
            (RunOptions o) => o.Device, "--device", "cpu|cuda|cuda:N",
            "Device that trains and evaluates: the processor (default), or an NVIDIA GPU, which needs a libtorch with CUDA. Not verified "
            + "on a GPU by us. See docs/gpu.md."),
        Setting.Of(
            (RunOptions o) => o.DeviceIds, "--device-ids", "N...",
            "GPUs of --device cuda, by number. One client at a time is trained on each; a number given twice counts as two."),
        Setting.Of(
            (RunOptions o) => o.Nondeterministic, "--nondeterministic", "",
            "On a GPU, use operations whose results differ between runs too."),
        Setting.Of(
            (RunOptions o) => o.ChangeDevice, "--change-device", "",
            "With resume: go on on another kind of device than the run began on. The result is then that of neither."),
        Setting.Of((Presentation p) => p.Quiet, "--quiet", "", "Print only the run directory and the result."),
        Json,
        Live,
        KeepPaths,
        Setting.Of((Presentation p) => p.Plain, "--plain", "", "Print plain lines even on a terminal."),
        Setting.Of((Presentation p) => p.Verbose, "--verbose", "", "Print stack traces of failures."),
        Setting.Of(
            (Presentation p) => p.Plot, "--plot", "",
            "Write plots into plots/ of the run directory after the run; later: autoflip plot DIR"),
    ]);

    /// <summary>Options of <c>plot</c>.</summary>
    public static ImmutableArray<Setting> Plot { get; } = Grouped(SettingGroup.Running,
    [
        Setting.Of((PlotOptions p) => p.Output, "--output -o", "DIR", "Output directory. Default: plots/ in the run directory."),
        Setting.Of((PlotOptions p) => p.Formats, "--format", "FORMAT...", "File formats, one or more: png, svg, csv."),
    ]);

    /// <summary>Options of lists of models: a sample shape, and the options of a run that configure architectures.</summary>
    public static ImmutableArray<Setting> List => Grouped(SettingGroup.Model,
    [
        Setting.Of((ListOptions l) => l.Input, "--input", "CxHxW", "Shape of a sample: channels, height, width; 80x1x1 is 80 tokens."),
        Setting.Of(
            (ListOptions l) => l.Outputs, "--outputs", "N",
            "Number of outputs, one per class. Language models have one per token instead."),
        .. Experiments.Where(row => row.Property is { } property && typeof(ModelOptions).GetProperty(property.Name) is not null),
    ]);

    /// <summary>Directory that is searched for data.</summary>
    static IEnumerable<Setting> DataPath => Running.Where(setting => setting.Name == "--data-path");

    /// <summary>Options of <c>export</c>.</summary>
    public static ImmutableArray<Setting> Export => Grouped(SettingGroup.Running,
    [
        Setting.Of(
            (ShipOptions s) => s.Format, "--format", "safetensors|onnx|huggingface",
            "File format; huggingface is a folder with config.json for DistilBert, SqueezeBert and MobileBert. Default: by the file's "
            + "extension, else safetensors."),
        Setting.Of((ShipOptions s) => s.Small, "--small", "", "Export the pruned model without removed units (default)."),
        Setting.Of((ShipOptions s) => s.Full, "--full", "", "Export the full architecture, with zeros for removed weights."),
        Setting.Of(
            (ShipOptions s) => s.Rate, "--rate", "F",
            "Export a sub-model of heterofl or fjord: the first units of every layer, as clients of this one of the --model-rates trained "
            + "them."),
        Setting.Of((ShipOptions s) => s.Half, "--fp16", "", "Store weights in float16: half the size, three significant digits."),
        Setting.Of((ShipOptions s) => s.Output, "--output -o", "FILE", "Output file or directory; the folder of huggingface."),
        .. DataPath, LibTorch,
    ]);

    /// <summary>Options of <c>data</c>.</summary>
    public static ImmutableArray<Setting> DataSets =>
        [.. All, .. Grouped(SettingGroup.Data,
        [
            Setting.Of((CacheOptions c) => c.Clear, "--clear", "", "With data cache: delete the decoded images."),
            Setting.Of((ShipOptions s) => s.Output, "--output -o", "FILE", "With data contract: output file. Default: standard output."),
        ])];

    /// <summary>Options of <c>predict</c>.</summary>
    public static ImmutableArray<Setting> Predict => Grouped(SettingGroup.Running,
    [
        Setting.Of((ShipOptions s) => s.Top, "--top", "N", "Number of classes to print for each input."),
        .. All.Where(setting => setting.Name == "--encoding"), .. DataPath, LibTorch, Json,
        .. Running.Where(setting => setting.Name == "--plain"),
    ]);

    /// <summary>Options of <c>evaluate</c>.</summary>
    public static ImmutableArray<Setting> Evaluate =>
    [
        .. Grouped(
            SettingGroup.Data,
            [Setting.Of(
                (ShipOptions s) => s.Split, "--split", "test|train", "The server's test set, or all training samples of the clients.")]),
        .. All.Where(setting =>
            setting.Name is "--dataset" or "--target" or "--tokenizer" or "--task" or "--column" or "--missing" or "--decimal"
                or "--encoding" or "--metrics" or "--average" or "--data-path" or "--offline" or "--workers" or "--libtorch" or "--json"),
    ];

    static readonly Setting[] WithoutEffect =
    [
        Setting.Ignored<string>("--log_path", "DIR", "the log is run.log in the run directory, which is made under --result-path"),
        Setting.Ignored<int>(
            "--tb_port", "N", "no TensorBoard server is started; view the files of --tensorboard with: tensorboard --logdir DIR --port N"),
        Setting.Ignored<string>(
            "--tb_host", "HOST",
            "no TensorBoard server is started; view the files of --tensorboard with: tensorboard --logdir DIR --host HOST"),
        Setting.Ignored<double>("--lr_server", "F", "the server step is the average of the updates; clients use --learning-rate (--lr)"),
        Setting.Ignored<double>(
            "--beta1", "F",
            "the paper's code never reads it; server momentum, of adaptive server steps too, is --server-momentum (--beta)"),
        Setting.Ignored<double>(
            "--initial_value_threshold", "F",
            "the paper's code never reads it; the pruned fraction is --prune-fraction (--treeshold_pruining)"),
        Setting.Ignored<int>("--CEXP2", "N", "the paper's code never reads it"),
    ];

    /// <summary>The whole table.</summary>
    public static ImmutableArray<Setting> All { get; } =
    [
        Preset, .. Experiments.Concat(MethodOptions.All.Select(Setting.Of)).OrderBy(setting => setting.Group), .. Running, .. WithoutEffect,
    ];

    static readonly FrozenDictionary<string, Setting> ByApiName =
        All.Where(setting => setting is { Property: not null, Also: null } or { Option: not null })
        .GroupBy(setting => setting.ApiName, StringComparer.Ordinal).ToFrozenDictionary(
            same => same.Key, same => same.First(), StringComparer.Ordinal);

    /// <summary>The setting of a property that a text of the engine names, as <c>Experiment.Clients</c>; null if there is none.</summary>
    public static Setting? Find(string apiName) => ByApiName.GetValueOrDefault(apiName);

    /// <summary>Rows of the table under one heading of the help.</summary>
    internal static ImmutableArray<Setting> Grouped(SettingGroup group, Setting[] rows) =>
        [.. rows.Select(row => row with { Group = group })];
}
