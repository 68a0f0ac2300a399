using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>The client side: answers one message with one message. The same for every transport.</summary>
/// <param name="experiment">The run's experiment, which every client knows.</param>
/// <param name="network">The model.</param>
/// <param name="data">The clients' samples.</param>
/// <param name="time">The clients' clock.</param>
sealed class ClientHost(Experiment experiment, Network network, FederatedData data, TimeProvider time)
{
    readonly FederatedAlgorithm _algorithm = Catalog.Algorithms[experiment.Algorithm](experiment);
    readonly Pruner _pruner = Catalog.Pruners[experiment.Pruner](experiment);
    readonly Criterion _criterion = Catalog.Criteria[experiment.Criterion];
    readonly Metric[] _metrics = [.. experiment.Metrics.Select(name => Catalog.Metrics[name])];

    /// <summary>Carries out a task, synchronously, on the calling thread.</summary>
    /// <param name="workspace">The thread's workspace.</param>
    /// <param name="message">The task's bytes; not kept.</param>
    /// <param name="client">Who answers.</param>
    /// <param name="ct">Looked at before every batch.</param>
    /// <returns>The reply's bytes. What went wrong on the client is a reply too.</returns>
    public byte[] Handle(Workspace workspace, ReadOnlySpan<byte> message, int client, CancellationToken ct)
    {
        var reply = new ClientReply { Client = client };
        try
        {
            var started = time.GetTimestamp();
            var (small, task) = ModelCodec.DecodeTask(message, network);
            reply = reply with { Seconds = new(SecondsSince(started), 0, 0) };
            return task.Work switch
            {
                ClientWork.Explore => Explore(Training(workspace, small, task, client, ct), reply),
                ClientWork.Train => Train(Training(workspace, small, task, client, ct), task, reply, workspace, ct),
                ClientWork.Evaluate => Evaluate(workspace, small, task, reply, ct),
                _ => throw new InvalidDataException($"The message asks for work of unknown kind {task.Work}."),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var reason = e is AutoFlipException or InvalidDataException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            return ModelCodec.Encode(reply with { Failure = reason.Length > 1000 ? reason[..1000] : reason, Seconds = null }, Selection.All(0), []);
        }
    }

    byte[] Explore(LocalTraining training, ClientReply reply)
    {
        var started = time.GetTimestamp();
        var scores = _pruner.Explore(training);
        reply = WithCost(reply, training, started);
        Require(scores, "an exploration score");
        return Encode(reply, Selection.All(scores.Length), scores);
    }

    byte[] Train(LocalTraining training, ClientTask task, ClientReply reply, Workspace workspace, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        _algorithm.ClientUpdate(training, experiment.LocalEpochs);
        reply = WithCost(reply, training, started);
        Require(training.Values, "a weight");
        reply = reply with { Trained = training.LastEpoch?.Figures(_metrics), HeldOut = EvaluateHeldOut(workspace, reply.Client, ct) };
        return Encode(reply, task.Mask.Values, training.Values);
    }

    byte[] Evaluate(Workspace workspace, Network small, ClientTask task, ClientReply reply, CancellationToken ct)
    {
        workspace.Load(small, task.Weights);
        return ModelCodec.Encode(reply with { HeldOut = EvaluateHeldOut(workspace, reply.Client, ct) }, task.Mask.Values, []);
    }

    /// <summary>The reply with the values that are sent. They are prepared before the rest, so that it can say how long that took.</summary>
    byte[] Encode(ClientReply reply, Selection kept, ReadOnlySpan<float> values)
    {
        var started = time.GetTimestamp();
        var sent = new float[kept.Kept];
        kept.Gather(values, sent);
        return ModelCodec.Encode(reply with { Seconds = reply.Seconds! with { Encode = SecondsSince(started) } }, Selection.All(sent.Length), sent);
    }

    LocalTraining Training(Workspace workspace, Network small, ClientTask task, int client, CancellationToken ct) =>
        new(experiment, workspace, _criterion, small, task, client, data.Train, data.Clients[client].Train, ct);

    /// <summary>The reply with what training since <paramref name="started"/> cost.</summary>
    ClientReply WithCost(ClientReply reply, LocalTraining training, long started) => reply with
    {
        Examples = data.Clients[reply.Client].Train.Length,
        TrainSamples = training.SamplesSeen,
        Seconds = reply.Seconds! with { Train = SecondsSince(started) },
    };

    double SecondsSince(long started) => time.GetElapsedTime(started).TotalSeconds;

    /// <summary>Figures of the model in the workspace on the client's held-out samples; null if it has none.</summary>
    ClientFigures? EvaluateHeldOut(Workspace workspace, int client, CancellationToken ct)
    {
        var rows = data.Clients[client].HeldOut;
        return rows.Length == 0 || experiment.EvaluationScope == EvaluationScope.Global
            ? null
            : Evaluation.Run(workspace, _criterion, data.HeldOut, rows.Span, ct).Figures(_metrics);
    }

    static void Require(ReadOnlySpan<float> values, string what)
    {
        if (!TensorPrimitives.IsFiniteAll(values))
            throw AutoFlipException.RunFailed($"{what} is no longer a finite number; lower --learning-rate or set --max-gradient-norm.");
    }
}
