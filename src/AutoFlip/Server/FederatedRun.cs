using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Where a run stands after a round.</summary>
/// <param name="Round">The last round done; 0 before the first.</param>
/// <param name="Server">What the server knows.</param>
/// <param name="Mask">The mask in force, where the pruner goes by weights; null where a mask can be made again.</param>
public sealed record RunState(int Round, ServerState Server, Mask? Mask = null);

/// <summary>A finished round: what happened, and what the next one starts from.</summary>
/// <param name="Report">What happened.</param>
/// <param name="State">What the next round starts from.</param>
/// <param name="Mask">The round's mask.</param>
/// <param name="Start">The full vector that the round began with; clients received what the mask keeps of it.</param>
public sealed record RoundResult(RoundReport Report, RunState State, Mask Mask, Weights Start);

/// <summary>The algorithm, and nothing else: explore, prune, train, fold, round after round.</summary>
/// <param name="experiment">What to run; already validated.</param>
/// <param name="method">What it names.</param>
/// <param name="network">The full model.</param>
/// <param name="transport">The way to the clients.</param>
/// <param name="scores">Where explorers' scores are kept; those already there are not asked for again.</param>
/// <param name="evaluate">Evaluates a global model, in its small form and with its cut-off (a logit), on the server's test set; null if there is none.</param>
/// <param name="observer">Watches.</param>
/// <param name="time">The clock.</param>
/// <remarks>Source: arXiv 2405.10271; symbols as in docs/algorithm.md. Everything that a round depends on is a function of the
/// experiment, the state and the scores, so a run that starts from a saved state ends as an unbroken one.</remarks>
public sealed class FederatedRun(
    Experiment experiment, Method method, Network network, IClientTransport transport, IExplorerLog scores,
    Func<Network, Weights, float, CancellationToken, Task<ServerEvaluation>>? evaluate, RunObserver observer, TimeProvider time)
{
    readonly FederatedAlgorithm _algorithm = method.Algorithm;
    readonly Pruner _pruner = method.Pruner;

    /// <summary>Runs the rounds that are left.</summary>
    /// <param name="initial">w_0.</param>
    /// <param name="from">Where to go on; null begins.</param>
    /// <param name="ct">Stops within one batch of every client's training; the state last yielded stays good.</param>
    /// <exception cref="AutoFlipException">No explorer, or no client of a round, returned anything usable (exit 4).</exception>
    public async IAsyncEnumerable<RoundResult> RunAsync(Weights initial, RunState? from, [EnumeratorCancellation] CancellationToken ct)
    {
        var clients = await transport.CountAsync(ct);
        if (clients != experiment.Clients)
            throw AutoFlipException.RunFailed($"{clients} clients are there, the experiment asks for {experiment.Clients}.");
        var server = from?.Server ?? _algorithm.Initialize(initial);                    // w_0
        var mask = from?.Mask;

        for (var t = (from?.Round ?? 0) + 1; t <= experiment.Rounds; t++)
        {
            if (t == experiment.FirstPrunedRound && _pruner.Explores) await ExploreAsync(server.Weights, ct); // s_c
            var round = new RoundLedger(network, time);
            var cohort = Cohort.Sample(experiment, t);                                  // S_t
            observer.RoundStarted(t, cohort.Length);
            if (mask is null || PrunedFor(t) == t)
                using (round.Masking.Start()) mask = MaskOf(t, server.Weights, mask);   // m_t
            if (t == experiment.FirstPrunedRound && experiment.KeepNorm) server = server with { Weights = IncomingNorm.Keep(network, mask, server.Weights) };
            server = server.Masked(mask, experiment.Regrow);                            // w_t ⊙ m_t

            var task = new ClientTask(ClientWork.Train, t, experiment.LearningRateOf(t), server.Weights, mask)
            {
                Vectors = server.Slots.RemoveRange(server.Slots.Keys.Except(_algorithm.Sends)),
                Returns = _algorithm.Returns,
            };
            var fold = _algorithm.BeginRound(server, new(t, cohort.Length, clients, task.LearningRate, mask));
            await foreach (var received in transport.DispatchAsync(task, cohort, ct))
            {
                using var folding = round.Folding.Start();
                var reply = received.Checked(mask.Values.Kept, experiment.LocalEpochs + _algorithm.ExtraPasses, transport.SamplesOf(received.Client));
                round.Add(task.Work, reply);
                if (reply.Failure is null) fold.Add(reply);                             // Σ n_k w_k / Σ n_k
                else observer.Warning($"Round {t}: client {reply.Client} is left out: {reply.Failure}");
                observer.ClientAnswered(ClientAnswer.Of(task, reply));
                observer.ClientDone(t, round.Replies, cohort.Length);
            }
            if (fold.Count == 0) throw AutoFlipException.RunFailed($"Round {t}: no client returned a usable update. {round.FirstFailure}");
            using (round.Folding.Start())
                server = fold.End();                                                    // w_{t+1}

            ServerEvaluation? evaluated;
            using (round.Evaluating.Start()) evaluated = await EvaluateAsync(t, cohort, server.Weights, mask, round, ct);
            var layers = LayerFigures.Of(network, mask, initial, task.Weights, server.Weights);
            yield return new RoundResult(round.Report(task, cohort, evaluated) with { Layers = layers }, new RunState(t, server, _pruner.GoesByWeights ? mask : null), mask, task.Weights);
        }
    }

    /// <summary>The mask in force after a round; of dense rounds one that removes nothing.</summary>
    /// <exception cref="AutoFlipException">The scores that it was made from are no longer there (exit 3).</exception>
    public Mask MaskOf(RunState state) => state.Mask ?? MaskOf(state.Round, state.Server.Weights, null);

    /// <summary>The mask of a round: a function of what is saved, and of the weights that the round begins with where the pruner goes by them.</summary>
    Mask MaskOf(int round, Weights weights, Mask? before)
    {
        var t = PrunedFor(round);
        if (t == 0) return Mask.Dense(network.Layout);
        if (_pruner.GoesByWeights && t != round)
            throw AutoFlipException.BadData($"The mask that round {round} was pruned by is missing, and the weights that it was made of are gone. Start a new run.");
        if (_pruner.Explores && Cohort.Explorers(experiment).Except(scores.Asked).Any())
            throw AutoFlipException.BadData($"Explorers' scores that round {round} was pruned by are missing, and the model that was explored is gone. Start a new run.");
        var context = new PruningContext(network, t, Cohort.Sample(experiment, t), _pruner.Explores ? scores : null, new Seeds(experiment.Seed)) { First = experiment.FirstPrunedRound };
        return _pruner.Prune(_pruner.GoesByWeights ? context with { Weights = weights, Before = t == experiment.FirstPrunedRound ? null : before } : context);
    }

    /// <summary>What exploration found, beside the mask of the first pruned round; null if the pruner does not go by what it finds.</summary>
    public GuidanceReport? GuidanceOf(Mask mask)
    {
        if (_pruner.GuidanceOf(scores, scores.Explorers) is not { } guidance) return null;
        return GuidanceReport.Of(network, guidance, mask, experiment.Guidance, scores.Explorers.Count, experiment.FirstPrunedRound);
    }

    /// <summary>The round that a round's mask was made for; 0 if nothing is pruned yet.</summary>
    int PrunedFor(int round) => round < experiment.FirstPrunedRound ? 0 : _pruner.MadeFor(round, experiment.FirstPrunedRound);

    /// <summary>Explorers start from the model that the first pruned round will start from, at that round's learning rate. Draws are keyed by round 0,
    /// whenever it is: there is one exploration in a run, so they are those of no round's training.</summary>
    async Task ExploreAsync(Weights start, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var explorers = Cohort.Explorers(experiment);
        var left = explorers.Except(scores.Asked).ToArray();
        var task = new ClientTask(ClientWork.Explore, 0, experiment.LearningRateOf(experiment.FirstPrunedRound), start, Mask.Dense(network.Layout));
        observer.Explored(explorers.Length - left.Length, explorers.Length);
        string? firstFailure = null;
        await foreach (var received in transport.DispatchAsync(task, left, ct))
        {
            var reply = received.Checked(network.Layout.ParameterCount, experiment.ExplorationEpochs, transport.SamplesOf(received.Client));
            if (reply.Failure is not null) firstFailure ??= $"Client {reply.Client}: {reply.Failure}";
            scores.Add(reply, time.GetElapsedTime(started));
            if (reply.Failure is not null) observer.Warning($"Explorer {reply.Client} is left out: {reply.Failure}");
            observer.ClientAnswered(ClientAnswer.Of(task, reply));
            observer.Explored(scores.Asked.Count, explorers.Length);
        }
        if (scores.Explorers.Count == 0) throw AutoFlipException.RunFailed($"Exploration failed: no explorer returned usable scores. {firstFailure}");
    }

    async Task<ServerEvaluation?> EvaluateAsync(int t, int[] cohort, Weights weights, Mask mask, RoundLedger round, CancellationToken ct)
    {
        if (t % experiment.EvaluateEvery != 0 && t != experiment.Rounds) return null;
        observer.Evaluating(t);
        if (experiment.EvaluationScope != EvaluationScope.Global)
        {
            var task = new ClientTask(ClientWork.Evaluate, t, 0, weights, mask) { CutOff = round.CutOff };
            await foreach (var reply in transport.DispatchAsync(task, Cohort.Evaluators(experiment, t, cohort), ct))
            {
                round.Add(task.Work, reply);
                observer.ClientAnswered(ClientAnswer.Of(task, reply));
            }
        }
        return evaluate is null || experiment.EvaluationScope == EvaluationScope.Local ? null : await evaluate(mask.Shrink(network), mask.Shrink(weights), round.CutOff, ct);
    }
}
