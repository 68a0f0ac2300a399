using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The mask of each round: none in the dense rounds, then the pruner's, from scores or weights.</summary>
/// <param name="experiment">What is run.</param>
/// <param name="pruner">Makes the masks.</param>
/// <param name="network">The full model.</param>
/// <param name="scores">What explorers returned.</param>
sealed class MaskSchedule(Experiment experiment, Pruner pruner, Network network, IExplorerLog scores)
{
    /// <summary>Tests whether clients explore before a round.</summary>
    public bool NeedsExploration(int round) => pruner.Explores && round == experiment.FirstPrunedRound;

    /// <summary>The mask of a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="weights">The server's weights before it.</param>
    /// <param name="before">The mask of the previous round; null at the beginning of a run, and after resuming one whose mask is not
    /// saved.</param>
    /// <param name="memory">What the pruner has kept of clients' reports.</param>
    public Mask Next(int round, Weights weights, Mask? before, float[]? memory) =>
        before is not null && MadeFor(round) != round ? before : Make(round, weights, before, memory);

    /// <summary>The mask in force after a round; of dense rounds one that removes nothing.</summary>
    /// <exception cref="AutoFlipException">What it was made from is no longer there (exit 3).</exception>
    public Mask Of(RunState state)
    {
        if (MadeFor(state.Round) > 0) RequireScores(state.Round);
        return state.Mask ?? Make(state.Round, state.Server.Weights, null, state.Memory);
    }

    /// <summary>The mask of each client in a round, where clients train sub-models of their own; null if they do not. Computed when it is
    /// asked for first; clients with the same units have the same object.</summary>
    public Func<int, Mask>? SubModelsOf(int round)
    {
        if (!pruner.HasSubModels) return null;
        var (lockOfAll, masks, distinct) = (new Lock(), new Dictionary<int, Mask>(), new List<Mask>());
        return client =>
        {
            lock (lockOfAll)
            {
                if (masks.TryGetValue(client, out var known)) return known;
                var units = pruner.SubModelOf(new(network, round, client, experiment.Clients, new Seeds(experiment.Seed)));
                var mask = distinct.Find(mask => units.IsAll ? mask.Units is null : units.Equals(mask.Units));
                if (mask is null) distinct.Add(mask = Mask.OfUnits(units, Selection.All(units.Small.Layout.Count)));
                return masks[client] = mask;
            }
        };
    }

    /// <summary>The clients of a round, ascending: its cohort, and all explorers where the pruner needs them.</summary>
    public int[] CohortOf(int round) => Cohort.Of(experiment, pruner, round);

    /// <summary>Parts of the report that clients of a round return; empty if they return none.</summary>
    public ImmutableArray<ReportPart> ReportOf(int round, Mask mask) => pruner.Probe(ContextOf(round, mask))?.Parts ?? [];

    /// <summary>The parameters that each reply of a round counts for; null: all that the mask keeps.</summary>
    public Func<ClientReply, Selection>? CoverageOf(ClientTask task) => pruner.CoverageIn(ContextOf(task.Round, task.Mask));

    /// <summary>The pruner's fold of a round's replies; null if it makes nothing of them.</summary>
    /// <param name="task">What the cohort is asked to do.</param>
    /// <param name="memory">What the last fold came to; null before the first.</param>
    public ReportFold? BeginReports(ClientTask task, float[]? memory) =>
        pruner.BeginReports(memory, task.Report.Sum(part => part.Length), ContextOf(task.Round, task.Mask));

    /// <summary>State to save after a round, with the pruner's memory if there is one, and with the mask if further rounds go on under it:
    /// another version of the program might compute another. A mask of this round alone is left out where it can be computed
    /// again.</summary>
    public RunState StateOf(int round, ServerState server, Mask mask, float[]? memory)
    {
        var lasts = !pruner.Refreshes && !mask.Values.IsAll;
        return new(round, server, lasts || pruner.GoesByWeights || pruner.HasReports ? mask : null, memory);
    }

    /// <summary>The server's state under the mask of a round that begins. In the first pruned one, what is left of each output's incoming
    /// weights may be scaled to the norm of all (<see cref="Experiment.KeepNorm"/>). Layers that do not travel are not: they are w_0 here,
    /// and each client has its own.</summary>
    public ServerState Apply(int round, Mask mask, ServerState server, Selection? travels)
    {
        if (round == experiment.FirstPrunedRound && experiment.KeepNorm)
            server = server with { Weights = IncomingNorm.RescaleToDenseNorm(network, mask, server.Weights, travels) };
        return server.Masked(mask, pruner.RegrowIn(round, experiment.FirstPrunedRound) ?? experiment.Regrow);
    }

    /// <summary>The guidance beside the mask of the first pruned round; null if the pruner does not go by scores.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="memory">What the pruner has kept of clients' reports.</param>
    public GuidanceReport? GuidanceOf(Mask mask, float[]? memory)
    {
        var first = experiment.FirstPrunedRound;
        return pruner.GuidanceOf(ContextOf(first, scores.Explorers, memory)) is { } guidance
            ? GuidanceReport.Of(network, guidance.Weights, mask, experiment.Guidance, guidance.Clients, first)
            : null;
    }

    /// <summary>A function of the saved state, and of the weights at the beginning of the round if the pruner uses them.</summary>
    Mask Make(int round, Weights weights, Mask? before, float[]? memory)
    {
        var t = MadeFor(round);
        if (t == 0 || pruner.HasSubModels) return Mask.Dense(network.Layout);
        if (pruner.GoesByWeights && t != round)
            throw AutoFlipException.BadData(
                $"The mask of round {round} is missing, and the weights that it was computed from are gone. Start a new run.");
        RequireScores(round);
        var context = ContextOf(t, Cohort.Sample(experiment, t), memory);
        return pruner.Prune(
            pruner.GoesByWeights ? context with { Weights = weights, Before = t == context.First ? null : before } : context);
    }

    void RequireScores(int round)
    {
        if (pruner.Explores && Cohort.Explorers(experiment).Except(scores.Asked).Any())
            throw AutoFlipException.BadData(
                $"Explorers' scores for the mask of round {round} are missing, and with them bytes and time of the exploration. Put "
                + "checkpoints/exploration.bin and .jsonl back, or start a new run.");
    }

    PruningContext ContextOf(int round, IReadOnlyList<int> cohort, float[]? memory) =>
        new(network, round, cohort, pruner.Explores ? scores : null, new Seeds(experiment.Seed))
        {
            First = experiment.FirstPrunedRound,
            Memory = memory,
        };

    ProbeContext ContextOf(int round, Mask mask)
    {
        var small = mask.Shrink(network);
        return new(round, experiment.FirstPrunedRound, small)
        {
            Kept = Mask.OfValues(small.Layout, mask.SmallValues).KeptParameters(),
            Units = mask.Units,
        };
    }

    /// <summary>The round that a round's mask is made for; 0 if nothing is pruned yet.</summary>
    int MadeFor(int round) => round < experiment.FirstPrunedRound ? 0 : pruner.MadeFor(round, experiment.FirstPrunedRound);
}
