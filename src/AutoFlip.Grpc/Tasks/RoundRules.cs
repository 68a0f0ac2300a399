namespace AutoFlip.Grpc;

/// <summary>Rules by which a round over a network ends.</summary>
public sealed record RoundRules
{
    /// <summary>Duration of a round, from the first request on; null: no deadline.</summary>
    public required TimeSpan? Timeout { get; init; }

    /// <summary>Clients of the federation that must be there: so many must have joined before the first round, and at most the
    /// others may be missing in a round.</summary>
    public required int MinClients { get; init; }

    /// <summary>Deadlines of a round that too few clients answer, before the run fails.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Time that a seat whose client never joined is waited for.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time that a client which has left or is unreachable is waited for where there is no deadline.</summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Replies that must be stored before a task can be closed without the others.</summary>
    /// <param name="clients">Of the federation.</param>
    /// <param name="task">The task. Evaluations and statistics are closed with any number of replies; a training with no fewer than the
    /// algorithm needs, and as many results (<see cref="OpenTask.Usable"/>): a round that is closed is never opened again, so the run could
    /// not go on. Without a deadline it waits for them.</param>
    public int Quorum(int clients, CohortTask task) => task.Work is ClientWork.Evaluate or ClientWork.Measure
        ? 0
        : Math.Max(task.Fewest, task.Enough - Math.Max(0, clients - MinClients));
}
