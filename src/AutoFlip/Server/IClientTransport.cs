namespace AutoFlip;

/// <summary>A client as the server knows it.</summary>
/// <param name="Id">Its number, from 0.</param>
/// <param name="TrainSamples">Samples it trains on.</param>
/// <param name="HeldOutSamples">Samples it keeps for evaluation.</param>
public sealed record ClientInfo(int Id, int TrainSamples, int HeldOutSamples);

/// <summary>Carries tasks to clients and answers back; knows nothing about learning.</summary>
/// <remarks>
/// Contract: what crosses is bytes, so nothing is shared between the two sides. Exactly one reply per cohort member, in cohort
/// order, whatever order clients finish in. A lost or late client, or one that fails, is a reply that carries the failure; an
/// exception means that the transport itself broke. Cancellation stops local training within one batch.
/// </remarks>
public interface IClientTransport
{
    /// <summary>All clients, by number.</summary>
    ValueTask<IReadOnlyList<ClientInfo>> GetClientsAsync(CancellationToken ct);

    /// <summary>Sends one task to every member of a cohort.</summary>
    IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, CancellationToken ct);
}
