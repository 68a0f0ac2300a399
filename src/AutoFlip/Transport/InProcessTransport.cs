using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Simulates all clients in this process, side by side on the pool's threads. Tasks and replies still cross as bytes.</summary>
/// <param name="host">The client side.</param>
/// <param name="data">Whose clients they are.</param>
/// <param name="pool">Where they compute.</param>
/// <remarks>At most two tasks per worker are under way or waiting to be folded, so memory does not grow with the cohort.</remarks>
sealed class InProcessTransport(ClientHost host, FederatedData data, WorkerPool pool) : IClientTransport
{
    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ClientInfo>> GetClientsAsync(CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<ClientInfo>>(
        [.. data.Clients.Select((client, number) => new ClientInfo(number, client.Train.Length, client.HeldOut.Length))]);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        var message = ModelCodec.Encode(task);
        var underWay = new Queue<Task<byte[]>>();
        for (var next = 0; next < cohort.Count || underWay.Count > 0;)
        {
            while (next < cohort.Count && underWay.Count < 2 * pool.Workers)
            {
                var client = cohort[next++];
                underWay.Enqueue(pool.RunAsync(workspace => host.Handle(workspace, message, client, ct)));
            }
            var reply = await underWay.Dequeue();
            yield return ModelCodec.DecodeReply(reply) with { DownBytes = message.Length };
        }
    }
}
