namespace AutoFlip;

/// <summary>Which mask is in force when: none in the dense rounds, then what the pruner makes of scores or weights.</summary>
/// <param name="experiment">What is run.</param>
/// <param name="pruner">Makes the masks.</param>
/// <param name="network">The full model.</param>
/// <param name="scores">What explorers returned.</param>
sealed class MaskSchedule(Experiment experiment, Pruner pruner, Network network, IExplorerLog scores)
{
    /// <summary>Whether clients explore before a round.</summary>
    public bool NeedsExploration(int round) => pruner.Explores && round == experiment.FirstPrunedRound;

    /// <summary>The mask of a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="weights">The server's weights before it.</param>
    /// <param name="before">The mask of the round before; null when a run begins or goes on from one whose mask is not saved.</param>
    public Mask Next(int round, Weights weights, Mask? before) =>
        before is not null && MadeFor(round) != round ? before : Make(round, weights, before);

    /// <summary>The mask in force after a round; of dense rounds one that removes nothing.</summary>
    /// <exception cref="AutoFlipException">What it was made from is no longer there (exit 3).</exception>
    public Mask Of(RunState state) => state.Mask ?? Make(state.Round, state.Server.Weights, null);

    /// <summary>The server's state under the mask of a round that begins. In the first pruned one, what is left of each output's incoming
    /// weights may be scaled to the norm of all (<see cref="Experiment.KeepNorm"/>).</summary>
    public ServerState Apply(int round, Mask mask, ServerState server)
    {
        if (round == experiment.FirstPrunedRound && experiment.KeepNorm)
            server = server with { Weights = IncomingNorm.RescaleToDenseNorm(network, mask, server.Weights) };
        return server.Masked(mask, experiment.Regrow);
    }

    /// <summary>The guidance beside the mask of the first pruned round; null if the pruner does not go by scores.</summary>
    public GuidanceReport? GuidanceOf(Mask mask) => pruner.GuidanceOf(scores, scores.Explorers) is { } guidance
        ? GuidanceReport.Of(network, guidance, mask, experiment.Guidance, scores.Explorers.Count, experiment.FirstPrunedRound)
        : null;

    /// <summary>A function of what is saved, and of the weights that the round begins with where the pruner goes by them.</summary>
    Mask Make(int round, Weights weights, Mask? before)
    {
        var t = MadeFor(round);
        if (t == 0) return Mask.Dense(network.Layout);
        if (pruner.GoesByWeights && t != round)
            throw AutoFlipException.BadData(
                $"The mask of round {round} is missing, and the weights that it was computed from are gone. Start a new run.");
        if (pruner.Explores && Cohort.Explorers(experiment).Except(scores.Asked).Any())
            throw AutoFlipException.BadData(
                $"Explorers' scores for the mask of round {round} are missing, and the model that was explored is gone. Start a new run.");
        var first = experiment.FirstPrunedRound;
        var explored = pruner.Explores ? scores : null;
        var context = new PruningContext(network, t, Cohort.Sample(experiment, t), explored, new Seeds(experiment.Seed)) { First = first };
        return pruner.Prune(pruner.GoesByWeights ? context with { Weights = weights, Before = t == first ? null : before } : context);
    }

    /// <summary>The round that a round's mask is made for; 0 if nothing is pruned yet.</summary>
    int MadeFor(int round) => round < experiment.FirstPrunedRound ? 0 : pruner.MadeFor(round, experiment.FirstPrunedRound);
}
