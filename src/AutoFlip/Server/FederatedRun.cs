using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>The algorithm, and nothing else: explore, prune, train, fold, round after round.</summary>
/// <param name="experiment">What to run; already validated.</param>
/// <param name="method">What it names.</param>
/// <param name="network">The full model.</param>
/// <param name="transport">The way to the clients. Replies are trusted: see
/// <see cref="RecordedTransport"/> for one that checks them.</param>
/// <param name="scores">Where explorers' scores are kept; those already there are not asked for again.</param>
/// <remarks>Source: arXiv 2405.10271; symbols as in docs/algorithm.md. Everything that a round depends on is a function of the
/// experiment, the state and the scores, so a run that starts from a saved state ends as an unbroken one.</remarks>
sealed class FederatedRun(Experiment experiment, Method method, Network network, IClientTransport transport, IExplorerLog scores)
{
    readonly FederatedAlgorithm _algorithm = method.Algorithm;
    readonly Selection? _travels = method.Algorithm.Travels(network) is { IsAll: false } some ? some : null;

    readonly bool _measures = StatisticsFold.IsNeeded(experiment, method.Algorithm, network);

    /// <summary>The mask of each round.</summary>
    public MaskSchedule Masks { get; } = new(experiment, method.Pruner, network, scores);

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="initial">w_0.</param>
    /// <param name="from">State to resume from; null for a new run.</param>
    /// <param name="ct">Stops within one batch of every client's training; the state last yielded stays good.</param>
    /// <exception cref="AutoFlipException">No explorer, or too few clients of a round, returned anything usable (exit 4).</exception>
    public async IAsyncEnumerable<FederatedRound> RunAsync(Weights initial, RunState? from, [EnumeratorCancellation] CancellationToken ct)
    {
        var clients = await transport.CountAsync(ct);
        if (clients != experiment.Clients)
            throw AutoFlipException.RunFailed($"There are {clients} clients, and the experiment needs {experiment.Clients}.");
        var server = from?.Server ?? _algorithm.Initialize(initial);                    // w_0
        var (mask, memory) = (from?.Mask, from?.Memory);

        for (var t = (from?.Round ?? 0) + 1; t <= experiment.Rounds; t++)
        {
            if (Masks.NeedsExploration(t)) await ExploreAsync(server.Weights, ct);      // s_c
            mask = Masks.Next(t, server.Weights, mask, memory);                         // m_t
            server = Masks.Apply(t, mask, server, _travels);                            // w_t ⊙ m_t
            var cohort = Masks.CohortOf(t);                                             // S_t
            var task = TrainingTask(t, server, mask);

            var fold = _algorithm.BeginRound(server, new(t, cohort.Length, clients, task.LearningRate, task.Sent)
            {
                SubModels = task.SubModels,
                Coverage = Masks.CoverageOf(task),
            });
            var reports = Masks.BeginReports(task, memory);
            string? failure = null;
            await foreach (var reply in transport.DispatchAsync(task, cohort, ct))
                if (reply.Failure is { } why) failure ??= $"Client {reply.Client}: {why}";
                else
                {
                    fold.Add(reply);                                                    // Σ n_k w_k / Σ n_k
                    reports?.Add(reply);
                }
            if (fold.Count == 0) throw AutoFlipException.RunFailed($"Round {t}: no client returned a usable update. {failure}");
            if (fold.Count < _algorithm.FewestReplies)
                throw AutoFlipException.RunFailed(
                    $"Round {t}: {fold.Count} of {cohort.Length} clients returned a usable update, and {experiment.Algorithm} needs "
                    + $"{_algorithm.FewestReplies}. {failure}");
            server = fold.End().Masked(mask, Regrow.Keep);                              // w_{t+1}
            if (_measures && experiment.Evaluates(t))
                server = server with { Weights = await MeasureAsync(t, server.Weights, mask, ct) };
            memory = reports?.End(server.Weights) ?? memory;
            yield return new(task, cohort, Masks.StateOf(t, server, mask, memory));
        }
    }

    ClientTask TrainingTask(int t, ServerState server, Mask mask) => new(
        ClientWork.Train, t, experiment.LearningRateOf(t), server.Weights, mask)
    {
        SubModels = Masks.SubModelsOf(t),
        Travels = _travels,
        Vectors = server.Slots.RemoveRange(server.Slots.Keys.Except(_algorithm.Sends)),
        Numbers = _algorithm.Numbers(server, t),
        Returns = _algorithm.Returns,
        Fewest = _algorithm.FewestReplies,
        AwaitsAll = method.Pruner.AsksExplorers(t, experiment.FirstPrunedRound),
        Report = Masks.ReportOf(t, mask),
    };

    /// <summary>The model with statistics of batch normalisation over the training samples of all clients; as it is where fewer answer than
    /// a cohort has.</summary>
    async Task<Weights> MeasureAsync(int t, Weights weights, Mask mask, CancellationToken ct)
    {
        var task = new ClientTask(ClientWork.Measure, t, 0, weights, mask) { Travels = _travels };
        var fold = new StatisticsFold(network, new(network, task.Sent));
        await foreach (var reply in transport.DispatchAsync(task, [.. Enumerable.Range(0, experiment.Clients)], ct))
            if (reply.Failure is null) fold.Add(reply);
        return StatisticsFold.IsEnough(experiment, fold.Count) ? fold.In(weights) : weights;
    }

    /// <summary>Explorers start from the model that the first pruned round will start from, at that round's learning rate. Draws are keyed
    /// by round 0, whenever it is: there is one exploration in a run, so they are those of no round's training.</summary>
    async Task ExploreAsync(Weights start, CancellationToken ct)
    {
        var task = new ClientTask(
            ClientWork.Explore, 0, experiment.LearningRateOf(experiment.FirstPrunedRound), start, Mask.Dense(network.Layout))
        {
            Travels = _travels,
            Scores = method.Pruner.ScoreParts(network),
        };
        string? failure = null;
        await foreach (var reply in transport.DispatchAsync(task, [.. Cohort.Explorers(experiment).Except(scores.Asked)], ct))
        {
            if (reply.Failure is { } why) failure ??= $"Client {reply.Client}: {why}";
            scores.Add(reply);
        }
        if (scores.Explorers.Count == 0)
            throw AutoFlipException.RunFailed($"Exploration failed: no explorer returned usable scores. {failure}");
    }
}

/// <summary>State of a run after a round.</summary>
/// <param name="Round">The last round done; 0 before the first.</param>
/// <param name="Server">State of the server.</param>
/// <param name="Mask">The current mask; null if nothing is removed, or if it is of this round alone and can be computed again.</param>
/// <param name="Memory">What the pruner has kept of clients' reports; null if nothing.</param>
public sealed record RunState(int Round, ServerState Server, Mask? Mask = null, float[]? Memory = null);

/// <summary>A round whose replies have been aggregated.</summary>
/// <param name="Task">What the cohort was asked to do: the round's mask, and the weights that it began with.</param>
/// <param name="Cohort">The clients, ascending.</param>
/// <param name="State">What the next round starts from.</param>
sealed record FederatedRound(ClientTask Task, int[] Cohort, RunState State);
