namespace AutoFlip;

/// <summary>Moves messages between a server and its clients; knows nothing of learning. A network implements it.</summary>
public interface IMessageChannel
{
    /// <summary>Number of clients; they are numbered from 0.</summary>
    int Clients { get; }

    /// <summary>Clients that are asked, or whose answers wait to be read, at a time.</summary>
    int AtOnce { get; }

    /// <summary>The training samples n_k that a client has declared; null if it has not. A reply that claims
    /// another number is refused.</summary>
    int? SamplesOf(int client) => null;

    /// <summary>Completes when as many clients are there as a run needs to begin: the time until then is no round's.</summary>
    /// <param name="ct">Stops waiting.</param>
    ValueTask ReadyAsync(CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Begins a task. The tasks of earlier rounds have been committed then: their answers are not needed any more.</summary>
    /// <param name="task">Names the task.</param>
    /// <param name="ct">Stops it.</param>
    ValueTask BeginAsync(CohortTask task, CancellationToken ct) => ValueTask.CompletedTask;

    /// <summary>Sends a request of the task that has begun to a member of its cohort. Completes when the answer has arrived, or it is
    /// certain that none counts.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request; good until the answer has arrived.</param>
    /// <param name="ct">Stops waiting. A client on this machine stops within one batch; one elsewhere goes on, and its answer is there
    /// when the run is resumed.</param>
    Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct);
}
