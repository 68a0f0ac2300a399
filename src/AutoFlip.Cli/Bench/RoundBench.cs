namespace AutoFlip.Cli;

/// <summary>What a federated round costs on top of the training in it, and how that training compares with plain TorchSharp.</summary>
static class RoundBench
{
    /// <summary>The paper's setting on FashionMNIST, with nothing random on the way into a batch.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "FashionMNIST",
        Pruner = "none",
        CohortFraction = 0.25,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        var experiment = context.Experiment;
        var workers = context.Options.Workers;
        if (experiment is not { Model: "TwoCNN", Optimizer: "Adam", Criterion: "CrossEntropyLoss" })
            throw AutoFlipException.BadRequest("bench round: the loop that it compares with is written for --model TwoCNN, --optimizer Adam and --criterion CrossEntropyLoss only.");

        var data = BenchFederation.Load(context);
        using var federation = new BenchFederation(context, experiment, data);
        using var batches = new ReadBatches(experiment, data);
        var torchs = Enumerable.Range(0, workers).Select(_ => new BareTorch(experiment, data.Train.Shape, federation.Initial)).ToArray();
        var owns = Enumerable.Range(0, workers).Select(_ => new BareOwn(experiment, federation.Network, federation.Initial)).ToArray();

        int collections = 0, cohort = batches.Cohort.Length;
        List<double> idle = [], idleTorch = [], idleOwn = []; // of the last rounds; the warm-up's are cut off below
        double Busy(List<double> idle, Func<double> seconds)
        {
            var before = Environment.CpuUsage.TotalTime;
            var wall = seconds();
            idle.Add(Math.Max(workers * wall - (Environment.CpuUsage.TotalTime - before).TotalSeconds, 0));
            return wall;
        }
        Action Cohort(Action<int, int> train) => () => SideBySide.Run(workers, cohort, train);
        var trainTorch = Cohort((worker, member) => torchs[worker].Train(batches[member]));
        var trainOwn = Cohort((worker, member) => owns[worker].Train(batches[member]));
        double TakeTorch()
        {
            var seconds = 0.0;
            collections += SideBySide.WithoutCollections(() => seconds = Busy(idleTorch, () => context.Seconds(trainTorch)));
            return seconds;
        }
        var series = Series.Interleave(
            context, context.RepeatsOr(5),
            ("a round of AutoFLIP", () => Busy(idle, () => federation.NextRound().Report.Seconds)),
            ("bare TorchSharp loop", TakeTorch),
            ("bare loop, own network and optimiser", () => Busy(idleOwn, () => context.Seconds(trainOwn))));
        foreach (var bare in torchs) bare.Dispose();
        foreach (var bare in owns) bare.Dispose();

        var (round, torch, own) = (series[0], series[1], series[2]);
        var samples = batches.Cohort.Sum(client => (long)data.Clients[client].Train.Length) * experiment.LocalEpochs;
        var against = round.Median / torch.Median;
        List<string[]> times = [], ratios = [];
        foreach (var (taken, idles) in series.Zip([idle, idleTorch, idleOwn]))
            times.Add([taken.Name, .. taken.Cells("0.000"), $"{samples / taken.Median:0}", $"{new Series("", idles[1..]).Median:0.00}"]);
        foreach (var other in (Series[])[torch, own])
            ratios.Add([$"round / {other.Name}", $"{round.Median / other.Median:0.000}", .. round.Over(other).Cells("0.000")]);

        return new BenchReport(
            "A training round against a bare training loop",
            $"""
            {experiment.Dataset}, {experiment.Clients} clients, {cohort} a round, {experiment.LocalEpochs} local epochs, batch {experiment.BatchSize}, {experiment.Model} of width
            {experiment.HiddenSize} ({federation.Network.Layout.ParameterCount:N0} parameters), images of {data.Train.Shape}, Adam, no augmentation, no pruning, {workers} workers with one intra-op thread each.
            *A round* is all of it: dispatch, local training, metrics, evaluation of the cohort on held-out samples, encoding and decoding, fold, server update.
            The *bare loops* train the same clients on the same batches, which lie ready in memory as float tensors, and do nothing else: one is plain TorchSharp
            (`nn.Sequential`, NCHW, `torch.optim.Adam`), the other has the engine's own network and optimiser. All three take turns.
            """,
            [
                new(["seconds", "median", "least", "largest", "samples/s", "core-seconds idle"], [.. times]),
                new(["ratio", "of medians", "pairs: median", "least", "largest"], [.. ratios]),
                RoundParts.Table(context, federation, data, batches.Cohort, round.Median, own.Median),
            ],
            [new("round / bare TorchSharp loop", "at most 1.05", $"{against:0.000}", against <= 1.05)],
            $"The garbage collector is held back during the bare TorchSharp loop ({collections} collections in all of its rounds), because TorchSharp's optimisers break under it; the other two run with it.",
            $"Core-seconds idle are workers x wall-clock - processor time. {cohort} clients of equal size on {workers} workers leave {Leftover(cohort, workers)} of the workers idle at the end of any of the three.");
    }

    /// <summary>Share of workers x time that no schedule of equal jobs can fill.</summary>
    static string Leftover(int jobs, int workers)
    {
        var turns = (jobs + workers - 1) / workers;
        return $"{1 - jobs / (double)(turns * workers):P0}";
    }
}
