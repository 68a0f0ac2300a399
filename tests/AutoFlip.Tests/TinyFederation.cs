using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip.Tests;

/// <summary>A federation that runs in milliseconds: TwoNN on 4x4 images of three kinds of stripes, all in memory.</summary>
static class TinyFederation
{
    public static Experiment Experiment { get; } = new()
    {
        Name = "tiny",
        Seed = 7,
        Dataset = "Stripes",
        Model = "TwoNN",
        HiddenSize = 8,
        Clients = 6,
        CohortFraction = 0.5,
        Rounds = 4,
        LocalEpochs = 2,
        BatchSize = 5,
        LearningRate = 0.01,
        EvaluateEvery = 2,
        ExplorerFraction = 1,
        ExplorationEpochs = 2,
        PruneFraction = 0.3m,
        Criterion = "CrossEntropyLoss",
        Metrics = ["acc1", "f1"],
    };

    /// <summary>Assigns triples of all classes round robin; each client holds out a fifth.</summary>
    public static FederatedData Data(Experiment experiment, int samples = 126)
    {
        var (train, task) = (new Stripes(samples), LearningTask.Classification("row", "column", "diagonal"));
        var clients = Enumerable.Range(0, experiment.Clients)
            .Select(client => Enumerable.Range(0, samples).Where(row => row / 3 % experiment.Clients == client).ToArray())
            .Select(own => new ClientRows(own[..^(own.Length / 5)], own[^(own.Length / 5)..])).ToImmutableArray();
        return new FederatedData
        {
            Train = train,
            HeldOut = train,
            Test = new Stripes(40),
            Clients = clients,
            Task = task,
            Table = PartitionTable.Of(clients, train.Targets, task.Strata),
        };
    }

    public static Network Network(Experiment experiment) =>
        Catalog.Models[experiment.Model](new SampleShape(1, 4, 4), 3, ModelOptions.Of(experiment));

    public static Weights Initial(Experiment experiment, Network? network = null) =>
        Initialization.Draw(network ?? Network(experiment), Catalog.Initializers["xavier"], 1, new Seeds(experiment.Seed));

    /// <summary>Runs all rounds.</summary>
    /// <param name="experiment">What to run.</param>
    /// <param name="workers">Clients side by side.</param>
    /// <param name="wrap">Puts something between server and clients.</param>
    /// <param name="inspect">Sees every round's result.</param>
    /// <param name="data">Whose clients; by default <see cref="Data"/>.</param>
    /// <param name="network">Another network than the experiment names.</param>
    /// <param name="from">Where to go on.</param>
    /// <param name="observer">Watches.</param>
    /// <param name="store">What clients keep between rounds.</param>
    /// <param name="pruner">Another pruner than the experiment names.</param>
    /// <param name="algorithm">Another algorithm than it names.</param>
    /// <param name="channel">Leads to clients that are already there; null: they are simulated.</param>
    /// <param name="device">Where they compute; null: on the CPU.</param>
    public static async Task<Outcome> RunAsync(
        Experiment experiment, int workers = 1, Func<IClientTransport, IClientTransport>? wrap = null, Action<RoundResult>? inspect = null,
        FederatedData? data = null, Network? network = null, RunState? from = null, RunObserver? observer = null,
        IClientStore? store = null, Pruner? pruner = null, FederatedAlgorithm? algorithm = null, IMessageChannel? channel = null,
        ComputeDevice? device = null)
    {
        data ??= Data(experiment);
        network ??= Network(experiment);
        var method = Catalog.Resolve(experiment);
        method = method with { Pruner = pruner ?? method.Pruner, Algorithm = algorithm ?? method.Algorithm };
        using var pool = new WorkerPool(workers, 1, () => Workspace.Of(experiment, device: device));
        IClientTransport transport = new Dispatch(new ServerLink(experiment), channel ?? new InProcessChannel(
            new ClientHost(experiment, method, network, new SimulatedData(data), store ?? new VolatileStore(), TimeProvider.System), data,
            pool));
        var metrics = Metric.AllOf(experiment);
        var run = new RecordedRun(
            experiment, method, network, wrap?.Invoke(transport) ?? transport, new MemoryScores(),
            (small, weights, cutOff, ct) => Evaluation.RunAsync(
                pool, small, weights, cutOff, Catalog.Criteria[experiment.Criterion], data.Test!, metrics, ct),
            observer ?? RunObserver.None, TimeProvider.System);

        var results = new List<RoundResult>();
        await foreach (var result in run.RunAsync(Initial(experiment, network), from, TestContext.Current.CancellationToken))
        {
            inspect?.Invoke(result);
            results.Add(result);
        }
        return new Outcome([.. results], results[^1].Mask.Apply(results[^1].State.Server.Weights));
    }

    /// <summary>One client's samples are not numbers.</summary>
    public static FederatedData WithPoison(FederatedData data, int client) =>
        data with { Train = new Poisoned(data.Train, [.. data.Clients[client].Train.Span]) };

    /// <summary>Shows each batch that is read for training, before it is read.</summary>
    /// <param name="data">The samples.</param>
    /// <param name="read">Receives the client. What it throws is a failure of that client.</param>
    public static FederatedData With(FederatedData data, Action<int> read) => data with { Train = new Observed(data, read) };

    public sealed record Outcome(ImmutableArray<RoundResult> Rounds, Weights Global);

    sealed class Observed(FederatedData data, Action<int> read) : SampleSet
    {
        public override SampleShape Shape => data.Train.Shape;

        public override Targets Targets => data.Train.Targets;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            var first = rows[0];
            read(Enumerable.Range(0, data.Clients.Count).First(client => data.Clients[client].Train.Span.Contains(first)));
            data.Train.Read(rows, into, augmentation);
        }
    }

    sealed class Poisoned(SampleSet samples, HashSet<int> bad) : SampleSet
    {
        public override SampleShape Shape => samples.Shape;

        public override Targets Targets => samples.Targets;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            samples.Read(rows, into, augmentation);
            for (var i = 0; i < rows.Length; i++)
                if (bad.Contains(rows[i])) into.Slice(i * Shape.Length, Shape.Length).Fill(float.NaN);
        }
    }

    /// <summary>Three classes: a bright row, a bright column, a bright diagonal; its place varies with the sample.</summary>
    sealed class Stripes(int count) : SampleSet
    {
        public override SampleShape Shape => new(1, 4, 4);

        public override Targets Targets { get; } = Targets.Classes([.. Enumerable.Range(0, count).Select(i => i % 3)]);

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            into.Clear();
            for (var i = 0; i < rows.Length; i++)
                for (var k = 0; k < 4; k++)
                {
                    var place = rows[i] / 3 % 4;
                    var at = Labels[rows[i]] switch { 0 => place * 4 + k, 1 => k * 4 + place, _ => k * 4 + (k + place) % 4 };
                    into[i * 16 + at] = 1 + (augmentation?.NextSingle() ?? 0) * 0.1f;
                }
        }
    }
}

/// <summary>Explorers' scores in memory.</summary>
sealed class MemoryScores : IExplorerLog
{
    readonly SortedDictionary<int, float[]> _scores = [];
    readonly List<int> _asked = [];

    public IReadOnlyList<int> Explorers => [.. _scores.Keys];

    public IReadOnlyCollection<int> Asked => _asked;

    public void Add(ClientReply reply)
    {
        _asked.Add(reply.Client);
        if (reply.Failure is null) _scores.Add(reply.Client, reply.Values.ToArray());
    }

    public float[] Mean(IReadOnlyCollection<int> explorers)
    {
        var mean = new float[_scores.Values.First().Length];
        foreach (var explorer in explorers.Order()) TensorPrimitives.Add(mean, _scores[explorer], mean);
        TensorPrimitives.Divide(mean, explorers.Count, mean);
        return mean;
    }
}
