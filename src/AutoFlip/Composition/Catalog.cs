namespace AutoFlip;

/// <summary>Everything that can be named on the command line. A new thing costs one file and one line here.</summary>
public static class Catalog
{
    /// <summary>Metrics.</summary>
    public static Section<Func<Experiment, Metric>> Metrics { get; } = new("metric", "Experiment.Metrics")
    {
        { "acc1", _ => new Acc1() },
        { "acc5", _ => new Acc5() },
        { "auroc", e => new Auroc(e.Average) },
        { "auprc", _ => new Auprc() },
        { "youdenj", _ => new YoudenJ() },
        { "f1", e => new F1(e.Average) },
        { "precision", e => new Precision(e.Average) },
        { "recall", e => new Recall(e.Average) },
        { "seqacc", _ => new SeqAcc() },
        { "mse", _ => new Mse() },
        { "mae", _ => new Mae() },
        { "mape", _ => new Mape() },
        { "rmse", _ => new Rmse() },
        { "r2", _ => new R2() },
        { "d2", _ => new D2() },
    };

    /// <summary>Architectures, scaled by <see cref="ModelOptions.WidthMultiplier"/>.</summary>
    public static Section<ModelFactory> Models { get; } = new("model", "Experiment.Model", Scaled)
    {
        { "TwoNN", TwoNn.Create },
        { "TwoCNN", TwoCnn.Create, "twocnn_GTL" },
        { "FEMNISTCNN", FemnistCnn.Create },
        { "LeNet", LeNet.Create },
        { "MobileNet", MobileNet.Create },
        { "SqueezeNet", SqueezeNet.Create },
        { "VGG9", Vgg.Create9 },
        { "VGG9BN", Vgg.Create9BN },
        { "VGG11", Vgg.Create11 },
        { "VGG11BN", Vgg.Create11BN },
        { "VGG13", Vgg.Create13 },
        { "VGG13BN", Vgg.Create13BN },
        { "ResNet10", ResNet.Create10 },
        { "ResNet18", ResNet.Create18 },
        { "ResNet34", ResNet.Create34 },
        { "MobileNeXt", MobileNeXt.Create },
        { "SqueezeNeXt", SqueezeNeXt.Create },
        { "MobileViT", MobileVit.Create },
        { "NextCharLSTM", NextCharLstm.Create },
        { "NextWordLSTM", NextWordLstm.Create },
        { "DistilBert", DistilBert.Create },
        { "SqueezeBert", SqueezeBert.Create },
        { "MobileBert", MobileBert.Create },
        { "LogReg", LogReg.Create },
        { "GRUClassifier", GruClassifier.Create },
        { "BIGCNN", BigCnn.Create },
        { "WideResNet", WideResNet.Create },
        { "SimpleCNN", SimpleCnn.Create },
        { "NIIDBenchCNN", NiidBenchCnn.Create },
        { "HeteroFLCNN", HeteroFlCnn.Create },
    };

    /// <summary>Local optimisers, by torch's names.</summary>
    public static Section<Func<Experiment, Optimizer>> Optimizers { get; } = new("optimizer", "Experiment.Optimizer")
    {
        { "SGD", e => new Sgd(e.Momentum) { WeightDecay = e.WeightDecay, MaxGradientNorm = e.MaxGradientNorm } },
        { "Adam", e => new Adam { WeightDecay = e.WeightDecay, MaxGradientNorm = e.MaxGradientNorm } },
        { "AdamW", e => new AdamW { WeightDecay = e.WeightDecay, MaxGradientNorm = e.MaxGradientNorm } },
        { "RMSprop", e => new RmsProp(Momentum: e.Momentum) { WeightDecay = e.WeightDecay, MaxGradientNorm = e.MaxGradientNorm } },
        { "Adagrad", e => new Adagrad { WeightDecay = e.WeightDecay, MaxGradientNorm = e.MaxGradientNorm } },
    };

    /// <summary>Losses, by torch's names.</summary>
    public static Section<Criterion> Criteria { get; } = new("criterion", "Experiment.Criterion")
    {
        { "CrossEntropyLoss", new CrossEntropy() },
        { "NLLLoss", new NegativeLogLikelihood() },
        { "BCEWithLogitsLoss", new BinaryCrossEntropy() },
        { "MSELoss", new MeanSquaredError() },
        { "L1Loss", new MeanAbsoluteError() },
        { "SmoothL1Loss", new SmoothAbsoluteError() },
    };

    /// <summary>Initialisation schemes.</summary>
    public static Section<InitializationScheme> Initializers { get; } = new("initialisation scheme", "Experiment.Initialization")
    {
        { "normal", new(Initialization.Normal) },
        { "xavier", new(Initialization.Xavier) },
        { "xavier_uniform", new(Initialization.XavierUniform) },
        { "kaiming", new(Initialization.Kaiming) },
        { "orthogonal", new(Initialization.Orthogonal) },
        { "torch", new(Initialization.Torch, Initialization.Torch) },
    };

    /// <summary>Data sets.</summary>
    public static Section<DataSet> DataSets { get; } = new("data set", "Experiment.Dataset")
    {
        { "Digits", DigitsDataSet.Instance },
        { "MNIST", IdxDataSet.Mnist },
        { "FashionMNIST", IdxDataSet.FashionMnist, "Fashion-MNIST" },
        { "KMNIST", IdxDataSet.Kmnist },
        { "EMNIST", IdxDataSet.Emnist("byclass", "EMNIST"), "EMNIST-byclass" },
        { "EMNIST-bymerge", IdxDataSet.Emnist("bymerge") },
        { "EMNIST-balanced", IdxDataSet.Emnist("balanced") },
        { "EMNIST-letters", IdxDataSet.Emnist("letters") },
        { "EMNIST-digits", IdxDataSet.Emnist("digits") },
        { "EMNIST-mnist", IdxDataSet.Emnist("mnist") },
        { "CIFAR10", CifarDataSet.Cifar10, "CIFAR-10" },
        { "CIFAR100", CifarDataSet.Cifar100, "CIFAR-100" },
        { "CIFAR100-coarse", CifarDataSet.Cifar100Coarse },
        { "QMNIST", IdxDataSet.Qmnist },
        { "USPS", TextImageDataSet.Usps },
        { "SEMEION", TextImageDataSet.Semeion },
        { "SVHN", SvhnDataSet.Instance },
        { "STL10", Stl10DataSet.Instance },
        { "TinyImageNet", SmallImageSets.TinyImageNet },
        { "CINIC10", SmallImageSets.Cinic10, "CINIC-10" },
        { "GTSRB", SmallImageSets.Gtsrb },
        { "Omniglot", SmallImageSets.Omniglot },
        { "Flowers102", PhotographSets.Flowers102 },
        { "OxfordIIITPet", PhotographSets.OxfordPets },
        { "Food101", PhotographSets.Food101 },
        { "Caltech256", PhotographSets.Caltech256 },
        { "CelebA", PhotographSets.CelebA },
        { "FEMNIST", LeafFemnist.Instance },
        { "Shakespeare", LeafShakespeare.Instance },
        { "Sent140", LeafSent140.Instance },
        { "LEAF-CelebA", LeafCelebA.Instance },
        { "Reddit", LeafReddit.Instance },
        { "AG_NEWS", CsvTextDataSet.AgNews, "AGNews" },
        { "SogouNews", CsvTextDataSet.SogouNews },
        { "DBpedia", CsvTextDataSet.DBpedia },
        { "YelpReviewPolarity", CsvTextDataSet.YelpReviewPolarity },
        { "YelpReviewFull", CsvTextDataSet.YelpReviewFull },
        { "YahooAnswers", CsvTextDataSet.YahooAnswers },
        { "AmazonReviewPolarity", CsvTextDataSet.AmazonReviewPolarity },
        { "AmazonReviewFull", CsvTextDataSet.AmazonReviewFull },
        { "IMDB", ImdbDataSet.Instance },
        { "BeerReviewsA", JsonTextDataSet.BeerReviewsA },
        { "BeerReviewsL", JsonTextDataSet.BeerReviewsL },
        { "Heart", TableDataSet.Heart },
        { "Adult", TableDataSet.Adult },
        { "Cover", TableDataSet.Cover, "Covertype" },
        { "GLEAM", TableDataSet.Gleam },
    };

    /// <summary>Kinds of data sets that are named by a path, <c>kind:PATH</c>, and made from the path and the experiment.</summary>
    public static Section<DataSetKind> DataSetKinds { get; } = new("kind of data set", "Experiment.Dataset")
    {
        { "folder", FolderDataSet.Of },
        { "csv", CsvDataSet.Of },
        { "parquet", ParquetDataSet.Of },
    };

    /// <summary>Partitions, made from the experiment that names them, with the values of their options.</summary>
    public static Section<Func<Experiment, Partition>> Partitions { get; } = new("partition", "Experiment.Partition", WithOptions)
    {
        { "iid", _ => new IidPartition() },
        { "unbalanced", _ => new UnbalancedPartition() },
        { "patho", experiment => new PathologicalPartition(experiment.ClassesPerClient) },
        { "diri", experiment => new DirichletPartition(experiment.Concentration) },
        { "pre", _ => new NaturalPartition() },
        { "shards", experiment => new ShardPartition(experiment.ShardsPerClient) },
        { "linear", _ => new PowerPartition(1) },
        { "square", _ => new PowerPartition(2) },
        { "exponential", _ => new ExponentialPartition() },
        { "diri-quantity", experiment => new DirichletQuantityPartition(experiment.Concentration) },
        { "diri-label", experiment => new LabelDirichletPartition(experiment.Concentration) },
        { "label-quantity", experiment => new LabelQuantityPartition(experiment.ClassesPerClient) },
        { "grouped", _ => new GroupedPartition() },
        { "semantic", _ => new SemanticPartition() },
        { "virtual-iid", experiment => new VirtualIidPartition(experiment.SamplesPerClient) },
        { "virtual-diri", experiment => new VirtualDirichletPartition(experiment.Concentration, experiment.SamplesPerClient) },
    };

    /// <summary>Federated algorithms, with the values of their options.</summary>
    public static Section<Func<Experiment, FederatedAlgorithm>> Algorithms { get; } = new("algorithm", "Experiment.Algorithm", WithOptions)
    {
        { "fedavg", e => new FedAvg(e.ServerMomentum) },
        { "fedavgm", e => new FedAvgM(e.ServerMomentum) },
        { "fedadam", e => new FedAdam(e.ServerMomentum) },
        { "fedyogi", e => new FedYogi(e.ServerMomentum) },
        { "fedadagrad", e => new FedAdagrad(e.ServerMomentum) },
        { "fedprox", e => new FedProx(e.ServerMomentum) },
        { "fedbn", e => new FedBn(e.ServerMomentum) },
        { "fedper", e => new FedPer(e.ServerMomentum) },
        { "fedrep", e => new FedRep(e.ServerMomentum) },
        { "ditto", e => new Ditto(e.ServerMomentum) },
        { "fedexp", _ => new FedExP() },
        { "fednova", e => new FedNova(e.Momentum) },
        { "qfedavg", _ => new QFedAvg() },
        { "feddyn", _ => new FedDyn() },
        { "fedsam", e => new FedSam(e.ServerMomentum, e.LocalEpochs) },
        { "scaffold", _ => new Scaffold() },
        { "median", _ => new CoordinateMedian() },
        { "trimmed-mean", _ => new TrimmedMean() },
        { "krum", _ => new Krum() },
        { "multi-krum", _ => new MultiKrum() },
        { "bulyan", _ => new Bulyan() },
        { "geometric-median", _ => new GeometricMedian() },
        { "norm-clipping", _ => new NormClipping() },
        { "centred-clipping", _ => new CentredClipping() },
    };

    /// <summary>Guidances: the scores that explorers measure.</summary>
    public static Section<Guidance> Guidances { get; } = new("guidance", "Experiment.Guidance")
    {
        { "deviation", new DeviationGuidance() },
        { "agreement", new AgreementGuidance() },
        { "saliency", new SaliencyGuidance() },
        { "fisher", new FisherGuidance() },
    };

    /// <summary>Pruners, with the values of their options. Those that an algorithm does not compose with are refused
    /// (<see cref="ExperimentRules"/>).</summary>
    public static Section<Func<Experiment, Pruner>> Pruners { get; } = new("pruner", "Experiment.Pruner", WithOptions)
    {
        { Experiment.NoPruner, _ => new NoPruning() },
        { "autoflip", e => AutoFlipPruner.Of(e, e.Options.ApplyTo(Guidances[e.Guidance] with { })) },
        { "random", e => new RandomPruner(PruningPlan.Of(e)) },
        { "magnitude", MagnitudePruner.Of },
        { "prunefl", PruneFlPruner.Of },
        { "fedtiny", FedTinyPruner.Of },
        { "fedmef", FedMefPruner.Of },
        { "fedrts", FedRtsPruner.Of },
        { "feddst", FedDstPruner.Of },
        { "flash", FlashPruner.Of },
        { "snip", e => new SnipPruner(PruningPlan.Of(e)) },
        { "synflow", e => new SynFlowPruner(PruningPlan.Of(e)) },
        { "heterofl", _ => new HeteroFl() },
        { "fedrolex", _ => new FedRolex() },
        { "federated-dropout", _ => new FederatedDropout() },
        { "fjord", _ => new Fjord() },
    };

    /// <summary>Presets: values of several options.</summary>
    public static Section<Preset> Presets { get; } = new("preset", "preset")
    {
        { "paper", Preset.Paper },
        { "fedsgd", Preset.FedSgd },
    };

    /// <summary>The parts that an experiment names, made once.</summary>
    /// <param name="experiment">A resolved experiment of a settled task (<see cref="ExperimentRules"/>).</param>
    /// <exception cref="AutoFlipException">It names something that is not here (exit 2).</exception>
    public static Method Resolve(Experiment experiment) => new(
        Algorithms[experiment.Algorithm](experiment), Pruners[experiment.Pruner](experiment), Optimizers[experiment.Optimizer](experiment),
        Criteria[experiment.Criterion], [.. Metric.AllOf(experiment)], Initializers[experiment.Initialization]);

    /// <summary>The metric that stands for all of an experiment's (<see cref="Metric.IsMain"/>).</summary>
    public static Metric MainMetricOf(Experiment experiment) => Metrics[Metric.MainOf(experiment)](experiment);

    /// <summary>An entry whose methods have the values that the experiment gives to options of theirs.</summary>
    internal static Func<Experiment, FederatedAlgorithm> WithOptions(Func<Experiment, FederatedAlgorithm> entry) =>
        experiment => experiment.Options.ApplyTo(entry(experiment) with { }); // a copy: an entry may have one method for all

    /// <inheritdoc cref="WithOptions(Func{Experiment, FederatedAlgorithm})"/>
    internal static Func<Experiment, Pruner> WithOptions(Func<Experiment, Pruner> entry) =>
        experiment => experiment.Options.ApplyTo(entry(experiment) with { });

    /// <inheritdoc cref="WithOptions(Func{Experiment, FederatedAlgorithm})"/>
    internal static Func<Experiment, Partition> WithOptions(Func<Experiment, Partition> entry) =>
        experiment => experiment.Options.ApplyTo(entry(experiment) with { });

    static ModelFactory Scaled(ModelFactory published) =>
        (input, outputs, options) => published(input, outputs, options).Scaled(options.WidthMultiplier);
}
