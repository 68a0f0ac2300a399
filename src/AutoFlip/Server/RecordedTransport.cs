using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>The server's side of a transport: every reply is checked, shown to the observer and entered into the round's
/// ledger before it is used.</summary>
/// <param name="experiment">What is run.</param>
/// <param name="method">What it names.</param>
/// <param name="network">The full model.</param>
/// <param name="inner">Carries the messages.</param>
/// <param name="observer">Watches.</param>
/// <param name="time">The clock.</param>
sealed class RecordedTransport(
    Experiment experiment, Method method, Network network, IClientTransport inner, RunObserver observer,
    TimeProvider time) : IClientTransport
{
    /// <summary>The ledger of the round under way.</summary>
    public RoundLedger Ledger { get; private set; } = new(experiment, network, time);

    /// <summary>Begins a round.</summary>
    public void Begin() => Ledger = new(experiment, network, time);

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(CancellationToken ct) => inner.CountAsync(ct);

    /// <inheritdoc/>
    public int? SamplesOf(int client) => inner.SamplesOf(client);

    /// <inheritdoc/>
    public IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, CancellationToken ct) => task.Work switch
    {
        ClientWork.Explore => ExploreAsync(task, cohort, ct),
        ClientWork.Train => TrainAsync(task, cohort, ct),
        ClientWork.Measure => MeasureAsync(task, cohort, ct),
        _ => EvaluateAsync(task, cohort, ct),
    };

    async IAsyncEnumerable<ClientReply> ExploreAsync(
        ClientTask task, IReadOnlyList<int> explorers, [EnumeratorCancellation] CancellationToken ct)
    {
        var (started, done) = (time.GetTimestamp(), experiment.ExplorerCount - explorers.Count);
        observer.Explored(done, experiment.ExplorerCount);
        await foreach (var received in inner.DispatchAsync(task, explorers, ct))
        {
            var reply = Check(received, task, experiment.ExplorationEpochs) with { Elapsed = time.GetElapsedTime(started) };
            if (reply.Failure is not null) observer.Warning($"Explorer {reply.Client} is left out: {reply.Failure}");
            yield return reply;
            observer.ClientAnswered(ClientAnswer.Of(task, reply));
            observer.Explored(++done, experiment.ExplorerCount);
        }
        Begin(); // no round pays for it
    }

    async IAsyncEnumerable<ClientReply> TrainAsync(
        ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        var ordinary = Cohort.Sample(experiment, task.Round);
        observer.RoundStarted(task.Round, cohort.Count);
        Ledger.Enter(RoundPhase.Waiting);
        await foreach (var received in inner.DispatchAsync(task, cohort, ct))
        {
            Ledger.Enter(RoundPhase.Folding);
            var reply = Check(received, task, experiment.LocalEpochs + method.Algorithm.ExtraPasses);
            Ledger.Add(task, reply, isExtra: !ordinary.Contains(reply.Client));
            yield return reply;
            if (reply.Failure is not null) observer.Warning($"Round {task.Round}: client {reply.Client} is left out: {reply.Failure}");
            observer.ClientAnswered(ClientAnswer.Of(task, reply));
            observer.ClientDone(task.Round, Ledger.Replies, cohort.Count);
            Ledger.Enter(RoundPhase.Waiting);
        }
        Ledger.Enter(RoundPhase.Folding); // the server's step
    }

    async IAsyncEnumerable<ClientReply> EvaluateAsync(
        ClientTask task, IReadOnlyList<int> evaluators, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var received in inner.DispatchAsync(task, evaluators, ct))
        {
            var reply = Check(received, task, passes: 0);
            Ledger.Add(task, reply);
            yield return reply;
            observer.ClientAnswered(ClientAnswer.Of(task, reply));
        }
    }

    async IAsyncEnumerable<ClientReply> MeasureAsync(
        ClientTask task, IReadOnlyList<int> clients, [EnumeratorCancellation] CancellationToken ct)
    {
        var (sent, failures) = (new SentStatistics(network, task.Sent), new List<string>());
        Ledger.Enter(RoundPhase.Waiting);
        await foreach (var received in inner.DispatchAsync(task, clients, ct))
        {
            var reply = Check(received, task, passes: 0);
            if (reply.Failure is null && sent.Refuses(reply.Values) is { } refusal)
                reply = reply.Refused(refusal);
            Ledger.Add(task, reply, isExtra: true);
            if (reply.Failure is { } why) failures.Add($"client {reply.Client}: {why}");
            yield return reply;
            observer.ClientAnswered(ClientAnswer.Of(task, reply));
        }
        Ledger.Enter(RoundPhase.Folding);
        if (failures.Count == 0) yield break;
        var enough = StatisticsFold.IsEnough(experiment, clients.Count - failures.Count);
        observer.Warning(
            $"Round {task.Round}: {failures.Count} of {clients.Count} clients returned no statistics of batch normalisation; "
            + (enough ? "they are those of the others. " : "too few did, so the averaged ones stay. ") + failures[0]);
    }

    ClientReply Check(ClientReply reply, ClientTask task, int passes)
    {
        var values = task.Work switch
        {
            ClientWork.Explore => task.Scores.Sum(),
            ClientWork.Measure => task.Sent.Values.Kept - task.Sent.Kept,
            ClientWork.Evaluate => 0,
            _ => task.SentOf(reply.Client).Values.Kept,
        };
        reply = reply.Checked(task.Work, values, passes, inner.SamplesOf(reply.Client));
        return task.Work == ClientWork.Train && reply.Failure is null
            && (method.Algorithm.Refuses(reply) ?? method.Pruner.Refuses(reply)) is { } why
            ? reply.Refused(why)
            : reply;
    }
}
