using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AutoFlip.Bench;

/// <summary>What a client needs besides the program and its samples, measured in a process that is one client of one round.</summary>
static class ShrinkMemory
{
    const double Mebibyte = 1 << 20;
    const int TrainSamples = 2400, HeldOutSamples = 600; // of a client in the paper's setting

    /// <summary>What a case came to.</summary>
    /// <param name="BeforeBytes">Resident memory before there was a model: program, libtorch with everything that a
    /// small training loads, samples.</param>
    /// <param name="MessageBytes">The task as received.</param>
    /// <param name="PeakBytes">The most that was resident.</param>
    internal sealed record Outcome(long BeforeBytes, long MessageBytes, long PeakBytes)
    {
        /// <summary>Message, decoded values, module, gradients, optimiser, batch, activations, held-out evaluation, reply.</summary>
        public double ClientMebibytes => (PeakBytes - BeforeBytes + MessageBytes) / Mebibyte;
    }

    /// <summary>Peak memory of each network, and its ratio to the dense one.</summary>
    /// <param name="models">The networks.</param>
    /// <param name="measure">Measures a case.</param>
    /// <param name="targets">Takes what is demanded.</param>
    public static BenchTable Table(IReadOnlyList<ShrinkBench.Model> models, Func<string, Outcome> measure, List<BenchTarget> targets)
    {
        List<string[]> rows = [];
        foreach (var model in models)
        {
            var dense = 0.0;
            foreach (var (cut, name, network) in Cases(model))
            {
                var outcome = measure(name);
                if (dense == 0) dense = outcome.ClientMebibytes;
                var ratio = outcome.ClientMebibytes / dense;
                rows.Add([
                    model.Name, cut, ShrinkBench.Widths(network), $"{outcome.BeforeBytes / Mebibyte:0}",
                    $"{outcome.PeakBytes / Mebibyte:0}", $"{outcome.ClientMebibytes:0.0}", $"{ratio:0.00}"]);
                if (rows.Count % 3 != 1)
                    targets.Add(new($"peak client memory, {model.Name}: {cut}", "at most 0.6 of dense", $"{ratio:0.00}", ratio <= 0.6));
            }
        }
        return new BenchTable(
            ["network", "removed", "widths", "MiB before there is a model", "peak MiB", "the client's", "of dense"], [.. rows]);
    }

    /// <summary>Carries a case out in this process.</summary>
    /// <exception cref="AutoFlipException">There is no such case (exit 2), or the client failed (exit 4).</exception>
    public static Outcome Run(BenchContext context, string name, IReadOnlyList<ShrinkBench.Model> models)
    {
        var cases = models.SelectMany(model => Cases(model).Select(one => (one.Name, Model: model, one.Network))).ToList();
        var found = cases.Find(one => one.Name == name);
        if (found.Model is null)
            throw AutoFlipException.BadRequest(
                $"bench shrink: there is no case '{name}'. Accepted: {string.Join(", ", cases.Select(one => one.Name))}.");

        var (_, model, network) = found;
        var experiment = ExperimentRules.Resolve(new Experiment
        {
            BatchSize = model.Batch,
            LocalEpochs = 1,
            RandomHorizontalFlip = 0,
            ColorJitter = 0,
            Pruner = "none"
        });
        var outcome = new Outcome(0, 0, 0);
        SideBySide.Run(1, 1, (_, _) => // one client on one thread, whose workspace it is
        {
            // loads libtorch and its code
            using (var warm = Workspace.Of(experiment)) Train(context, experiment, warm, Tiny(network), samples: 40);
            var data = Samples(network, TrainSamples + HeldOutSamples);
            var host = new ClientHost(
                experiment, Catalog.Resolve(experiment), network, new SimulatedData(data), new VolatileStore(), context.Time);
            var sent = Task(experiment, network);
            var message = sent.Whole;
            using var workspace = Workspace.Of(experiment);
            FreeMemory.GiveBack();
            var before = Environment.WorkingSet;
            var reply = host.Handle(workspace, message.Span, client: 0, context.Cancel);
            outcome = new(before, message.Length, Process.GetCurrentProcess().PeakWorkingSet64); // before the server's own work
            Require(sent, reply);
        });
        return outcome;
    }

    /// <summary>The dense network, and without half of its parameters or of its units.</summary>
    static IEnumerable<(string Removed, string Name, Network Network)> Cases(ShrinkBench.Model model)
    {
        var word = model.Name.Split(',')[0].Replace(' ', '-');
        var cuts = ShrinkBench.Cuts(model.Network).ToList();
        yield return ("0", $"{word}-dense", model.Network);
        yield return ("0.5 of parameters by 8", $"{word}-parameters", cuts.Find(cut => cut.Removed == "0.5 of parameters by 8")!.Network);
        yield return ("0.5 of units", $"{word}-units", cuts.Find(cut => cut.Removed == "0.5 of units")!.Network);
    }

    static Network Tiny(Network network) => network.WithWidths(group => Math.Min(group.Width, 16));

    static void Train(BenchContext context, Experiment experiment, Workspace workspace, Network network, int samples)
    {
        var sent = Task(experiment, network);
        var host = new ClientHost(
            experiment, Catalog.Resolve(experiment), network, new SimulatedData(Samples(network, samples)), new VolatileStore(),
            context.Time);
        Require(sent, host.Handle(workspace, sent.Whole.Span, client: 0, context.Cancel));
    }

    static SentTask Task(Experiment experiment, Network network) => new(experiment, new ClientTask(
        ClientWork.Train, 1, 0.0003, Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)), Mask.Dense(network.Layout)));

    static void Require(SentTask sent, ReadOnlyMemory<byte> reply)
    {
        if (sent.Read(reply, client: 0).Reply.Failure is { } failure) throw AutoFlipException.RunFailed(failure);
    }

    /// <summary>One client's samples: noise, of which a fifth is held out.</summary>
    static FederatedData Samples(Network network, int count)
    {
        var random = new Seeds(1).For(Purpose.Initialization);
        var pixels = ImageSet.NewPixels(count * network.Input.Length);
        foreach (ref var eight in MemoryMarshal.Cast<byte, ulong>(pixels.AsSpan())) eight = random.NextUInt64();
        var images = new ImageSet(network.Input, pixels, [.. Enumerable.Range(0, count).Select(i => i % network.Outputs)]);
        var task = LearningTask.Classification([.. Enumerable.Range(0, network.Outputs).Select(number => $"{number}")]);
        var experiment = new Experiment { Clients = 1, Partition = "iid", Resize = 0, RandomHorizontalFlip = 0, ColorJitter = 0 };
        return FederatedData.Assign(experiment, new LoadedData(images, null, task));
    }
}
