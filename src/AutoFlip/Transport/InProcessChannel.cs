namespace AutoFlip;

/// <summary>Simulates all clients in this process, side by side on the pool's threads. Tasks and replies still cross as bytes.</summary>
/// <param name="host">The client side.</param>
/// <param name="data">Whose clients they are.</param>
/// <param name="pool">Where they compute.</param>
/// <remarks>At most two tasks per worker are under way or waiting to be folded.</remarks>
sealed class InProcessChannel(ClientHost host, FederatedData data, WorkerPool pool) : IMessageChannel
{
    /// <inheritdoc/>
    public int Clients => data.Clients.Count;

    /// <inheritdoc/>
    public int AtOnce => 2 * pool.Workers;

    /// <inheritdoc/>
    public int? SamplesOf(int client) => data.Clients[client].Train.Length;

    /// <inheritdoc/>
    public Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
        pool.RunAsync(workspace => Answer.Of(host.Handle(workspace, request.Span, client, ct)));
}
