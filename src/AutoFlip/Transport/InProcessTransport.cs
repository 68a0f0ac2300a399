using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Simulates all clients in this process, side by side on the pool's threads. Tasks and replies still cross as bytes.</summary>
/// <param name="link">The server's end.</param>
/// <param name="host">The client side.</param>
/// <param name="data">Whose clients they are.</param>
/// <param name="pool">Where they compute.</param>
/// <remarks>At most two tasks per worker are under way or waiting to be folded, so memory does not grow with the cohort.</remarks>
sealed class InProcessTransport(ServerLink link, ClientHost host, FederatedData data, WorkerPool pool) : IClientTransport
{
    /// <inheritdoc/>
    public ValueTask<int> CountAsync(CancellationToken ct) => ValueTask.FromResult(data.Clients.Length);

    /// <inheritdoc/>
    public int? SamplesOf(int client) => data.Clients[client].Train.Length;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClientReply> DispatchAsync(ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        var sent = link.Prepare(task);
        var underWay = new Queue<(int Client, Exchange Exchange, Task<ReadOnlyMemory<byte>> Answer)>();
        for (var next = 0; next < cohort.Count || underWay.Count > 0;)
        {
            while (next < cohort.Count && underWay.Count < 2 * pool.Workers)
            {
                var asked = link.Ask(sent, cohort[next]);
                underWay.Enqueue((cohort[next], asked, SendAsync(asked, cohort[next], ct)));
                next++;
            }
            var (client, exchange, answer) = underWay.Dequeue();
            exchange.Answer(await answer);
            while (exchange.Request is not null) exchange.Answer(await SendAsync(exchange, client, ct));
            yield return exchange.Reply;
        }
    }

    Task<ReadOnlyMemory<byte>> SendAsync(Exchange exchange, int client, CancellationToken ct)
    {
        var request = exchange.Request!.Value;
        return pool.RunAsync(workspace => host.Handle(workspace, request.Span, client, ct));
    }
}
