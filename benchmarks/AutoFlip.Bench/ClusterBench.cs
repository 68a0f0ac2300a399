using System.Diagnostics;
using System.Globalization;
using System.Net;
using AutoFlip.Grpc;
using AutoFlip.Orleans;

namespace AutoFlip.Bench;

/// <summary>A round on one and two worker processes, the coordinator's share of it, and what follows for more of them.</summary>
static class ClusterBench
{
    const string Worker = "worker:";

    /// <summary>The paper's model and local training, ten clients a round.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "FashionMNIST",
        SampleFraction = 0.25,
        Pruner = Experiment.NoPruner,
        CohortFraction = 0.5,
        Rounds = 4,
        LocalEpochs = 1,
        EvaluateEvery = 4,
        EvaluationScope = EvaluationScope.Global,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        if (context.Bench.Case is { } name) return WorkFor(context, name);
        var experiment = context.Experiment;
        List<double>[] used = [[], []]; // the coordinator's processor time of a round, with one worker and with two
        double Cluster(int workers)
        {
            var (seconds, busy) = RunOnCluster(context, workers);
            used[workers - 1].Add(busy);
            return seconds;
        }
        var series = Series.Interleave(
            context, context.RepeatsOr(5),
            ("one process, 1 thread", () => RunHere(context, 1)), ("one process, 2 threads", () => RunHere(context, 2)),
            ("1 worker", () => Cluster(1)), ("2 workers", () => Cluster(2)));
        double[] coordinator = [.. used.Select(times => new Series("", times[1..]).Median)];
        var clients = experiment.CohortSize;
        var perWorker = Math.Max(coordinator[1] - coordinator[0], 0);
        var serve = (coordinator[0] - perWorker) / clients;
        var train = series[2].Median / clients;
        int[] sizes = [1, 10, 100, 1_000];
        return new BenchReport(
            "A cluster of workers",
            $"""
            Rounds of {clients} clients, a share of {experiment.SampleFraction} of the data, {experiment.Model} on
            {experiment.Dataset}, {experiment.LocalEpochs} local epoch, batches of {experiment.BatchSize}: the mean of all rounds but the
            first, without evaluation. Each worker is a process with one slot, the coordinator is this process. All of them share the cores
            of this machine, so two workers and the coordinator compete for them.
            """,
            [
                new(
                    ["s a round", "median", "least", "largest", "speed over one process, 1 thread"],
                    [.. series.Select(taken => (string[])[
                        taken.Name, .. taken.Cells("0.000"), $"{series[0].Over(taken).Median:0.00}"])]),
                new(
                    ["coordinator", "1 worker", "2 workers"],
                    ["processor time, ms a client", $"{1e3 * coordinator[0] / clients:0.0}", $"{1e3 * coordinator[1] / clients:0.0}"]),
                new(
                    ["predicted for 10,000 clients a round", .. sizes.Select(size => $"{size:N0} workers")],
                    ["s a round", .. sizes.Select(size => $"{Predict(size, 10_000, train, serve, perWorker):N0}")],
                    ["speed", .. sizes.Select(size =>
                        $"{Predict(1, 10_000, train, serve, perWorker) / Predict(size, 10_000, train, serve, perWorker):0.0}")],
                    ["coordinator busy", .. sizes.Select(size => string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(10_000 * serve + size * perWorker) / Predict(size, 10_000, train, serve, perWorker):P0}"))]),
            ],
            [],
            "The prediction is a queue: workers take the next client as soon as they are free, and one coordinator serves replies in the "
            + $"order of arrival. A client takes a worker {1e3 * train:0} ms, its reply the coordinator {1e3 * serve:0.0} ms, and a worker "
            + $"{1e3 * perWorker:0.0} ms a round. All machines are like this one, and the network between them is free.",
            $"A coordinator keeps {train / serve:0} such workers busy.");
    }

    /// <summary>Seconds of a round by the queue.</summary>
    internal static double Predict(int workers, int clients, double train, double serve, double perWorker)
    {
        var free = new PriorityQueue<int, double>(Enumerable.Range(0, workers).Select(worker => (worker, (worker + 1) * perWorker)));
        var replies = new List<double>(clients);
        for (var client = 0; client < clients; client++)
        {
            free.TryDequeue(out var worker, out var from);
            replies.Add(from + train);
            free.Enqueue(worker, from + train);
        }
        replies.Sort();
        var coordinator = workers * perWorker;
        foreach (var reply in replies) coordinator = Math.Max(coordinator, reply) + serve;
        return coordinator;
    }

    static double RunHere(BenchContext context, int threads)
    {
        var rounds = new Rounds();
        context.InFolder(options => Simulation.Run(
            context.Experiment, options with { Workers = threads }, rounds, context.Time, context.Cancel));
        return rounds.Seconds;
    }

    static (double Seconds, double Busy) RunOnCluster(BenchContext context, int workers)
    {
        var port = Silo.FreePort(IPAddress.Loopback).Port;
        Process[] processes = [.. Enumerable.Range(0, workers).Select(
            _ => Process.Start(OwnProcess.StartInfo(string.Create(CultureInfo.InvariantCulture, $"{Worker}{port}")))!)];
        try
        {
            var rounds = new Rounds();
            context.InFolder(options => ClusterRun.Run(
                context.Experiment, OptionsOf(port), options with { Workers = 1 }, rounds, context.Time, context.Cancel));
            return (rounds.Seconds, rounds.Busy);
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill();
                process.Dispose();
            }
        }
    }

    static BenchReport WorkFor(BenchContext context, string name)
    {
        var port = int.Parse(name[Worker.Length..], CultureInfo.InvariantCulture);
        ClusterWorker.RunAsync(OptionsOf(port), context.Options, slots: 1, once: true, IClientLog.None, context.Time, context.Cancel)
            .GetAwaiter().GetResult();
        return BenchReport.Nothing;
    }

    static AutoFlip.Orleans.ClusterOptions OptionsOf(int port) => new() { Cluster = new(ClusterKind.Static, "127.0.0.1", port) };

    /// <summary>Seconds of the rounds but the first, and this process's processor time in them.</summary>
    sealed class Rounds : RunObserver
    {
        readonly List<(double Seconds, TimeSpan Cpu)> _rounds = [];

        public double Seconds => _rounds.Skip(1).Average(round => round.Seconds);

        /// <summary>Of the rounds between the first and the last, which is evaluated.</summary>
        public double Busy => (_rounds[^2].Cpu - _rounds[0].Cpu).TotalSeconds / (_rounds.Count - 2);

        public override void RoundDone(RoundReport report) =>
            _rounds.Add((report.Seconds - report.EvaluateSeconds, Environment.CpuUsage.TotalTime));
    }
}
