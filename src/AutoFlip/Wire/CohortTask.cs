namespace AutoFlip;

/// <summary>Names a task that is sent to a cohort.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Round">The round whose commit makes its answers superfluous: of an exploration, the first pruned one.</param>
/// <param name="Work">The kind of work.</param>
/// <param name="Id">Id of the task; each client derives its own (<see cref="IdOf"/>).</param>
/// <param name="Cohort">The clients that will be asked, ascending.</param>
/// <param name="ReplyLimit">Bytes that a reply has at most.</param>
public sealed record CohortTask(UInt128 Run, int Round, ClientWork Work, UInt128 Id, IReadOnlyList<int> Cohort, long ReplyLimit)
{
    /// <summary>Results after which nobody waits for the others: see <see cref="Experiment.Oversample"/>.</summary>
    public int Enough { get; init; } = Cohort.Count;

    /// <summary>Replies without which the server cannot go on (<see cref="ClientTask.Fewest"/>).</summary>
    public int Fewest { get; init; } = 1;

    /// <summary>A client's request with its mask, for a machine that is to answer for clients that have the mask. Made when it is called
    /// first.</summary>
    public Func<int, ReadOnlyMemory<byte>> Whole { get; init; } = _ => default;

    /// <summary>The id that a client's reply carries.</summary>
    public UInt128 IdOf(int client) => TaskId.Of(Id, client);
}
