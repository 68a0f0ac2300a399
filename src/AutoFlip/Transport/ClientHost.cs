namespace AutoFlip;

/// <summary>The client side: answers one message with one message. The same for every transport.</summary>
/// <param name="experiment">The run's experiment, which every client knows.</param>
/// <param name="network">The model.</param>
/// <param name="data">The clients' samples.</param>
sealed class ClientHost(Experiment experiment, Network network, FederatedData data)
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
            var task = ModelCodec.DecodeTask(message, network.Layout);
            return task.Work switch
            {
                ClientWork.Explore => Explore(workspace, task, reply, ct),
                ClientWork.Train => Train(workspace, task, reply, ct),
                ClientWork.Evaluate => ModelCodec.Encode(reply with { HeldOut = EvaluateHeldOut(workspace, task.Weights, client, ct) }, task.Mask, []),
                _ => throw new InvalidDataException($"The message asks for work of unknown kind {task.Work}."),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var reason = e is AutoFlipException or InvalidDataException ? e.Message : $"{e.GetType().Name}: {e.Message}";
            return ModelCodec.Encode(reply with { Failure = reason.Length > 1000 ? reason[..1000] : reason }, Mask.Dense(0), []);
        }
    }

    byte[] Explore(Workspace workspace, ClientTask task, ClientReply reply, CancellationToken ct)
    {
        var training = Training(workspace, task, reply.Client, ct);
        var scores = _pruner.Explore(training);
        Require(scores, "an exploration score");
        return ModelCodec.Encode(
            reply with { Examples = data.Clients[reply.Client].Train.Length, TrainSamples = training.SamplesSeen }, Mask.Dense(scores.Length), scores);
    }

    byte[] Train(Workspace workspace, ClientTask task, ClientReply reply, CancellationToken ct)
    {
        var training = Training(workspace, task, reply.Client, ct);
        _algorithm.ClientUpdate(training, experiment.LocalEpochs);
        Require(training.Values, "a weight");
        return ModelCodec.Encode(
            reply with
            {
                Examples = data.Clients[reply.Client].Train.Length,
                TrainSamples = training.SamplesSeen,
                Trained = training.LastEpoch?.Figures(_metrics),
                HeldOut = EvaluateHeldOut(workspace, loaded: null, reply.Client, ct),
            },
            task.Mask, training.Values);
    }

    LocalTraining Training(Workspace workspace, ClientTask task, int client, CancellationToken ct) =>
        new(experiment, workspace, _criterion, task, client, data.Train, data.Clients[client].Train, ct);

    /// <summary>Figures of the model in the workspace, or of the given one, on the client's held-out samples; null if it has none.</summary>
    ClientFigures? EvaluateHeldOut(Workspace workspace, Weights? loaded, int client, CancellationToken ct)
    {
        var rows = data.Clients[client].HeldOut;
        if (rows.Length == 0 || experiment.EvaluationScope == EvaluationScope.Global) return null;
        if (loaded is not null) workspace.Load(loaded);
        return Evaluation.Run(workspace, _criterion, data.HeldOut, rows.Span, ct).Figures(_metrics);
    }

    static void Require(ReadOnlySpan<float> values, string what)
    {
        foreach (var value in values)
            if (!float.IsFinite(value)) throw AutoFlipException.RunFailed($"{what} became {value}; lower --learning-rate or set --max-gradient-norm.");
    }
}
