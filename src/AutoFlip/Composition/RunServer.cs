using System.Collections.Concurrent;

namespace AutoFlip;

/// <summary>Objects of a run that server and clients share.</summary>
/// <param name="Experiment">What is run; settled.</param>
/// <param name="Method">What it names.</param>
/// <param name="Options">How to carry it out.</param>
/// <param name="Devices">Where.</param>
/// <param name="Contract">What is agreed on about data.</param>
/// <param name="Network">The full model.</param>
/// <param name="Initial">Its initial weights.</param>
/// <param name="Directory">The run directory.</param>
/// <param name="Observer">Watches.</param>
/// <param name="Time">The clock.</param>
/// <param name="Started">Its time when the run began or went on.</param>
sealed record RunSetting(
    Experiment Experiment, Method Method, RunOptions Options, RunDevices Devices, DataContract Contract, Network Network, Weights Initial,
    RunDirectory Directory, RunObserver Observer, TimeProvider Time, long Started);

/// <summary>Samples of a federation.</summary>
/// <param name="Train">For training, over all clients.</param>
/// <param name="HeldOut">Held out, over all clients.</param>
/// <param name="Test">Of the server's test set.</param>
readonly record struct SampleCounts(long Train, long HeldOut, long Test);

/// <summary>The server's half of a run: state, rounds and the run directory. It sees no sample of a client.</summary>
sealed class RunServer : IDisposable
{
    readonly RunSetting _setting;
    readonly ModelCard _card;
    readonly Weights _initial;
    readonly RunState? _from;
    readonly ExplorationLog _exploration;
    readonly ConcurrentDictionary<int, int> _trained = [];
    readonly HashSet<string> _emptied = [];

    /// <summary>Reads the state to resume from, if there is one.</summary>
    /// <exception cref="AutoFlipException">It is damaged, or its mask is another than that of the round that it was saved after
    /// (exit 3).</exception>
    public RunServer(RunSetting setting)
    {
        var (experiment, method, directory, network) = (setting.Experiment, setting.Method, setting.Directory, setting.Network);
        _setting = setting;
        _card = ModelCard.Of(experiment, setting.Contract);
        _initial = setting.Initial;
        _from = directory.LoadState(method.Algorithm.Initialize(_initial), network);
        _exploration = new ExplorationLog(directory.Checkpoints, method.Pruner.ScoreParts(network).Sum());
        Link = new(experiment, RunStamp.RunOf(directory.Checkpoints));
        if (_from is not null)
        {
            Link.Recall(directory.Rounds, StatisticsFold.IsNeeded(experiment, method.Algorithm, network));
            try
            {
                MaskInForce = MaskOf(_from);
            }
            catch
            {
                _exploration.Dispose();
                throw;
            }
        }
        foreach (var report in directory.Rounds) NoteTrained(report);
    }

    /// <summary>The mask of the last finished round, which the run goes on from.</summary>
    Mask MaskOf(RunState state)
    {
        var mask = new MaskSchedule(_setting.Experiment, _setting.Method.Pruner, _setting.Network, _exploration).Of(state);
        if (WireMask.NameOf(mask) == _setting.Directory.Rounds[state.Round - 1].Mask) return mask;
        throw AutoFlipException.BadData(
            $"The mask of round {state.Round} is another one than {_setting.Directory.Path} was trained under. Probably the run was begun "
            + "by another version of this program, which prunes by other rules: resume it with that version, which its experiment.json "
            + "names, or start a new run.");
    }

    /// <summary>The server's end of the connections.</summary>
    public ServerLink Link { get; }

    /// <summary>True if no round is finished yet.</summary>
    public bool IsNew => _from is null;

    /// <summary>The last round that is finished; 0 for a new run.</summary>
    public int Round => _from?.Round ?? 0;

    /// <summary>The clients' mask in an interrupted run; null for a new run.</summary>
    public Mask? MaskInForce { get; }

    /// <summary>The last finished round in which a client's training counted; 0 if there is none.</summary>
    public int LastTrained(int client) => _trained.GetValueOrDefault(client);

    /// <summary>Tells the observer what is about to run, and writes the initial model of a new run.</summary>
    public void Announce(SampleCounts samples)
    {
        var (experiment, directory, network) = (_setting.Experiment, _setting.Directory, _setting.Network);
        _setting.Observer.Started(new RunStart(
            experiment, directory.Path, network.Layout.ParameterCount, network.MacsPerSample, samples.Train, samples.HeldOut, samples.Test,
            _from?.Round ?? 0)
        { Rounds = [.. directory.Rounds] });
        if (IsNew) directory.SaveModel(InitialModel.FileName, _initial, _card);
    }

    /// <summary>Carries out the rounds that are left, and writes what they come to.</summary>
    /// <param name="channel">The way to the clients.</param>
    /// <param name="evaluate">Evaluates on the server's test set; null if there is none.</param>
    /// <param name="personal">Returns clients' own models, to be saved if <see cref="RunOptions.SaveClients"/>; null if they have none, or
    /// have them on other machines.</param>
    /// <param name="cancel">Stops it; what was finished is saved.</param>
    public RunSummary Run(
        IMessageChannel channel, TestSetEvaluation? evaluate, PersonalModels? personal, CancellationToken cancel)
    {
        var (experiment, directory, network) = (_setting.Experiment, _setting.Directory, _setting.Network);
        IClientTransport transport = new Dispatch(Link, channel);
        if (_setting.Options.SaveClients) transport = new ClientRecorder(transport, directory, _card);
        var run = new RecordedRun(
            experiment, _setting.Method, network, transport, _exploration, evaluate, _setting.Observer, _setting.Time);
        var last = RunRoundsAsync(run, channel, cancel).GetAwaiter().GetResult();
        var mask = run.Masks.Of(last);
        var global = mask.Apply(last.Server.Weights);
        var elapsed = _setting.Time.GetElapsedTime(_setting.Started).TotalSeconds;
        var summary = Summaries.Of(
            experiment, Catalog.MainMetricOf(experiment), _setting.Devices.Workers, network, global, mask, _exploration.Reports,
            directory.Rounds, elapsed);
        var devices = _setting.Devices;
        summary = summary with
        {
            Directory = directory.Path,
            Kernels = devices.Of(0).IsHost ? KernelPlan.Share(experiment, network) : "torch",
            Device = devices.Name,
            Gpu = devices.Gpu,
            Libtorch = LibTorch.Loaded.Version,
        };
        if (Round == experiment.Rounds && RunSummary.Find(directory.Path) is { } ended) // it is only summed up again
            summary = summary with { Time = ended.Time, PeakRssBytes = ended.PeakRssBytes };
        var card = _card with { Round = last.Round, CutOff = directory.Rounds[^1].CutOff, ModelSha256 = summary.ModelSha256 };
        directory.SaveModel("final.safetensors", global, card);
        var small = mask.Units is null ? card : card.WithWidthsOf(mask.Shrink(network));
        directory.SaveModel("final-small.safetensors", mask.Shrink(global), small);
        if (_setting.Options.SaveClients && personal is not null) SavePersonal(last.Round, mask, global, small, personal);
        directory.SaveResults(summary);
        _setting.Observer.Finished(summary);
        return summary;
    }

    /// <summary>Writes the own models of all clients that have trained.</summary>
    void SavePersonal(int round, Mask mask, Weights global, ModelCard card, PersonalModels personal)
    {
        if (_setting.Contract.Recipe is TableRecipe)
            _setting.Observer.Warning(
                "Clients trained on columns that are standardised by their own means and deviations. Files of personal models have those "
                + "of all clients, so predictions of a client's rows from a file differ from its own.");
        foreach (var client in _trained.Keys.Order())
        {
            var model = personal(client, round, mask, global);
            _setting.Directory.SaveModel(
                Path.Combine("clients", RunDirectory.PersonalModelOf(client)), model,
                card with { ModelSha256 = mask.Units is null ? model.Sha256() : null });
        }
    }

    async Task<RunState> RunRoundsAsync(RecordedRun run, IMessageChannel channel, CancellationToken cancel)
    {
        if (Round < _setting.Experiment.Rounds) await channel.ReadyAsync(cancel).ConfigureAwait(false);
        var last = _from;
        Mask? mask = null;
        await foreach (var round in run.RunAsync(_initial, _from, cancel).ConfigureAwait(false))
        {
            if (round.State.Round == _setting.Experiment.FirstPrunedRound) FirstPruned(round, run.Masks);
            if (!ReferenceEquals(round.Mask, mask)) WarnOfEmptied(mask = round.Mask);
            _setting.Directory.Save(round);
            NoteTrained(round.Report);
            last = round.State;
            _setting.Observer.RoundDone(round.Report);
        }
        return last!;
    }

    /// <summary>Warns of layers that a new mask leaves without any weight, of each once.</summary>
    void WarnOfEmptied(Mask mask)
    {
        var emptied = PruningPlan.Emptied(mask).Where(_emptied.Add).ToList();
        if (emptied is []) return;
        _setting.Observer.Warning(
            $"The mask removes all weights of {string.Join(", ", emptied)}: these pass on biases alone, and the network works only where "
            + "a shortcut goes round them. Lower Experiment.PruneFraction, or, under the pruners autoflip and magnitude, let every layer "
            + "keep the same share by Experiment.GuidanceNormalization rank.");
    }

    void NoteTrained(RoundReport report)
    {
        var failed = report.Failures.Where(failure => failure.Work == ClientWork.Train).Select(failure => failure.Client);
        foreach (var client in report.Cohort.Except(failed)) _trained[client] = report.Round;
    }

    /// <summary>Writes what the first mask was made from, and warns if it removes less than asked.</summary>
    void FirstPruned(RoundResult round, MaskSchedule masks)
    {
        var (t, directory) = (round.State.Round, _setting.Directory);
        directory.SaveModel("initial-pruned.safetensors", round.Mask.Apply(round.Start), _card with { Round = t - 1 });
        if (_setting.Method.Pruner.PlanOf(t, first: t)?.Shortfall(_setting.Network, round.Mask) is { } shortfall)
            _setting.Observer.Warning(shortfall);
        if (masks.GuidanceOf(round.Mask, round.State.Memory) is { } guidance) directory.SaveGuidance(guidance);
    }

    /// <inheritdoc/>
    public void Dispose() => _exploration.Dispose();
}
