using System.Collections.Immutable;

namespace AutoFlip.Bench;

/// <summary>Something about this machine that can be measured: <c>./bench NAME</c>.</summary>
/// <param name="Name">The word that chooses it.</param>
/// <param name="Summary">What it measures, in one line.</param>
/// <param name="Experiment">Its setting, where the command line is silent.</param>
/// <param name="Measure">Carries it out.</param>
sealed record Benchmark(string Name, string Summary, Experiment Experiment, Func<BenchContext, BenchReport> Measure)
{
    /// <summary>All measurements. Another one costs one file and one line here.</summary>
    public static ImmutableArray<Benchmark> All { get; } =
    [
        new("round", "Wall-clock of a training round against a bare TorchSharp loop.", RoundBench.Setting, RoundBench.Measure),
        new(
            "small-batches", "Rounds of 50 clients with batches of 10 images against a bare TorchSharp loop.", SmallBatchBench.Setting,
            SmallBatchBench.Measure),
        new("augmentation", "Samples per second with augmentation off and on.", RoundBench.Setting, AugmentationBench.Measure),
        new(
            "load", "Reading a data set from its files and from the cache, and making batches of it.", LoadBench.Setting,
            LoadBench.Measure),
        new("fold", "Bandwidth of the weighted fold against a memory copy.", new Experiment(), FoldBench.Measure),
        new("optimizer", "An Adam step against TorchSharp's.", new Experiment(), OptimizerBench.Measure),
        new("wire", "Bytes of a round trip in each format, and how fast messages are made and read.", new Experiment(), WireBench.Measure),
        new("kernels", "Training steps by kernels of our own against libtorch.", new Experiment(), KernelBench.Measure),
        new("encoder", "A training step of DistilBert against TorchSharp's.", new Experiment(), EncoderBench.Measure),
        new("shrink", "A training step without some units against the dense one.", new Experiment(), ShrinkBench.Measure),
        new("onnx", "Exported models without some units against the dense ones, in ONNX Runtime.", new Experiment(), OnnxBench.Measure),
        new("memory", "Peak memory with 100, 1,000 and 10,000 clients.", MemoryBench.Setting, MemoryBench.Measure),
        new("clients", "Memory and time of 1,000, 1,000,000 and 15,000,000 virtual clients.", ClientsBench.Setting, ClientsBench.Measure),
        new("cluster", "A round on one and two worker processes, and the coordinator's share.", ClusterBench.Setting, ClusterBench.Measure),
        new("leak", "Resident memory over 50 rounds, with masks that stay and masks that change.", LeakBench.Setting, LeakBench.Measure),
        new("plots", "Drawing all figures of a run of 200 rounds and 20 clients.", PlotBench.Setting, PlotBench.Measure),
        new("report", "Size and making of the report of such a run.", PlotBench.Setting, ReportBench.Measure),
        new(
            "network", "A server and its clients over mutual TLS: a large reply (--megabytes), many clients (--idle, --active).",
            new Experiment(), NetworkBench.Measure),
        new(
            "combinations", "Every algorithm with every pruner, stopped after each round and resumed.", CombinationBench.Setting,
            CombinationBench.Measure),
        new("stress", "Training under endless garbage collection (--minutes).", StressBench.Setting, StressBench.Measure),
    ];

    /// <summary>Measures, and writes the report with what a reader needs to judge and repeat it.</summary>
    public void Run(BenchContext context)
    {
        var started = context.Time.GetTimestamp();
        if (Measure(context) is { Text.Length: > 0 } report) report.Write(context, context.Time.GetElapsedTime(started));
    }
}

/// <summary>What a measurement is told, and where it writes.</summary>
/// <param name="Experiment">The setting.</param>
/// <param name="Options">How to carry it out.</param>
/// <param name="Bench">How thoroughly.</param>
/// <param name="Output">Takes the report.</param>
/// <param name="Progress">Takes what a waiting reader wants to know.</param>
/// <param name="Time">The clock.</param>
/// <param name="Cancel">Stops it; nothing is reported then.</param>
sealed record BenchContext(
    Experiment Experiment, RunOptions Options, BenchOptions Bench, TextWriter Output, TextWriter Progress, TimeProvider Time,
    CancellationToken Cancel)
{
    /// <summary>The command line that repeats the measurement.</summary>
    public required string Command { get; init; }

    /// <summary>Repeats as asked for, or else as many as the measurement needs.</summary>
    public int RepeatsOr(int own) => Bench.Repeats > 0 ? Bench.Repeats : own;

    /// <summary>Carries out a run in a folder that is deleted afterwards.</summary>
    public T InFolder<T>(Func<RunOptions, T> run)
    {
        var folder = Directory.CreateTempSubdirectory("autoflip-bench-");
        try
        {
            return run(Options with { ResultPath = folder.FullName });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Wall-clock seconds of some work.</summary>
    public double Seconds(Action work)
    {
        var started = Time.GetTimestamp();
        work();
        return Time.GetElapsedTime(started).TotalSeconds;
    }
}
