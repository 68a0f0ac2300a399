using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Description of a run: every choice that its result depends on, and no other.</summary>
/// <remarks>
/// Immutable; changed with <c>with</c>; written to <c>experiment.json</c> as it is. Two runs of equal experiments end with the same
/// <c>model_sha256</c> on one type of processor. What does not change results (workers, verbosity, paths) is in <see cref="RunOptions"/>.
/// Defaults are the reference's unless a summary states otherwise (reasons: docs/decisions/0012).
/// </remarks>
public sealed record Experiment
{
    /// <summary>Stands for the loss, or for the metrics, that fit what the data set teaches.</summary>
    public const string Auto = "auto";

    /// <summary>Names the pruner that removes nothing.</summary>
    public const string NoPruner = "none";

    /// <summary>A name for people; the run directory begins with it.</summary>
    public string Name { get; init; } = "AutoFLIP";

    /// <summary>The seed of every random draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The data set, by catalogue name.</summary>
    public string Dataset { get; init; } = "CIFAR10";

    /// <summary>Share of each client's samples held out for evaluation, in [0, 0.9].</summary>
    public double TestFraction { get; init; } = 0.2;

    /// <summary>Share of the raw data to use, in (0, 1].</summary>
    public double SampleFraction { get; init; } = 1;

    /// <summary>The column to be learnt, of a table that is named by its path; empty for other data sets.</summary>
    public string Target { get; init; } = "";

    /// <summary>The column of texts to learn from, of a table that is named by its path; empty to learn from its other
    /// columns.</summary>
    public string Text { get; init; } = "";

    /// <summary>The column of images to learn from, of a data set in Parquet that is named by its path; empty to learn from its other
    /// columns.</summary>
    public string Image { get; init; } = "";

    /// <summary>The column that identifies the owner of each row, of a table that is named by its path; empty for none.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Learning task of a table that is named by its path.</summary>
    public TaskChoice TaskChoice { get; init; } = TaskChoice.Auto;

    /// <summary>Kinds of columns of a table that is named by its path, as <c>NAME:number</c>, <c>category</c>, <c>date</c> or
    /// <c>ignore</c>; others are inferred.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>Texts that mean a missing value in such a table, besides the usual spellings.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>The decimal mark of numbers in such a table.</summary>
    public DecimalChoice Decimal { get; init; } = DecimalChoice.Auto;

    /// <summary>The encoding of such a table, by its IANA name. UTF-16 with a byte order mark is
    /// recognised under <c>utf-8</c> too.</summary>
    public string Encoding { get; init; } = TextInput.Usual;

    /// <summary>Side in pixels to which images are resized; 0 keeps their size.</summary>
    public int Resize { get; init; } = 24;

    /// <summary>Normalises channels with ImageNet's mean and standard deviation.</summary>
    public bool ImageNetNormalization { get; init; }

    /// <summary>Pixels by which images are padded by reflection on each side, and then cropped at random to their size; 0 turns it
    /// off.</summary>
    public int RandomCrop { get; init; }

    /// <summary>Largest rotation in degrees, either way; 0 turns it off.</summary>
    public int RandomRotation { get; init; }

    /// <summary>Probability of a horizontal flip, in [0, 1]; 0 turns it off.</summary>
    public double RandomHorizontalFlip { get; init; } = 0.5;

    /// <summary>Probability of a vertical flip, in [0, 1]; 0 turns it off.</summary>
    public double RandomVerticalFlip { get; init; }

    /// <summary>Strength of brightness, contrast, saturation and hue jitter, in [0, 0.5]; 0 turns it off.</summary>
    public double ColorJitter { get; init; } = 0.5;

    /// <summary>Length of a text in tokens: longer ones are truncated, shorter ones padded.</summary>
    public int SequenceLength { get; init; } = 512;

    /// <summary>Tokens of texts: <c>words</c>, of which the data set makes a vocabulary of its own; <c>wordpiece:PATH</c> of a
    /// <c>vocab.txt</c>, or of the folder that holds it; <c>model</c>, the <c>vocab.txt</c> of <see cref="Pretrained"/>; <c>auto</c>:
    /// model where <see cref="Pretrained"/> is a folder, else words.</summary>
    public string Tokenizer { get; init; } = TokenizerName.Auto;

    /// <summary>Side of a short text on which padding is added.</summary>
    public PaddingSide Padding { get; init; } = PaddingSide.Auto;

    /// <summary>The partition, by catalogue name.</summary>
    public string Partition { get; init; } = "patho";

    /// <summary>Classes per client under the partitions <c>patho</c> and <c>label-quantity</c>.</summary>
    public int ClassesPerClient { get; init; } = 2;

    /// <summary>Concentration of the Dirichlet distribution under the partitions <c>diri</c>, <c>diri-label</c>,
    /// <c>diri-quantity</c> and <c>virtual-diri</c>, above 0.</summary>
    public double Concentration { get; init; } = 0.2;

    /// <summary>Shards per client under the partition <c>shards</c>, at least 1.</summary>
    public int ShardsPerClient { get; init; } = 2;

    /// <summary>Samples per client, held-out ones included, under the partitions <c>virtual-iid</c> and <c>virtual-diri</c>, at least
    /// 1.</summary>
    public int SamplesPerClient { get; init; } = 50;

    /// <summary>The network, by catalogue name.</summary>
    public string Model { get; init; } = "TwoCNN";

    /// <summary>Width of hidden channels or cells.</summary>
    public int HiddenSize { get; init; } = 32;

    /// <summary>Dropout rate, in [0, 1); SimpleCNN keeps its own.</summary>
    public double Dropout { get; init; }

    /// <summary>Factor on every width of the network, above 0; 1 is the published network.</summary>
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>Layers of recurrent models.</summary>
    public int LayerCount { get; init; } = 4;

    /// <summary>Layers of WideResNet, 6n + 4.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>Width of WideResNet as a multiple of a plain residual network's.</summary>
    public int WidenFactor { get; init; } = 10;

    /// <summary>Vocabulary size of models of text.</summary>
    public int EmbeddingCount { get; init; } = 1000;

    /// <summary>Width of a token's embedding in models of text.</summary>
    public int EmbeddingSize { get; init; } = 512;

    /// <summary>Excludes padding from attention in DistilBert, SqueezeBert and MobileBert.</summary>
    public bool AttentionMask { get; init; } = true;

    /// <summary>Initial weights: a folder of a Hugging Face model, or a safetensors file; empty for <see cref="Initialization"/>.</summary>
    public string Pretrained { get; init; } = "";

    /// <summary>Initialisation scheme: normal, xavier, xavier_uniform, kaiming or orthogonal.</summary>
    public string Initialization { get; init; } = "xavier";

    /// <summary>Gain of the initialisation.</summary>
    public double InitializationGain { get; init; } = 1;

    /// <summary>Options that the algorithm, the pruner, the guidance or the partition declares itself (<see cref="OptionAttribute"/>). In
    /// files each is a field of its own.</summary>
    [JsonIgnore]
    public OptionValues Options { get; init; } = OptionValues.None;

    /// <summary>The federated algorithm, by catalogue name.</summary>
    public string Algorithm { get; init; } = "fedavg";

    /// <summary>The pruner, by catalogue name.</summary>
    public string Pruner { get; init; } = "autoflip";

    /// <summary>Share p of all parameters that the mask removes, in [0, 1). Decimal, because ceil((1-p)n) must be exact.</summary>
    public decimal PruneFraction { get; init; } = 0.5m;

    /// <summary>Granularity of pruning: units, weights or both.</summary>
    public PruningKind Pruning { get; init; } = PruningKind.Hybrid;

    /// <summary>Share of the removal that takes whole units under <see cref="PruningKind.Hybrid"/>, in [0, 1]; 1 leaves to single
    /// weights what no unit fits.</summary>
    public double StructuredShare { get; init; } = 1;

    /// <summary>Units that every channel group keeps, at least 1.</summary>
    public int MinUnits { get; init; } = 1;

    /// <summary>Units of a layer that are removed together: 8 keeps widths that vector units like; 1 removes single units.</summary>
    public int UnitMultiple { get; init; } = 8;

    /// <summary>Halves blocks of units that are too coarse for a network (<see cref="PruningPlan.FitUnits"/>).</summary>
    public bool FitUnits { get; init; } = true;

    /// <summary>Most local epochs of an explorer, E_exp.</summary>
    public int ExplorationEpochs { get; init; } = 1;

    /// <summary>Epochs without a lower mean loss before an explorer stops.</summary>
    public int ExplorationPatience { get; init; } = 40;

    /// <summary>Share of clients that explore, in (0, 1]; at least one does.</summary>
    public double ExplorerFraction { get; init; } = 0.1;

    /// <summary>Score measured by exploration, by catalogue name. The paper's is deviation.</summary>
    public string Guidance { get; init; } = "saliency";

    /// <summary>Normalisation that makes guidance comparable between layers. The paper's is MinMax.</summary>
    public GuidanceScale GuidanceNormalization { get; init; } = GuidanceScale.Auto;

    /// <summary>Rounds that train the full model before it is explored and pruned, below <see cref="Rounds"/>; null is a sixth of them,
    /// which <see cref="ExperimentRules.Resolve(Experiment)"/> writes down. The paper's is 0: w_0 is explored.</summary>
    public int? DenseRounds { get; init; }

    /// <summary>Rescales the kept incoming weights of each output to the norm of all of them, once, at the first mask. The paper does
    /// not.</summary>
    public bool KeepNorm { get; init; } = true;

    /// <summary>Multiplies the learning rate of a pruned layer by the ratio of its number of inputs before and after pruning, under
    /// adaptive optimisers (docs/algorithm.md). The paper does not.</summary>
    public bool ScaleLearningRate { get; init; } = true;

    /// <summary>Rounds in which the mask is computed. The paper's is Cohort.</summary>
    public MaskRefresh MaskRefresh { get; init; } = MaskRefresh.Once;

    /// <summary>Value of a weight that a later mask restores.</summary>
    public Regrow Regrow { get; init; } = Regrow.Keep;

    /// <summary>Number of clients K.</summary>
    public int Clients { get; init; } = 20;

    /// <summary>Number of rounds R.</summary>
    public int Rounds { get; init; } = 200;

    /// <summary>Share C of clients per round, in [0, 1]: max(floor(C K), 1) of them. 0 means all (the reference:
    /// one, against its own help).</summary>
    public double CohortFraction { get; init; } = 0.05;

    /// <summary>Clients asked to train in a round, as a multiple of <see cref="CohortSize"/>, in [1, 10]. Over a network a round is closed
    /// once as many as <see cref="CohortSize"/> have returned a result, so that slow clients delay nobody (Bonawitz et al., arXiv
    /// 1902.01046, section 9.1); who counts then depends on time, and is recorded. In a simulation all count.</summary>
    public double Oversample { get; init; } = 1;

    /// <summary>Number format of the model on the way to clients.</summary>
    public WireFormat WireDown { get; init; } = WireFormat.Fp32;

    /// <summary>Number format of updates on the way back: fp32 sends weights, smaller formats send differences.</summary>
    public WireFormat WireUp { get; init; } = WireFormat.Fp32;

    /// <summary>Local epochs E.</summary>
    public int LocalEpochs { get; init; } = 5;

    /// <summary>Share of stragglers, in [0, 1]: each client of a round is one by this chance, and then trains a number of local epochs that
    /// is drawn from 1 to <see cref="LocalEpochs"/>. Their partial work counts (Li et al., arXiv 1812.06127, section 5.2: 0, 0.5 and 0.9
    /// of the clients).</summary>
    public double StragglerFraction { get; init; }

    /// <summary>Batch size B; 0 is a client's whole training set.</summary>
    public int BatchSize { get; init; } = 350;

    /// <summary>Server momentum beta, in [0, 1). 0 is plain FedAvg.</summary>
    public double ServerMomentum { get; init; } = 0.9;

    /// <summary>Keeps each client's samples in order instead of shuffling them every epoch.</summary>
    public bool NoShuffle { get; init; }

    /// <summary>The local optimiser, by torch's name.</summary>
    public string Optimizer { get; init; } = "Adam";

    /// <summary>Largest L2 norm of a gradient; 0 turns clipping off.</summary>
    public double MaxGradientNorm { get; init; }

    /// <summary>Weight decay, at least 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Momentum of SGD and RMSprop, in [0, 1).</summary>
    public double Momentum { get; init; }

    /// <summary>Local learning rate of round 1, above 0.</summary>
    public double LearningRate { get; init; } = 0.0003;

    /// <summary>Factor on the learning rate every <see cref="LearningRateDecayStep"/> rounds, in (0, 1].</summary>
    public double LearningRateDecay { get; init; } = 0.99;

    /// <summary>Rounds between two decays of the learning rate.</summary>
    public int LearningRateDecayStep { get; init; } = 1;

    /// <summary>The loss, by torch's name; <c>auto</c> is the one that fits the data set's task.</summary>
    public string Criterion { get; init; } = Auto;

    /// <summary>Data that the model is evaluated on.</summary>
    public EvaluationScope EvaluationScope { get; init; } = EvaluationScope.Both;

    /// <summary>Share of non-participating clients that evaluate the global model, in (0, 1].</summary>
    public double EvaluationFraction { get; init; } = 1;

    /// <summary>Rounds between two evaluations of the global model; the last round is always evaluated.</summary>
    public int EvaluateEvery { get; init; } = 10;

    /// <summary>Before each evaluation all clients compute the running statistics of batch normalisation anew, from their training samples
    /// under the model that is evaluated: static batch normalisation (Diao, Ding and Tarokh, arXiv 2010.01264, section 3). Off: they are
    /// averaged from the models that clients trained, which differ from the server's under server momentum and under
    /// sub-models.</summary>
    public bool StaticBatchNorm { get; init; }

    /// <summary>Tests whether the global model is evaluated after a round.</summary>
    public bool Evaluates(int round) => round % EvaluateEvery == 0 || round == Rounds;

    /// <summary>The metrics, by catalogue name; <c>auto</c> stands for those that fit the data set's task.</summary>
    public ImmutableArray<string> Metrics { get; init; } = [Auto];

    /// <summary>Averaging of f1, precision, recall and auroc over classes.</summary>
    public Average Average { get; init; } = Average.Weighted;

    /// <summary>From which output on a single output means class 1: for two classes only.</summary>
    public CutOffRule CutOff { get; init; } = CutOffRule.Youden;

    /// <summary>Number format of local training and exploration. bf16 is faster on processors with such arithmetic, and correct on all
    /// others.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Fp32;

    /// <summary>Code of local training and exploration. Part of the experiment: sums are rounded in another order.</summary>
    public TrainingKernels Kernels { get; init; } = TrainingKernels.Auto;

    /// <summary>Intra-op threads of a client. Part of the experiment: they change the order of float sums.</summary>
    public int ThreadsPerClient { get; init; } = 1;

    /// <summary>Content of <see cref="Pretrained"/>; null before <see cref="ExperimentRules.Resolve(Experiment)"/>, and without initial
    /// weights. Not a choice of its own.</summary>
    internal PretrainedContent? Content { get; init; }

    /// <summary>Values above that were derived, each with the requested value; empty before
    /// <see cref="ExperimentRules.Resolve(Experiment)"/>. Not a choice of its own.</summary>
    internal ImmutableArray<DerivedValue> Derived { get; init; } = [];

    /// <summary>Clients in a round's cohort.</summary>
    public int CohortSize => CohortFraction == 0 ? Clients : Math.Max((int)Math.Floor(CohortFraction * Clients + 1e-9), 1);

    /// <summary>Clients asked to train in a round.</summary>
    public int AskedSize => Math.Min((int)Math.Ceiling(CohortSize * Oversample - 1e-9), Clients);

    /// <summary>True if no pruner is named.</summary>
    public bool IsDense => IsNoPruner(Pruner);

    /// <summary>Tests whether a pruner's name is <see cref="NoPruner"/>, in any case.</summary>
    public static bool IsNoPruner(string pruner) => pruner.Equals(NoPruner, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first round of the pruned model.</summary>
    public int FirstPrunedRound => (DenseRounds ?? Rounds / 6) + 1;

    /// <summary>Clients that explore.</summary>
    public int ExplorerCount => Math.Max((int)Math.Round(ExplorerFraction * Clients, MidpointRounding.AwayFromZero), 1);

    /// <summary>The experiment under a named method, which may be an algorithm or one with its pruner.</summary>
    /// <param name="method"><c>autoflip</c>, which is FedAvg with the pruner autoflip; or an algorithm, which then prunes nothing.</param>
    public Experiment WithMethod(string method) =>
        method.Equals("autoflip", StringComparison.OrdinalIgnoreCase)
            ? this with { Algorithm = "fedavg", Pruner = "autoflip" }
            : this with { Algorithm = method, Pruner = NoPruner };

    /// <summary>The learning rate of a round: torch's StepLR, stepped once a round.</summary>
    public double LearningRateOf(int round) => LearningRate * Math.Pow(LearningRateDecay, (round - 1) / LearningRateDecayStep);
}
