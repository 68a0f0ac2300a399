namespace AutoFlip.Bench;

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

    /// <summary>Images that the Python reference trains in a second; the report's last note says where that comes from.</summary>
    const double ReferenceRate = 60_000 / 27.0;

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        var experiment = context.Experiment;
        var workers = context.Options.Workers;
        if (experiment is not { Model: "TwoCNN", Optimizer: "Adam", Criterion: "CrossEntropyLoss" })
            throw AutoFlipException.BadRequest(
                "bench round: the loop that it compares with is written for --model TwoCNN, "
                + "--optimizer Adam and --criterion CrossEntropyLoss only.");

        var data = BenchFederation.Load(context);
        using var federation = new BenchFederation(context, experiment, data);
        var narrow = experiment with { Precision = TrainingPrecision.Bf16 };
        using var inBf16 = new BenchFederation(context, narrow, data);
        Narrowed toHalf = new(0.5m), toThree = new(0.3m);
        using var half = new BenchFederation(context, experiment, data, toHalf);
        using var halfInBf16 = new BenchFederation(context, narrow, data, toHalf);
        using var three = new BenchFederation(context, experiment, data, toThree);
        using var batches = new ReadBatches(experiment, data);
        var torchs = Enumerable.Range(0, workers).Select(_ => BareTorch.TwoCnn(experiment, data.Train.Shape, federation.Initial)).ToArray();
        var owns = Enumerable.Range(0, workers).Select(_ => new BareOwn(experiment, federation.Network, federation.Initial)).ToArray();

        int collections = 0, cohort = batches.Cohort.Length;
        var used = Enumerable.Range(0, 7).Select(_ => new List<double>()).ToArray(); // processor time; the warm-up's is cut off below
        static double Busy(List<double> used, Func<double> seconds)
        {
            var before = Environment.CpuUsage.TotalTime;
            var wall = seconds();
            used.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            return wall;
        }
        Action Cohort(Action<int, int> train) => () => SideBySide.Run(workers, cohort, train);
        var trainTorch = Cohort((worker, member) => torchs[worker].Train(batches[member]));
        var trainOwn = Cohort((worker, member) => owns[worker].Train(batches[member], batches.Cohort[member]));
        double TakeTorch()
        {
            var seconds = 0.0;
            collections += SideBySide.WithoutCollections(() => seconds = Busy(used[1], () => context.Seconds(trainTorch)));
            return seconds;
        }
        Func<double> Round(int contestant, BenchFederation of) => () => Busy(used[contestant], () => of.NextRound().Report.Seconds);
        var series = Series.Interleave(
            context, context.RepeatsOr(5),
            ("a round of AutoFLIP", Round(0, federation)),
            ("bare TorchSharp loop", TakeTorch),
            ("bare loop, own network and optimiser", () => Busy(used[2], () => context.Seconds(trainOwn))),
            ("a round in bf16", Round(3, inBf16)),
            ("a round of half the width", Round(4, half)),
            ("a round of half the width in bf16", Round(5, halfInBf16)),
            ("a round of 0.3 of the width", Round(6, three)));
        foreach (var bare in torchs) bare.Dispose();
        foreach (var bare in owns) bare.Dispose();

        var (round, torch, own) = (series[0], series[1], series[2]);
        var samples = batches.Cohort.Sum(client => (long)data.Clients[client].Train.Length) * experiment.LocalEpochs;
        var against = round.Median / torch.Median;
        List<string[]> times = [], ratios = [];
        double[] cores = [.. used.Select(each => new Series("", each[1..]).Median)];
        double[] faster = [.. series.Select(taken => samples / taken.Median / ReferenceRate)];
        static BenchTarget Target(string what, double demanded, double measured) =>
            new($"the reference's round / {what}", $"at least {demanded}", $"{measured:0.00}", measured >= demanded);
        foreach (var ((taken, core), times27) in series.Zip(cores).Zip(faster))
            times.Add([
                taken.Name, .. taken.Cells("0.000"), $"{samples / taken.Median:0}", $"{core:0.00}",
                $"{Math.Max(workers * taken.Median - core, 0):0.00}", $"{times27:0.00}"]);
        foreach (var other in (Series[])[torch, own])
            ratios.Add([$"round / {other.Name}", $"{round.Median / other.Median:0.000}", .. round.Over(other).Cells("0.000")]);

        foreach (var smaller in (Series[])[series[4], series[6]])
            ratios.Add([
                $"{smaller.Name} / {torch.Name}", $"{smaller.Median / torch.Median:0.000}", .. smaller.Over(torch).Cells("0.000")]);

        return new BenchReport(
            "A training round against a bare training loop",
            $"""
            {experiment.Dataset}, {experiment.Clients} clients, {cohort} a round, {experiment.LocalEpochs} local epochs, batch
            {experiment.BatchSize}, {experiment.Model} of width {experiment.HiddenSize} ({federation.Network.Layout.ParameterCount:N0}
            parameters), images of {data.Train.Shape}, Adam, no augmentation, no pruning, {workers} workers with one intra-op thread each.
            *A round* is all of it: dispatch, local training, metrics, evaluation of the cohort on held-out samples, encoding and decoding,
            fold, server update. The *bare loops* train the same clients on the same batches, which lie ready in memory as float tensors,
            and do nothing else: one is plain TorchSharp (`nn.Sequential`, NCHW, `torch.optim.Adam`), the other has the engine's own network
            and optimiser. The further rounds are the same round trained in bfloat16 (`--precision bf16`), with a mask that removes half of
            the units of every layer (widths {ShrinkBench.Widths(toHalf.Of(half.Network).Small)} instead of
            {ShrinkBench.Widths(half.Network)}), with both, and with a mask that removes 0.7 of them
            ({ShrinkBench.Widths(toThree.Of(half.Network).Small)}). All take turns. *Faster*: than the Python reference, which needs
            27 s for 60,000 images ({ReferenceRate:0} a second): measured earlier on a machine like this one, not here.
            """,
            [
                new(["seconds", "median", "least", "largest", "samples/s", "core-seconds used", "core-seconds idle", "faster"], [.. times]),
                new(["ratio", "of medians", "pairs: median", "least", "largest"], [.. ratios]),
                RoundParts.Table(context, federation, data, batches.Cohort, round.Median, own.Median, cores[0] - cores[2]),
            ],
            [
                new("round / bare TorchSharp loop", "at most 1.05", $"{against:0.000}", against <= 1.05),
                Target("a round", 1.9, faster[0]), Target("a round in bf16", 3.3, faster[3]),
                Target("a round of half the width", 4.7, faster[4]), Target("a round of half the width in bf16", 7, faster[5]),
            ],
            $"The garbage collector is held back during the bare TorchSharp loop ({collections} collections in all of its rounds), "
            + "because TorchSharp's optimisers break under it; the other two run with it.",
            "Core-seconds used are processor time, idle ones workers x wall-clock less that: "
            + $"other programs on the machine lengthen the clock, not what is used. {cohort} clients of equal size on {workers} workers "
            + $"leave {Leftover(cohort, workers)} of the workers idle at the end of any of them.",
            "The reference's figure: FedAvg, Fashion-MNIST, 5 clients of 2,400 images, 5 epochs, batch 350, TwoCNN 32, Adam, "
            + "Python 3.11, PyTorch 1.13 with OpenBLAS and two threads, two cores: 29.6 s for its fastest round, "
            + "26.8 s from its fastest client; 27 s is taken. It augments its images, which costs 1.5 % here (results/augmentation.md).");
    }

    /// <summary>Share of workers x time that no schedule of equal jobs can fill.</summary>
    static string Leftover(int jobs, int workers)
    {
        var turns = (jobs + workers - 1) / workers;
        return $"{1 - jobs / (double)(turns * workers):P0}";
    }
}
