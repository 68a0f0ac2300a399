using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AutoFlip.Bench;

/// <summary>How much memory a federation of many clients takes.</summary>
static class MemoryBench
{
    const double Mebibyte = 1 << 20;
    const int OwnSamples = 1797; // as many as Digits has in all

    /// <summary>Ten clients a round and ten explorers, however many clients there are.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "Digits",
        Resize = 0,
        Partition = "iid",
        Rounds = 3,
        LocalEpochs = 1,
        BatchSize = 350,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
        EvaluateEvery = 3,
    };

    /// <summary>One size of federation.</summary>
    /// <param name="Clients">Number of clients.</param>
    /// <param name="Samples">Samples of all clients together, 8x8 pixels each.</param>
    internal sealed record Case(int Clients, int Samples)
    {
        /// <summary>The word that chooses it.</summary>
        public string Name => $"{Clients}x{Samples}";
    }

    /// <summary>What a case came to.</summary>
    /// <param name="LoadedBytes">Largest resident memory of the process until its samples were there.</param>
    /// <param name="PartitionedBytes">Until they were partitioned.</param>
    /// <param name="PeakBytes">Until the end.</param>
    /// <param name="Seconds">Wall-clock of the whole run.</param>
    internal sealed record Outcome(long LoadedBytes, long PartitionedBytes, long PeakBytes, double Seconds);

    /// <summary>Measures each case in a process of its own: what was once resident stays in a process's peak.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        int[] sizes = [100, 1_000, 10_000];
        Case[] cases = [
            .. sizes.Select(clients => new Case(clients, 60_000)), .. sizes.Select(clients => new Case(clients, clients * OwnSamples))];
        if (context.Bench.Case is not { } name) return Measure(context, cases, one => OwnProcess.Measure<Outcome>(context, one.Name));

        var only = cases.FirstOrDefault(one => one.Name == name)
            ?? throw AutoFlipException.BadRequest(
                $"bench memory: there is no case '{name}'. Accepted: {string.Join(", ", cases.Select(one => one.Name))}.");
        return OwnProcess.Answer(context, Run(context, only));
    }

    /// <summary>Measures these cases by that means.</summary>
    internal static BenchReport Measure(BenchContext context, Case[] cases, Func<Case, Outcome> run)
    {
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        foreach (var one in cases)
        {
            context.Cancel.ThrowIfCancellationRequested();
            var outcome = run(one);
            context.Progress.WriteLine($"{one.Name}: {outcome.PeakBytes / Mebibyte:0} MiB, {outcome.Seconds:0.0} s");
            rows.Add([
                $"{one.Clients:N0}", $"{one.Samples:N0}", $"{one.Samples * 64L / Mebibyte:0.0}",
                .. new[] { outcome.LoadedBytes, outcome.PartitionedBytes, outcome.PeakBytes }.Select(bytes => $"{bytes / Mebibyte:0}"),
                $"{outcome.Seconds:0.0}"]);
            targets.Add(new(
                $"{one.Clients:N0} clients, {one.Samples:N0} samples", "below 2 GB", $"{outcome.PeakBytes / 1e9:0.00} GB",
                outcome.PeakBytes < 2e9));
        }
        var experiment = context.Experiment;
        return new BenchReport(
            "Memory of a federation of many clients",
            $"""
            Peak resident memory of a whole run, each in a process of its own: {experiment.Model} of width {experiment.HiddenSize},
            {experiment.Rounds} rounds of 10 clients, AutoFLIP pruning with 10 explorers, evaluation on the server's test set and on 100
            other clients, {context.Options.Workers} workers. Samples are synthetic, 8x8 grey pixels of one byte, split by the partition
            `{experiment.Partition}`. In the first rows 60,000 samples are shared out; in the others each client has {OwnSamples:N0} samples
            of its own, as many as the Digits data set.
            """,
            [new(["clients", "samples", "MiB of pixels", "peak MiB when loaded", "when partitioned", "at the end", "seconds"], [.. rows])],
            [.. targets]);
    }

    /// <summary>Carries a case out in this process.</summary>
    internal static Outcome Run(BenchContext context, Case one)
    {
        var experiment = context.Experiment with
        {
            Clients = one.Clients,
            CohortFraction = Math.Min(10.0 / one.Clients, 1),
            ExplorerFraction = Math.Min(10.0 / one.Clients, 1),
            EvaluationFraction = Math.Min(100.0 / one.Clients, 1),
        };
        var started = context.Time.GetTimestamp();
        var loaded = new LoadedData(Synthetic(one.Samples, 1), Synthetic(10_000, 2), DigitsDataSet.Instance.Task!);
        var loadedPeak = Process.GetCurrentProcess().PeakWorkingSet64;
        var data = FederatedData.Assign(experiment, loaded);
        var partitionedPeak = Process.GetCurrentProcess().PeakWorkingSet64;
        var summary = context.InFolder(options => Simulation.Run(
            experiment, options, (_, _) => data, new ToProgress(context.Progress), context.Time, context.Cancel));
        return new Outcome(loadedPeak, partitionedPeak, summary.PeakRssBytes, context.Time.GetElapsedTime(started).TotalSeconds);
    }

    static ImageSet Synthetic(int samples, int part)
    {
        var random = new Seeds(1).For(Purpose.Initialization, part: part);
        var pixels = ImageSet.NewPixels(samples * 64); // as readers of data sets do
        foreach (ref var eight in MemoryMarshal.Cast<byte, ulong>(pixels.AsSpan())) eight = random.NextUInt64();
        var labels = new int[samples];
        for (var i = 0; i < samples; i++) labels[i] = i % 10;
        return new ImageSet(new SampleShape(1, 8, 8), pixels, labels);
    }
}
