namespace AutoFlip.Bench;

/// <summary>What a round does besides training, each part measured alone.</summary>
static class RoundParts
{
    const int Repeats = 7;

    /// <summary>Seconds of each part, and its share of the round.</summary>
    /// <param name="context">Clock and workers.</param>
    /// <param name="federation">Whose round it is.</param>
    /// <param name="data">Whose samples.</param>
    /// <param name="cohort">The clients.</param>
    /// <param name="round">Seconds of a round.</param>
    /// <param name="bare">Seconds of the training alone.</param>
    /// <param name="cores">Core-seconds that the round used more than the training alone.</param>
    public static BenchTable Table(
        BenchContext context, BenchFederation federation, FederatedData data, int[] cohort, double round, double bare, double cores)
    {
        var (experiment, network, initial) = (context.Experiment, federation.Network, federation.Initial);
        var client = data.Clients[cohort[0]];
        var metrics = Metric.AllOf(experiment);
        var criterion = Catalog.Criteria[experiment.Criterion];
        var algorithm = Catalog.Algorithms[experiment.Algorithm](experiment);
        var mask = Mask.Dense(network.Layout);
        var task = new ClientTask(ClientWork.Train, 1, experiment.LearningRate, initial, mask);
        var (sent, masks, down) = (new SentTask(experiment, task), new MaskStore(network), ValueFormat.Of(experiment.WireDown));
        var upload = new Upload(experiment, new VolatileStore());
        ReadOnlyMemory<byte> Reply(ReceivedTask received)
        {
            using var update = upload.Update(initial.Values, received, client: 0);
            var writer = ReplyCodec.Begin(received.Id, client: 0, update.Capacity);
            update.Write(writer);
            NamedValues.Write(
                writer, ValueFormat.Of(experiment.WireUp), received.Mask.Tensors, ClientOutcome.None.Vectors, ClientOutcome.None.Numbers);
            return ReplyCodec.Finish(writer, new ClientReply { Client = 0 });
        }
        var received = TaskCodec.Decode(sent.Whole.Span, down, masks, [])!;
        var reply = Reply(received);
        var state = algorithm.Initialize(initial);
        var fold = new WeightedFold(mask.Values.Kept);
        fold.Add(initial.Values, 1);
        using var workspace = Workspace.Of(experiment);
        var (trained, heldOut) = (new Outputs(0, 1, data.Train.Targets), new Outputs(0, 1, data.Train.Targets));
        var batch = experiment.BatchSize == 0 ? client.Train.Length : experiment.BatchSize;

        List<string[]> rows = [];
        var total = 0.0;
        void Part(string name, double times, bool onClients, Action work)
        {
            // On a thread with one intra-op thread, as on a worker.
            var seconds = new List<double>();
            SideBySide.Run(1, Repeats + 1, (_, _) => seconds.Add(context.Seconds(work)));
            var each = new Series(name, seconds[1..]).Median;
            var wall = each * times / (onClients ? context.Options.Workers : 1);
            total += wall;
            rows.Add([
                name, $"{1000 * each:0.00}", $"{times:0}", onClients ? "workers" : "server", $"{1000 * wall:0.0}", $"{wall / round:P2}"]);
        }

        int n = cohort.Length, epochs = n * experiment.LocalEpochs;
        Part("read an epoch's batches", epochs, true, () =>
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            for (var start = 0; start < client.Train.Length; start += batch)
                workspace.Read(
                    data.Train, client.Train.Span.Slice(start, Math.Min(batch, client.Train.Length - start)), augmentation: null);
        });
        Part("decode the task", 1, true, () => TaskCodec.Decode(sent.Whole.Span, down, masks, []));
        Part("compare the task with the one decoded last", n, true, () => Message.IsIntact(sent.Whole.Span));
        Part("load the model, reset the optimiser", n, true, () =>
        {
            workspace.Load(network, Weights.Zeros(network.Layout));
            workspace.LoadForTraining(network, initial);
        });
        if (!client.HeldOut.IsEmpty)
            Part(
                "evaluate on held-out samples", n, true,
                () => heldOut = Evaluation.Run(workspace, criterion, data.HeldOut, client.HeldOut.Span, context.Cancel));
        trained = Evaluation.Run(workspace, criterion, data.HeldOut, client.Train.Span, context.Cancel);
        Part("compute metrics", n, true, () =>
        {
            trained.Figures(metrics, cutOff: 0);
            if (heldOut.Count > 0) heldOut.Figures(metrics, cutOff: 0);
        });
        Part("encode the reply", n, true, () => Reply(received));
        Part("encode the task", 1, false, () => _ = new SentTask(experiment, task).Whole);
        Part("decode a reply", n, false, () => sent.Read(reply, client: 0));
        Part("fold a reply", n, false, () => fold.Add(initial.Values, 1));
        Part("update the server", 1, false, () => algorithm.ServerUpdate(state, mask.Expand(fold.Mean, initial)));

        rows.Add(["all of these", "", "", "", $"{1000 * total:0.0}", $"{total / round:P2}"]);
        rows.Add([
            "round - bare loop with own network and optimiser", "", "", "", $"{1000 * (round - bare):0.0}",
            $"{(round - bare) / round:P2}"]);
        rows.Add([
            "the same in core-seconds used / workers", "", "", "", $"{1000 * cores / context.Options.Workers:0.0}",
            $"{cores / context.Options.Workers / round:P2}"]);
        return new BenchTable(
            ["besides training, each part alone", "ms", "times a round", "on", "ms of wall-clock a round", "share of the round"],
            [.. rows]);
    }
}
