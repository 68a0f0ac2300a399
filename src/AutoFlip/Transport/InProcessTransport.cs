namespace AutoFlip;

/// <summary>Simulates all clients in this process, side by side on the pool's threads. Tasks and replies still cross as bytes.</summary>
/// <param name="link">The server's end.</param>
/// <param name="host">The client side.</param>
/// <param name="data">Whose clients they are.</param>
/// <param name="pool">Where they compute.</param>
/// <remarks>At most two tasks per worker are under way or waiting to be folded.</remarks>
sealed class InProcessTransport(ServerLink link, ClientHost host, FederatedData data, WorkerPool pool) : IClientTransport
{
    /// <inheritdoc/>
    public ValueTask<int> CountAsync(CancellationToken ct) => ValueTask.FromResult(data.Clients.Length);

    /// <inheritdoc/>
    public int? SamplesOf(int client) => data.Clients[client].Train.Length;

    /// <inheritdoc/>
    public IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, CancellationToken ct) =>
        new Dispatch(link, task, cohort).InOrder(2 * pool.Workers, SendAsync, ct);

    Task<ReadOnlyMemory<byte>> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
        pool.RunAsync(workspace => host.Handle(workspace, request.Span, client, ct));
}
