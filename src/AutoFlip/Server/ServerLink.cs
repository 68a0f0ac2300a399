using System.Globalization;

namespace AutoFlip;

/// <summary>The server's end of every connection: records the mask of each client, so that none is sent twice.</summary>
/// <param name="experiment">The run's experiment.</param>
/// <param name="run">The run's id: a reply to a task of another run is refused.</param>
/// <param name="pruner">Knows the round that explorers join (<see cref="Pruner.AsksExplorers"/>); null: there is none.</param>
/// <remarks>
/// A client counts as having a mask once it has answered a task under it with a result; a client that failed or was lost counts as having
/// none. If the server is wrong, the client replies so and receives the mask. One owner at a time; any transport can use it.
/// </remarks>
sealed class ServerLink(Experiment experiment, UInt128 run = default, Pruner? pruner = null)
{
    readonly Dictionary<int, UInt128> _masks = [];

    /// <summary>Prepares a task for any number of clients.</summary>
    public SentTask Prepare(ClientTask task) => new(experiment, task, run)
    {
        AwaitsAll = pruner?.AsksExplorers(task.Round, experiment.FirstPrunedRound) ?? false,
    };

    /// <summary>Begins to ask a client.</summary>
    public Exchange Ask(SentTask task, int client) => new(this, task.Of(client), client);

    /// <summary>Restores the clients' masks from the rounds of an interrupted run.</summary>
    /// <param name="rounds">The rounds.</param>
    /// <param name="areMeasured">True if all clients receive a model before it is evaluated
    /// (<see cref="StatisticsFold.IsNeeded"/>).</param>
    public void Recall(IEnumerable<RoundReport> rounds, bool areMeasured = false)
    {
        foreach (var round in rounds)
        {
            var failed = round.Failures.Select(failure => failure.Client).ToHashSet();
            var evaluators = areMeasured && experiment.Evaluates(round.Round) ? Enumerable.Range(0, experiment.Clients)
                : round.ClientsEvaluatedOut is null ? [] : Cohort.Evaluators(experiment, round.Round, round.Cohort);
            foreach (var client in round.Cohort.Concat(evaluators))
                Learn(client, failed.Contains(client) || round.Mask is null ? null : UInt128.Parse(round.Mask, NumberStyles.HexNumber));
        }
    }

    /// <summary>Tests whether a client is known to have a mask.</summary>
    internal bool Has(int client, UInt128? mask) => mask is not null && _masks.TryGetValue(client, out var has) && has == mask;

    /// <summary>Notes which mask a client has now; null if none is sure.</summary>
    internal void Learn(int client, UInt128? mask)
    {
        if (mask is { } has) _masks[client] = has;
        else _masks.Remove(client);
    }
}
