namespace AutoFlip;

/// <summary>A whole federation in this process: loads data, deals it to clients, runs the rounds, writes the run directory.</summary>
public static class Simulation
{
    /// <summary>Runs an experiment from the start.</summary>
    /// <param name="experiment">What to run. Checked first: nothing is written for an experiment that cannot run.</param>
    /// <param name="options">How to carry it out; null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Watches; null: nobody does.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run; what was finished is saved and can be resumed.</param>
    /// <exception cref="AutoFlipException">The request, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Run(
        Experiment experiment, RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        var how = options ?? new RunOptions();
        return Run(experiment, how, (resolved, all) =>
        {
            ExperimentRules.Check(resolved); // with the task that the data set's name promises, so before anything is loaded
            return FederatedData.Load(resolved, DataLocations.Of(how), all, cancel);
        }, observer ?? RunObserver.None, time ?? TimeProvider.System, cancel);
    }

    /// <summary>Runs an experiment from the start on data of any origin: the experiment's data set is only a name then.</summary>
    internal static RunSummary Run(
        Experiment experiment, RunOptions options, Func<Experiment, RunObserver, FederatedData> load, RunObserver observer, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        RunDirectory? directory = null;
        try
        {
            return RunFiles.Record(options, directory: null, observer, time, all =>
            {
                experiment = ExperimentRules.Resolve(experiment, task: null); // the data say what it is, whatever their name promises
                LibTorch.Require(); // before gigabytes are read
                var data = load(experiment, all);
                experiment = ExperimentRules.Settle(experiment, data.Task, data.Clients.Length);
                var method = Catalog.Resolve(experiment);
                var network = BuildNetwork(experiment, method, data, options);
                directory = RunDirectory.Create(experiment, options, data.Table, time);
                return Run(new Setting(experiment, method, options, data, network, directory, all, time, started), cancel);
            });
        }
        finally
        {
            directory?.Dispose(); // not earlier: its lock is held until a failure is recorded
        }
    }

    /// <summary>Goes on with a run that was stopped, killed or broken off; one that had ended is only summed up again.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="options">How to carry it out from here; where data lies is taken from the first start unless given anew. Null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Watches; null: nobody does.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run again.</param>
    /// <exception cref="AutoFlipException">The directory, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Resume(
        string path, RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        (options, observer, time) = (options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);
        var started = time.GetTimestamp();
        using var directory = RunDirectory.Open(path, MethodOptions.Schema with { Infer = experiment => experiment });
        var experiment = directory.Experiment;
        ExperimentRules.Check(experiment);
        LibTorch.Require();
        options = options with { DataPath = options.DataPath ?? directory.Options.DataPath, LogFormat = options.LogFormat ?? directory.Options.LogFormat };
        return RunFiles.Record(options, directory.Path, observer, time, all =>
        {
            if (!directory.HasChecksums) all.Warning("An earlier version began this run, and its files carry no checksum: damage to what the run is resumed from is not noticed.");
            var data = FederatedData.Load(experiment, DataLocations.Of(options), all, cancel);
            var method = Catalog.Resolve(experiment);
            return Run(new Setting(experiment, method, options, data, BuildNetwork(experiment, method, data, options), directory, all, time, started), cancel);
        });
    }

    sealed record Setting(
        Experiment Experiment, Method Method, RunOptions Options, FederatedData Data, Network Network,
        RunDirectory Directory, RunObserver Observer, TimeProvider Time, long Started);

    /// <summary>The network, once it is sure that data, model, loss and pruner fit each other, and that the run fits into memory.</summary>
    static Network BuildNetwork(Experiment experiment, Method method, FederatedData data, RunOptions options)
    {
        var network = BuildNetwork(experiment, method, data);
        TrainingMemory.Of(experiment, network, data, options.Workers).Require(experiment, options.MemoryLimit ?? MemoryLimit.OfProcess);
        return network;
    }

    /// <summary>The network, once it is sure that data, model, loss and pruner fit each other.</summary>
    internal static Network BuildNetwork(Experiment experiment, Method method, FederatedData data)
    {
        var network = Catalog.Models[experiment.Model](data.Train.Shape, data.Task.Outputs, ModelOptions.Of(experiment));
        if (method.Criterion.Refuses(network) is { } reason) throw AutoFlipException.BadRequest($"Experiment.Criterion: {reason}");
        CheckTokens(experiment, network, data.Train.Vocabulary);
        CheckSteps(experiment, network, data.Task);
        method.Pruner.Check(network);
        if (method.Algorithm.Refuses(experiment, method) is { } misfit) throw AutoFlipException.BadRequest(misfit);
        return network;
    }

    /// <summary>A network must read token ids if and only if samples are token ids, and must know them all.</summary>
    static void CheckTokens(Experiment experiment, Network network, int? vocabulary)
    {
        if (vocabulary is null && network.Vocabulary is null) return;
        if (vocabulary is null)
            throw AutoFlipException.BadRequest($"Experiment.Model {experiment.Model}: it reads token ids, and the samples of {experiment.Dataset} are numbers; choose a model without an embedding.");
        if (network.Vocabulary is null)
            throw AutoFlipException.BadRequest($"Experiment.Model {experiment.Model}: it reads numbers, and the samples of {experiment.Dataset} are token ids; choose a model with an embedding, such as NextCharLSTM.");
        if (network.Vocabulary < vocabulary)
            throw AutoFlipException.BadRequest(
                ExperimentOptions.Of(nameof(Experiment.EmbeddingCount)).Refusal(network.Vocabulary, $"at least {vocabulary}, the tokens of {experiment.Dataset}"));
    }

    /// <summary>A network must say something about every step of a sequence if and only if that is the task.</summary>
    static void CheckSteps(Experiment experiment, Network network, LearningTask task)
    {
        var (says, wanted) = (network.Nodes[^1].OutputShape.Length == 2, task.Kind == TaskKind.Labelling);
        if (says == wanted) return;
        throw AutoFlipException.BadRequest(wanted
            ? $"Experiment.Model {experiment.Model}: it says one thing about a sequence, and {experiment.Dataset} asks for one at each step; choose NextWordLSTM."
            : $"Experiment.Model {experiment.Model}: it says something about each step of a sequence, and {experiment.Dataset} asks for one thing about the whole; choose another model, such as NextCharLSTM.");
    }

    static RunSummary Run(Setting setting, CancellationToken cancel)
    {
        var (experiment, method, options, data, network, directory, observer, time, _) = setting;
        var initial = Initialization.Draw(network, method.Initializer, experiment.InitializationGain, new Seeds(experiment.Seed));
        var from = directory.LoadState(method.Algorithm.Initialize(initial), network);
        directory.RequireDeal(data.Table.Sha256);
        observer.Started(new RunStart(
            experiment, directory.Path, network.Layout.ParameterCount, network.MacsPerSample,
            data.Clients.Sum(client => (long)client.Train.Length), data.Clients.Sum(client => (long)client.HeldOut.Length),
            data.Test?.Count ?? 0, from?.Round ?? 0)
        { Rounds = [.. directory.Rounds] });
        var card = ModelCard.Of(experiment, data);
        if (from is null) directory.SaveModel("initial.safetensors", initial, card);
        if (from is null && OptionUses.Warning(new PreparedRun(experiment, network, data)) is { } unused) observer.Warning(unused);
        foreach (var warning in SizeWarnings(experiment, method.Pruner, network, directory.Checkpoints)) observer.Warning(warning);
        foreach (var warning in ProcessorWarnings(experiment, network)) observer.Warning(warning);

        using var pool = new WorkerPool(options.Workers, experiment.ThreadsPerClient, () => new Workspace(method.Optimizer, experiment.Precision));
        using var exploration = new ExplorationLog(directory.Checkpoints, network.Layout.ParameterCount);
        var host = new ClientHost(experiment, method, network, new SimulatedData(data), new ClientFiles(directory.ClientMemory, network.Layout.ParameterCount), time) { Wording = options.Wording };
        var link = new ServerLink(experiment, RunStamp.RunOf(directory.Checkpoints));
        IClientTransport transport = new InProcessTransport(link, host, data, pool);
        if (options.SaveClients) transport = new ClientRecorder(transport, directory, card);
        var run = new FederatedRun(
            experiment, method, network, transport, exploration,
            data.Test is { } test ? (small, weights, cutOff, ct) => Evaluation.RunAsync(pool, small, weights, cutOff, method.Criterion, test, method.Metrics, ct) : null,
            observer, time);

        if (from is not null)
        {
            link.Recall(directory.Rounds);
            host.Masks.Add(run.MaskOf(from)); // what clients had when the run broke off
        }
        var last = RunRoundsAsync(run, initial, from, setting, card, cancel).GetAwaiter().GetResult();
        var mask = run.MaskOf(last);
        var global = mask.Apply(last.Server.Weights);
        var summary = Summaries.Of(experiment, Catalog.MainMetricOf(experiment), options.Workers, network, global, mask, exploration.Reports, directory.Rounds, time.GetElapsedTime(setting.Started).TotalSeconds)
            with
        { Directory = directory.Path };
        card = card with { Round = last.Round, CutOff = directory.Rounds[^1].CutOff, ModelSha256 = summary.ModelSha256 };
        directory.SaveModel("final.safetensors", global, card);
        directory.SaveModel("final-small.safetensors", mask.Shrink(global), mask.Units is null ? card : card.WithWidthsOf(mask.Shrink(network)));
        directory.SaveResults(summary);
        observer.Finished(summary);
        return summary;
    }

    /// <summary>What this processor makes slower than a reader would expect.</summary>
    static IEnumerable<string> ProcessorWarnings(Experiment experiment, Network network)
    {
        if (OneDnn.Remedy == CacheRemedy.NarrowVectors && network.Nodes.Any(node => node.Layer is Conv2d))
            yield return "This machine hides its processor's caches, as some virtual machines do, and libtorch's fast convolutions would be wrong on it; slower ones are used, which are right. "
                + "Where they are shown (lscpu lists L1d), training takes a quarter to a half of the time.";
        if (experiment.Precision == TrainingPrecision.Bf16 && Bfloat16.IsEmulated)
            yield return "Experiment.Precision bf16: this processor has no bfloat16 arithmetic (AVX512_BF16 or AMX_BF16) that could be used; the result is right, but fp32 is probably faster.";
    }

    /// <summary>What clients leave on disk may be more than there is to spare: a sentence for each that is worth one.</summary>
    internal static IEnumerable<string> SizeWarnings(Experiment experiment, Pruner pruner, Network network, string folder)
    {
        const long Worth = 4L << 30;
        var scores = 4L * network.Layout.ParameterCount * experiment.ExplorerCount;
        if (pruner.Explores && scores > Worth)
            yield return $"Exploration will keep {scores >> 30} GB of scores in {folder}; fewer explorers (Experiment.ExplorerFraction) keep less.";
        var residuals = 2 * 4L * network.Layout.ParameterCount * experiment.Clients; // the last two rounds of each
        if (experiment.WireUp == WireFormat.Int8 && residuals > Worth)
            yield return $"Clients will keep up to {residuals >> 30} GB of what 8 bits lose in {folder}; Experiment.WireUp fp16 keeps nothing.";
    }

    static async Task<RunState> RunRoundsAsync(FederatedRun run, Weights initial, RunState? from, Setting setting, ModelCard card, CancellationToken cancel)
    {
        var last = from;
        await foreach (var round in run.RunAsync(initial, from, cancel).ConfigureAwait(false))
        {
            if (round.State.Round == setting.Experiment.FirstPrunedRound)
            {
                setting.Directory.SaveModel("initial-pruned.safetensors", round.Mask.Apply(round.Start), card with { Round = round.State.Round - 1 });
                if (PruningPlan.Of(setting.Experiment).Shortfall(setting.Network, round.Mask) is { } shortfall && setting.Experiment.Pruner != "none")
                    setting.Observer.Warning(shortfall);
                if (run.GuidanceOf(round.Mask) is { } guidance) setting.Directory.SaveGuidance(guidance);
            }
            setting.Directory.Save(round);
            last = round.State;
            setting.Observer.RoundDone(round.Report);
        }
        return last!;
    }
}
