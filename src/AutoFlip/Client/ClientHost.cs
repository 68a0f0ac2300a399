using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>The client side: answers one message with one message. The same for every transport.</summary>
/// <param name="experiment">The run's experiment, the same for every client.</param>
/// <param name="method">What it names.</param>
/// <param name="network">The model.</param>
/// <param name="data">The clients' samples.</param>
/// <param name="store">Where clients keep vectors between two rounds.</param>
/// <param name="time">The clients' clock.</param>
sealed class ClientHost(Experiment experiment, Method method, Network network, IClientData data, IClientStore store, TimeProvider time)
{
    readonly ValueFormat _down = ValueFormat.Of(experiment.WireDown);
    readonly Upload _upload = new(experiment, store);
    readonly LocalValues _local = new(experiment, method, network);
    volatile Decoded? _last; // clients of a simulation are sent the same bytes, one after another

    /// <summary>The reason of a failure as it is sent.</summary>
    public Func<Exception, string> Reason { get; init; } = e => ReasonOf(e, text => text);

    /// <summary>Receives each personal model that is evaluated, a small vector, with the task and the client; null: nobody.</summary>
    public Action<ReceivedTask, int, Weights>? OwnModel { get; init; }

    /// <summary>The masks that the clients have.</summary>
    public MaskStore Masks { get; init; } = new(network, method.Algorithm.Travels(network));

    /// <summary>The whole reason of a failure: for a server on the same machine.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="wording">Applied to a sentence of ours (<see cref="RunOptions.Wording"/>).</param>
    public static string ReasonOf(Exception e, Func<string, string> wording) =>
        e is AutoFlipException or InvalidDataException ? wording(e.Message) : $"{e.GetType().Name}: {e.Message}";

    /// <summary>Carries out a task, synchronously, on the calling thread.</summary>
    /// <param name="workspace">The thread's workspace.</param>
    /// <param name="message">The task's bytes; not kept.</param>
    /// <param name="client">Who answers.</param>
    /// <param name="ct">Looked at before every batch.</param>
    /// <returns>The reply's bytes. What went wrong on the client is a reply too.</returns>
    public ReadOnlyMemory<byte> Handle(Workspace workspace, ReadOnlySpan<byte> message, int client, CancellationToken ct)
    {
        UInt128? id = null;
        int? trained = null;
        try
        {
            var started = time.GetTimestamp();
            id = TaskCodec.IdOf(message);
            if (Decode(message, id) is not { } task)
                return ReplyCodec.Without(ReplyStatus.MaskUnknown, id, client);
            if (task.Task.Work == ClientWork.Train) trained = task.Task.Round;
            var reply = new ClientReply { Client = client, Seconds = new(SecondsSince(started), 0, 0) };
            return task.Task.Work switch
            {
                ClientWork.Explore => Explore(Training(workspace, Own(task, client), client, null, ct), task, reply),
                ClientWork.Train => Train(Own(task, client), reply, workspace, ct),
                ClientWork.Evaluate => Evaluate(workspace, task, reply, ct),
                ClientWork.Measure => Measure(Training(workspace, task, client, null, ct), task, reply),
                _ => throw new InvalidDataException($"The message asks for work of unknown kind {task.Task.Work}."),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException && !IsOfFiles(e))
        {
            if (trained is { } round) store.Discard(client, [round]); // the server gets nothing of what may be kept already
            var reason = Reason(e);
            return ReplyCodec.Without(ReplyStatus.Failed, id, client, reason.Length > 1000 ? reason[..1000] : reason);
        }
    }

    /// <summary>A client's own model after a round (<see cref="FederatedAlgorithm.PersonalModel"/>).</summary>
    /// <param name="client">The client.</param>
    /// <param name="round">The round.</param>
    /// <param name="mask">The mask in force.</param>
    /// <param name="global">The global model, with the initial local values.</param>
    /// <returns>The small vector.</returns>
    public Weights PersonalModel(int client, int round, Mask mask, Weights global)
    {
        var task = new ReceivedTask(Masks.Of(mask), new(ClientWork.Evaluate, round, 0, mask.Shrink(global), mask), default);
        return method.Algorithm.PersonalModel(Own(task, client).Task.Weights, MemoryOf(task, client));
    }

    /// <summary>The task of a message, which is decoded once where clients are sent the same one. Cost where it was: a checksum.</summary>
    ReceivedTask? Decode(ReadOnlySpan<byte> message, UInt128? id)
    {
        if (_last is { } last && last.Task.Id == id && last.Checksum == Message.ChecksumOf(message) && Message.IsIntact(message))
            return last.Task;
        _last = null; // so that its weights can go before the next ones come
        var task = TaskCodec.Decode(message, _down, Masks, method.Algorithm.Sends);
        if (task is null) return null;
        task = _local.Initial(task);
        _last = new(Message.ChecksumOf(message), task);
        return task;
    }

    /// <summary>The task with the client's own local values in its model.</summary>
    ReceivedTask Own(ReceivedTask task, int client) => LocalValues.Own(task, MemoryOf(task, client));

    /// <summary>The client's memory of earlier rounds; for one that evaluates a round's model, of that round too.</summary>
    StoredMemory MemoryOf(ReceivedTask task, int client, bool isTrained = false) => new(store, task, client, task.Task.Work switch
    {
        ClientWork.Explore => experiment.FirstPrunedRound,
        ClientWork.Train when !isTrained => task.Task.Round,
        _ => task.Task.Round + 1,
    });

    sealed record Decoded(ulong Checksum, ReceivedTask Task);

    /// <summary>Tests whether files of the run are the cause: damaged, unreadable, or not writable. This ends the run, because a failed
    /// client in its place would silently give another model.</summary>
    static bool IsOfFiles(Exception e) =>
        e is AutoFlipException { Code: ExitCode.BadData }
            or AutoFlipException { InnerException: IOException or UnauthorizedAccessException };

    ReadOnlyMemory<byte> Explore(LocalTraining training, ReceivedTask task, ClientReply reply)
    {
        var started = time.GetTimestamp();
        var scores = method.Pruner.Explore(training);
        reply = WithCost(reply, training, started);
        Require(scores, "an exploration score");
        var parts = KeptTensors.Scores(method.Pruner.ScoreParts(network));
        return Encode(task, reply, ClientOutcome.None, parts, () => _upload.Scores(scores, parts, task, reply.Client));
    }

    ReadOnlyMemory<byte> Train(ReceivedTask task, ClientReply reply, Workspace workspace, CancellationToken ct)
    {
        var probe = method.Pruner.Probe(new(task.Task.Round, experiment.FirstPrunedRound, task.Mask.Small)
        {
            Kept = task.Mask.Mask.KeptParameters(),
            Units = task.Mask.Units,
        });
        var training = Training(workspace, task, reply.Client, probe, ct);
        var started = time.GetTimestamp();
        var outcome = method.Algorithm.ClientUpdate(training, Stragglers.EpochsOf(experiment, task.Task.Round, reply.Client));
        var received = training.Initial.Parameters;
        var report = probe is { Parts.Length: > 0 } ? probe.Report(received, training.Values[..received.Length]) : null;
        reply = WithCost(reply, training, started);
        Require(training.Values, "a weight");
        foreach (var (name, vector) in outcome.Vectors) Require(vector.Span, $"a value of '{name}'");
        if (report is not null) Require(report, "a value of the report");
        MemoryOf(task, reply.Client).WriteLocal(training.Values);
        var counts = data.Task.IsBinary && experiment.CutOff == CutOffRule.Youden ? training.LastEpoch?.ScoreCounts() : null;
        var cutOff = counts?.CutOff ?? 0;
        reply = reply with
        {
            Trained = training.LastEpoch?.Figures(method.Metrics, cutOff),
            HeldOut = EvaluateHeldOut(workspace, reply.Client, cutOff, ct),
            ScoreCounts = counts,
        };
        if (method.Algorithm.IsPersonal)
        {
            var model = new Weights(task.Mask.Small.Layout, training.Values.ToArray());
            reply = reply with { Personal = EvaluatePersonal(workspace, task, model, model, reply, cutOff, ct) };
            workspace.Load(task.Mask.Small, model); // to be sent
        }
        return Encode(
            task, reply with { Report = report }, outcome, task.Mask.Tensors, () => _upload.Update(training.Values, task, reply.Client),
            probe?.Parts ?? []);
    }

    ReadOnlyMemory<byte> Measure(LocalTraining training, ReceivedTask task, ClientReply reply)
    {
        var values = training.WithOwnStatistics();
        reply = reply with { Examples = training.Samples };
        Require(values, "a statistic of batch normalisation");
        var tensors = task.Mask.Tensors.StatisticsAlone;
        return Encode(task, reply, ClientOutcome.None, tensors, () => _upload.Statistics(values, task, reply.Client));
    }

    ReadOnlyMemory<byte> Evaluate(Workspace workspace, ReceivedTask task, ClientReply reply, CancellationToken ct)
    {
        var (global, cutOff) = (task.Task.Weights, task.Task.CutOff);
        workspace.Load(task.Mask.Small, global);
        reply = reply with { HeldOut = EvaluateHeldOut(workspace, reply.Client, cutOff, ct) };
        if (method.Algorithm.IsPersonal)
        {
            var own = Own(task, reply.Client).Task.Weights;
            reply = reply with { Personal = EvaluatePersonal(workspace, task, own, global, reply, cutOff, ct) };
        }
        return ReplyCodec.Finish(ReplyCodec.Begin(task.Id, reply.Client), reply);
    }

    /// <summary>The reply with its values, which are encoded first, so that their duration can be included.</summary>
    ReadOnlyMemory<byte> Encode(
        ReceivedTask task, ClientReply reply, ClientOutcome outcome, KeptTensors tensors, Func<QuantizedValues> values,
        ImmutableArray<ReportPart> report = default)
    {
        var started = time.GetTimestamp();
        using var sent = values();
        var format = ValueFormat.Up(experiment, task.Task.Work);
        var writer = ReplyCodec.Begin(
            task.Id, reply.Client,
            sent.Capacity + NamedValues.Capacity(outcome.Vectors.Count, outcome.Numbers.Count, tensors)
            + (report.IsDefaultOrEmpty ? 0 : ReportCodec.Capacity(report)));
        sent.Write(writer);
        NamedValues.Write(writer, format, tensors, NamedValues.Kept(outcome.Vectors, task.Mask.Sent), outcome.Numbers);
        if (!report.IsDefaultOrEmpty) ReportCodec.Write(writer, format, report, reply.Report.Span);
        return ReplyCodec.Finish(writer, reply with { Seconds = reply.Seconds! with { Encode = SecondsSince(started) } });
    }

    LocalTraining Training(Workspace workspace, ReceivedTask task, int client, TrainingProbe? probe, CancellationToken ct)
    {
        var share = data.ShareOf(client);
        var scales = experiment.ScaleLearningRate && method.Optimizer.IsAdaptive
            ? StepScales.Of(network, task.Mask.Small, KeptTensors.Of(task.Mask.Small.Layout, task.Mask.Mask.Values).Parameters) : [];
        return new(
            experiment, workspace, probe?.LossOf(method.Criterion, share.Train.Targets, share.TrainRows.Span) ?? method.Criterion,
            task.Mask.Small, task.Task, client, share.Train, share.TrainRows, MemoryOf(task, client), ct)
        { Scales = scales, Probe = probe, View = ViewOf(task, client) };
    }

    TrainingView? ViewOf(ReceivedTask task, int client) => method.Pruner.View(
        new(network, task.Task.Round, client, experiment.Clients, new Seeds(experiment.Seed)), task.Mask.Small);

    /// <summary>The reply with what training since <paramref name="started"/> cost.</summary>
    ClientReply WithCost(ClientReply reply, LocalTraining training, long started) => reply with
    {
        Examples = data.ShareOf(reply.Client).TrainRows.Length,
        TrainSamples = training.SamplesSeen,
        Seconds = reply.Seconds! with { Train = SecondsSince(started) },
    };

    double SecondsSince(long started) => time.GetElapsedTime(started).TotalSeconds;

    /// <summary>Figures of the model in the workspace on the client's held-out samples; null if it has none.</summary>
    ClientFigures? EvaluateHeldOut(Workspace workspace, int client, float cutOff, CancellationToken ct)
    {
        var share = data.ShareOf(client);
        return share.HeldOutRows.Length == 0 || experiment.EvaluationScope == EvaluationScope.Global
            ? null
            : Evaluation.Run(workspace, method.Criterion, share.HeldOut, share.HeldOutRows.Span, ct).Figures(method.Metrics, cutOff);
    }

    /// <summary>Figures of the client's own model on its held-out samples; null if it has none.</summary>
    /// <param name="workspace">Afterwards it holds either model.</param>
    /// <param name="task">The task.</param>
    /// <param name="model">The client's model (<see cref="FederatedAlgorithm.PersonalModel"/>).</param>
    /// <param name="evaluated">The model that is evaluated already.</param>
    /// <param name="reply">Has its figures.</param>
    /// <param name="cutOff">The logit from which on a single output means class 1.</param>
    /// <param name="ct">Looked at between chunks.</param>
    ClientFigures? EvaluatePersonal(
        Workspace workspace, ReceivedTask task, Weights model, Weights evaluated, ClientReply reply, float cutOff, CancellationToken ct)
    {
        var personal = method.Algorithm.PersonalModel(model, MemoryOf(task, reply.Client, isTrained: true));
        Require(personal.Values, "a weight of the client's own model");
        OwnModel?.Invoke(task, reply.Client, personal);
        if (ReferenceEquals(personal, evaluated)) return reply.HeldOut;
        workspace.Load(task.Mask.Small, personal);
        return EvaluateHeldOut(workspace, reply.Client, cutOff, ct);
    }

    static void Require(ReadOnlySpan<float> values, string what)
    {
        if (!TensorPrimitives.IsFiniteAll(values))
            throw AutoFlipException.RunFailed(
                $"{what} is no longer a finite number; lower Experiment.LearningRate or set Experiment.MaxGradientNorm.");
    }
}
