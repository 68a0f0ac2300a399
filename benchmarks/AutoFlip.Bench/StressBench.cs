using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace AutoFlip.Bench;

/// <summary>Training while the garbage collector never rests: whatever native code still uses must be held.</summary>
static class StressBench
{
    static readonly (string Model, string Optimizer, Experiment Change)[] Cases =
    [
        ("TwoCNN", "Adam", new() { HiddenSize = 8 }),
        ("TwoNN", "SGD", new() { Momentum = 0.9 }),
        ("FEMNISTCNN", "RMSprop", new() { MaxGradientNorm = 1 }),
        ("ResNet10", "AdamW", new() { WeightDecay = 0.01 }),
        ("LogReg", "Adagrad", new()),
    ];

    /// <summary>Small clients, so that models, optimisers and messages come and go quickly.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "Digits",
        Resize = 0,
        Partition = "iid",
        LocalEpochs = 1,
        BatchSize = 24,
        LearningRate = 0.001,
        ThreadsPerClient = 1,
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        const int Threads = 2;
        var data = BenchFederation.Load(context);
        Training[] trainings = [.. Cases.Select(one => new Training(context.Experiment with
        {
            Model = one.Model,
            Optimizer = one.Optimizer,
            HiddenSize = one.Change.HiddenSize,
            Momentum = one.Change.Momentum,
            MaxGradientNorm = one.Change.MaxGradientNorm,
            WeightDecay = one.Change.WeightDecay,
        }, data))];
        var counts = new int[trainings.Length];
        var first = new ConcurrentDictionary<int, string>();
        var failures = new ConcurrentQueue<string>();
        var started = context.Time.GetTimestamp();
        var limit = TimeSpan.FromMinutes(context.Bench.Minutes);

        using var over = new CancellationTokenSource();
        long collections = 0;
        var collector = new Thread(() =>
        {
            for (; !over.IsCancellationRequested; collections++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        })
        { IsBackground = true };
        collector.Start();
        try
        {
            // Jobs without end; each thread leaves when time is up and every training has been repeated.
            SideBySide.Run(Threads, Threads, (_, thread) =>
            {
                for (var job = thread; context.Time.GetElapsedTime(started) < limit || job < 2 * trainings.Length; job++)
                {
                    context.Cancel.ThrowIfCancellationRequested();
                    var which = job % trainings.Length;
                    var (hash, failure) = trainings[which].Run(context.Cancel);
                    var known = first.GetOrAdd(which, hash);
                    if (failure is not null) failures.Enqueue($"{Cases[which].Model}: {failure}");
                    else if (known != hash) failures.Enqueue($"{Cases[which].Model}: the same training gave another model");
                    if (Interlocked.Increment(ref counts[which]) % 100 == 0 && which == 0)
                        context.Progress.WriteLine(
                            $"{context.Time.GetElapsedTime(started).TotalMinutes:0.0} of {limit.TotalMinutes:0.0} minutes: "
                            + $"{counts.Sum()} trainings, {collections} collections, {failures.Count} failures");
                }
            });
        }
        finally
        {
            over.Cancel();
            collector.Join();
        }

        return new BenchReport(
            "Training under endless garbage collection",
            $"""
            For {limit.TotalMinutes:0.##} minutes {Threads} threads train, each training with a network and an optimiser of its own, while a
            third thread forces one full garbage collection after another and waits for finalizers. The same training, keyed by the same
            seed, must end in the same answer to the bit, however often it is repeated and whatever runs beside it. A training is what a
            client does with a message: decode, train on {context.Experiment.Dataset}, evaluate, encode.
            """,
            [
                new(["network", "optimiser", "trainings", "SHA-256 of the values"],
                    [.. Cases.Select((one, i) => (string[])[one.Model, one.Optimizer, $"{counts[i]}", first[i][..16]])]),
                new(["trainings", "collections", "failures"], [$"{counts.Sum()}", $"{collections}", $"{failures.Count}"]),
            ],
            [new("failures and differing answers", "0", $"{failures.Count}", failures.IsEmpty)],
            [.. failures.Distinct().Take(10)]);
    }

    /// <summary>One client's keyed training, under a random mask.</summary>
    sealed class Training
    {
        readonly Experiment _experiment;
        readonly ClientHost _host;
        readonly SentTask _task;

        public Training(Experiment experiment, FederatedData data)
        {
            _experiment = experiment;
            var network = RunNetwork.Build(experiment, Catalog.Resolve(experiment), data.Contract);
            _host = new ClientHost(
                experiment, Catalog.Resolve(experiment), network, new SimulatedData(data), new VolatileStore(), TimeProvider.System);
            var seeds = new Seeds(experiment.Seed);
            var mask = Catalog.Pruners["random"](experiment).Prune(new(network, 1, [0], null, seeds));
            _task = new SentTask(
                experiment,
                new ClientTask(ClientWork.Train, 1, experiment.LearningRate, BenchFederation.InitialOf(experiment, network), mask));
        }

        /// <summary>Trains, and gives the answer's hash and what went wrong, if anything did.</summary>
        public (string Hash, string? Failure) Run(CancellationToken cancel)
        {
            using var workspace = Workspace.Of(_experiment);
            var (_, answer) = _task.Read(_host.Handle(workspace, _task.Whole.Span, client: 0, cancel), client: 0);
            return (Convert.ToHexStringLower(SHA256.HashData(answer.ValueBytes.Span)), answer.Failure); // the values: the seconds differ
        }
    }
}
