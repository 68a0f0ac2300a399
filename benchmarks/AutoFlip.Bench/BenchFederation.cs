namespace AutoFlip.Bench;

/// <summary>A federation whose rounds are asked for one by one, so that they can take turns with something else.</summary>
/// <remarks>Wired as a simulation is, but for the run directory: nothing is saved, and the global model is not evaluated.</remarks>
sealed class BenchFederation : IDisposable
{
    readonly WorkerPool _pool;
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("autoflip-bench-");
    readonly ExplorationLog _exploration;
    readonly IAsyncEnumerator<RoundResult> _rounds;

    /// <summary>Starts the workers; nothing is computed yet.</summary>
    /// <param name="context">How to carry it out.</param>
    /// <param name="experiment">What.</param>
    /// <param name="data">Whose clients.</param>
    /// <param name="pruner">Another pruner than the experiment names.</param>
    public BenchFederation(BenchContext context, Experiment experiment, FederatedData data, Pruner? pruner = null)
    {
        experiment = experiment with { Rounds = int.MaxValue, EvaluateEvery = int.MaxValue, DenseRounds = 0 };
        var method = Catalog.Resolve(experiment);
        if (pruner is not null) method = method with { Pruner = pruner };
        Network = RunNetwork.Build(experiment, method, data.Contract);
        Initial = InitialOf(experiment, Network);
        _pool = new WorkerPool(
            context.Options.Workers, experiment.ThreadsPerClient, () => Workspace.Of(experiment, method.Optimizer));
        _exploration = new ExplorationLog(_folder.FullName, Network.Layout.ParameterCount);
        var transport = new Dispatch(new ServerLink(experiment), new InProcessChannel(
            new ClientHost(experiment, method, Network, new SimulatedData(data), new VolatileStore(), context.Time), data, _pool));
        var run = new RecordedRun(experiment, method, Network, transport, _exploration, evaluate: null, RunObserver.None, context.Time);
        _rounds = run.RunAsync(Initial, from: null, context.Cancel).GetAsyncEnumerator(context.Cancel);
    }

    /// <summary>The model.</summary>
    public Network Network { get; }

    /// <summary>w_0.</summary>
    public Weights Initial { get; }

    /// <summary>w_0 of an experiment.</summary>
    public static Weights InitialOf(Experiment experiment, Network network) =>
        Initialization.Draw(
            network, Catalog.Initializers[experiment.Initialization], experiment.InitializationGain, new Seeds(experiment.Seed));

    /// <summary>Loads the data of an experiment.</summary>
    public static FederatedData Load(BenchContext context) =>
        FederatedData.Load(context.Experiment, DataLocations.Of(context.Options), new ToProgress(context.Progress), context.Cancel);

    /// <summary>Carries out the next round.</summary>
    /// <exception cref="AutoFlipException">A client failed (exit 4): half a round is not worth a figure.</exception>
    public RoundResult NextRound()
    {
        _rounds.MoveNextAsync().AsTask().GetAwaiter().GetResult();
        var round = _rounds.Current;
        return round.Report.Failures is [var failure, ..]
            ? throw AutoFlipException.RunFailed($"Client {failure.Client}: {failure.Reason}")
            : round;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rounds.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _pool.Dispose();
        _exploration.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Says on a stream what a run warns of.</summary>
sealed class ToProgress(TextWriter progress) : RunObserver
{
    /// <inheritdoc/>
    public override void Warning(string message) => progress.WriteLine($"warning: {message}");
}
