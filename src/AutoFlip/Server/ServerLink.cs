using System.Collections.Concurrent;
using System.Globalization;

namespace AutoFlip;

/// <summary>The server's end of every connection: records the mask of each client, so that none is sent twice.</summary>
/// <param name="experiment">The run's experiment.</param>
/// <param name="run">The run's id: a reply to a task of another run is refused.</param>
/// <remarks>
/// A client counts as having a mask once it has answered a task under it with a result; a client that failed or was lost counts as having
/// none. If the server is wrong, the client replies so and receives the mask. Any transport can use it.
/// </remarks>
sealed class ServerLink(Experiment experiment, UInt128 run = default)
{
    readonly ConcurrentDictionary<int, UInt128> _masks = []; // requests for masks are answered on their own threads

    /// <summary>Prepares a task for any number of clients.</summary>
    public SentTask Prepare(ClientTask task) => new(experiment, task, run);

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
            Recall(round, ClientWork.Train, round.Cohort);
            if (areMeasured && experiment.Evaluates(round.Round))
                Recall(round, ClientWork.Measure, Enumerable.Range(0, experiment.Clients));
            if (round.ClientsEvaluatedOut is not null)
                Recall(round, ClientWork.Evaluate, Cohort.Evaluators(experiment, round.Round, round.Cohort));
        }
    }

    void Recall(RoundReport round, ClientWork work, IEnumerable<int> clients)
    {
        var mask = round.Mask is { } name ? UInt128.Parse(name, NumberStyles.HexNumber) : (UInt128?)null;
        var failed = round.Failures.Where(failure => failure.Work == work).Select(failure => failure.Client).ToHashSet();
        foreach (var client in clients) Learn(client, failed.Contains(client) ? null : mask);
    }

    /// <summary>Tests whether a client is known to have a mask.</summary>
    internal bool Has(int client, UInt128? mask) => mask is not null && _masks.TryGetValue(client, out var has) && has == mask;

    /// <summary>Notes which mask a client has now; null if none is sure.</summary>
    internal void Learn(int client, UInt128? mask)
    {
        if (mask is { } has) _masks[client] = has;
        else _masks.TryRemove(client, out _);
    }
}
