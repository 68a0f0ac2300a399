namespace AutoFlip.Bench;

/// <summary>Rounds of small clients with small batches against a plain TorchSharp loop: pfl-research's benchmark on CIFAR-10.</summary>
static class SmallBatchBench
{
    /// <summary>The experiment of <c>experiments/pfl-cifar10.json</c>.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "CIFAR10",
        Partition = "iid",
        Clients = 1000,
        TestFraction = 0,
        Resize = 0,
        ImageNetNormalization = true,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
        Model = "SimpleCNN",
        Initialization = "xavier_uniform",
        CohortFraction = 0.05,
        Rounds = 1500,
        LocalEpochs = 1,
        BatchSize = 10,
        Optimizer = "SGD",
        LearningRate = 0.1,
        LearningRateDecay = 1,
        ServerMomentum = 0,
        Algorithm = "fedavg",
        Pruner = Experiment.NoPruner,
        EvaluationScope = EvaluationScope.Global,
        EvaluateEvery = 10,
        Metrics = ["acc1"],
    };

    /// <summary>Something that trains a cohort, and what it took.</summary>
    /// <param name="Workers">Threads.</param>
    /// <param name="Name">What it is.</param>
    /// <param name="Take">Takes the seconds of a cohort.</param>
    sealed record Contestant(int Workers, string Name, Func<double> Take)
    {
        /// <summary>Core-seconds of each cohort.</summary>
        public List<double> Cores { get; } = [];

        /// <summary>Seconds of a cohort, whose core-seconds are noted.</summary>
        public double Measure()
        {
            var before = Environment.CpuUsage.TotalTime;
            var seconds = Take();
            Cores.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            return seconds;
        }
    }

    const string Loop = "bare TorchSharp loop";

    /// <summary>Measures with one worker and with two.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(context, [1, 2]);

    /// <summary>Measures with some numbers of workers.</summary>
    internal static BenchReport Measure(BenchContext context, int[] workers)
    {
        var experiment = context.Experiment;
        if (experiment is not { Model: "SimpleCNN", WidthMultiplier: 1, LocalEpochs: > 0, Criterion: "CrossEntropyLoss" }
            or not { Optimizer: "SGD", Momentum: 0, WeightDecay: 0, MaxGradientNorm: 0, Pruner: Experiment.NoPruner })
            throw AutoFlipException.BadRequest(
                "bench small-batches: the loop that it compares with is written for --model SimpleCNN of the published width, "
                + "--optimizer SGD without momentum, decay and clipping, --criterion CrossEntropyLoss and no pruner only.");
        var data = BenchFederation.Load(context);
        using var batches = new ReadBatches(experiment, data);
        TrainingKernels[] kernels =
            KernelPlan.WidthHere is null ? [TrainingKernels.Torch] : [TrainingKernels.Torch, TrainingKernels.Own];
        List<IDisposable> made = [];
        List<Contestant> contestants = [];
        List<(BenchContext Context, BenchFederation Federation)> best = []; // per number of workers, with the last kernels
        var collections = 0;
        try
        {
            foreach (var count in workers) Add(count);
            var series = Series.Interleave(
                context, context.RepeatsOr(7),
                [.. contestants.Select(one => ($"{one.Name}, {With(one.Workers)}", (Func<double>)one.Measure))]);
            return Report(context, data, batches, [.. contestants.Zip(series)], best, collections);
        }
        finally
        {
            foreach (var one in made) one.Dispose();
        }

        void Add(int count)
        {
            var here = context with { Options = context.Options with { Workers = count } };
            T Own<T>(T one) where T : IDisposable
            {
                made.Add(one);
                return one;
            }
            Func<double> Cohort(Action<int, int> train) =>
                () => context.Seconds(() => SideBySide.Run(count, batches.Cohort.Length, train));
            foreach (var code in kernels)
            {
                var its = here with { Experiment = experiment with { Kernels = code } };
                var federation = Own(new BenchFederation(its, its.Experiment, data));
                var loops = Enumerable.Range(0, count)
                    .Select(_ => Own(new BareOwn(its.Experiment, federation.Network, federation.Initial))).ToArray();
                contestants.Add(new(count, Round(code), () => federation.NextRound().Report.Seconds));
                contestants.Add(new(
                    count, OwnLoop(code), Cohort((worker, member) => loops[worker].Train(batches[member], batches.Cohort[member]))));
                if (code == kernels[^1]) best.Add((its, federation));
            }
            var initial = best[^1].Federation.Initial;
            var torchs = Enumerable.Range(0, count).Select(_ => Own(BareTorch.SimpleCnn(experiment, data.Train.Shape, initial))).ToArray();
            var train = Cohort((worker, member) => torchs[worker].Train(batches[member]));
            contestants.Add(new(count, Loop, () =>
            {
                var seconds = 0.0;
                collections += SideBySide.WithoutCollections(() => seconds = train());
                return seconds;
            }));
        }
    }

    static string Round(TrainingKernels code) => $"a round, kernels {Word(code)}";

    static string OwnLoop(TrainingKernels code) => $"bare loop, own network and SGD, kernels {Word(code)}";

    static string With(int workers) => workers == 1 ? "1 worker" : $"{workers} workers";

    static string Word(TrainingKernels code) => code == TrainingKernels.Own ? "own" : "torch";

    static BenchReport Report(
        BenchContext context, FederatedData data, ReadBatches batches, (Contestant One, Series Series)[] taken,
        List<(BenchContext Context, BenchFederation Federation)> best, int collections)
    {
        var experiment = context.Experiment;
        var samples = batches.Cohort.Sum(client => (long)data.Clients[client].Train.Length) * experiment.LocalEpochs;
        Series Of(int workers, string name) => taken.Single(pair => pair.One.Workers == workers && pair.One.Name == name).Series;
        double CoresOf(int workers, string name) =>
            new Series("", taken.Single(pair => pair.One.Workers == workers && pair.One.Name == name).One.Cores[1..]).Median;
        List<string[]> rates = [], speeds = [];
        List<BenchTarget> targets = [];
        List<BenchTable> parts = [];
        foreach (var (one, series) in taken)
        {
            rates.Add([
                one.Name, $"{one.Workers}", .. series.Cells("0.000"), $"{1 / series.Median:0.000}", $"{samples / series.Median:0}",
                $"{CoresOf(one.Workers, one.Name):0.00}"]);
            if (one.Name == Loop) continue;
            var speed = Of(one.Workers, Loop).Over(series);
            speeds.Add([one.Name, $"{one.Workers}", .. speed.Cells("0.000")]);
            if (one.Name == Round(TrainingKernels.Torch))
                targets.Add(new(
                    $"speed of {one.Name}, {With(one.Workers)}", "at least 0.9 of the loop", $"{speed.Median:0.000}",
                    speed.Median >= 0.9));
            if (one.Name == Round(TrainingKernels.Own))
                targets.Add(new(
                    $"speed of {one.Name}, {With(one.Workers)}", "above the loop's", $"{speed.Median:0.000}", speed.Median > 1));
        }
        foreach (var (its, federation) in best)
        {
            var (workers, code) = (its.Options.Workers, its.Experiment.Kernels);
            parts.Add(RoundParts.Table(
                its, federation, data, batches.Cohort, Of(workers, Round(code)).Median, Of(workers, OwnLoop(code)).Median,
                CoresOf(workers, Round(code)) - CoresOf(workers, OwnLoop(code))));
        }
        return new BenchReport(
            "Rounds of small batches",
            $"""
            pfl-research's CIFAR-10 benchmark (arXiv 2404.06430), `experiments/pfl-cifar10.json`: {experiment.Clients:N0} clients of
            {data.Clients[batches.Cohort[0]].Train.Length} images of {data.Train.Shape}, {batches.Cohort.Length} a round, local epochs:
            {experiment.LocalEpochs}, batch {experiment.BatchSize}, {experiment.Model}
            ({best[0].Federation.Network.Layout.ParameterCount:N0} parameters) with dropout, SGD, FedAvg, one intra-op thread per worker. *A round* is all of it: dispatch, local training,
            encoding and decoding, fold, server update; not the evaluation of every tenth model on the test set. The *bare TorchSharp
            loop* is `nn.Sequential` and `torch.optim.SGD` over the same clients' batches, which lie ready in memory as float tensors, on as
            many threads; it sends, folds and checks nothing. The *bare loops* with own network and SGD are the same loop around the
            engine's parts, so that a round's difference to the loop is that of the steps and that of the rest. All take turns. *Speed*:
            seconds of the bare TorchSharp loop over seconds, pair by pair.
            """,
            [
                new(
                    ["seconds", "workers", "median", "least", "largest", "rounds/s", "samples/s", "core-seconds used"], [.. rates]),
                new(["speed, as a multiple of the bare TorchSharp loop's", "workers", "median", "least", "largest"], [.. speeds]),
                .. parts,
            ],
            [.. targets],
            $"The tables of parts are of rounds with kernels {Word(best[0].Context.Experiment.Kernels)}, with "
            + $"{string.Join(" and with ", best.Select(one => one.Context.Options.Workers))} workers. What the server does, it does while "
            + "clients train, on a thread beside the workers: with one worker on two cores it takes no time of the round.",
            $"The garbage collector is held back during the bare TorchSharp loop ({collections} collections in all of its cohorts), "
            + "because TorchSharp's optimisers break under it; all others run with it.");
    }
}
