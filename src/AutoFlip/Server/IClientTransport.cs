namespace AutoFlip;

/// <summary>Carries tasks to clients and replies back; independent of learning.</summary>
/// <remarks>
/// Contract: what crosses is bytes, so nothing is shared between the two sides. Exactly one reply per cohort member, in cohort order,
/// regardless of the order in which clients finish. A lost or late client, or one that fails, is a reply that carries the failure; an
/// exception means that the transport itself broke. Cancellation stops training on this machine within one batch.
/// </remarks>
public interface IClientTransport
{
    /// <summary>Number of clients; they are numbered from 0.</summary>
    ValueTask<int> CountAsync(CancellationToken ct);

    /// <summary>The training samples n_k that a client has declared; null if it has not. A reply that claims
    /// another number is refused.</summary>
    int? SamplesOf(int client) => null;

    /// <summary>Sends one task to every member of a cohort.</summary>
    IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, CancellationToken ct);
}
