using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>Sends one request to a client and returns the bytes of its answer.</summary>
/// <param name="client">The client.</param>
/// <param name="request">The request; good until the answer has come.</param>
/// <param name="ct">Stops the client within one batch.</param>
delegate Task<ReadOnlyMemory<byte>> SendRequest(int client, ReadOnlyMemory<byte> request, CancellationToken ct);

/// <summary>One task and a cohort: whom to ask next, and replies in the order of the cohort. The same for every
/// transport, which only moves bytes.</summary>
/// <param name="link">The server's end of the connections.</param>
/// <param name="task">The task.</param>
/// <param name="cohort">Whom to ask.</param>
sealed class Dispatch(ServerLink link, ClientTask task, IReadOnlyList<int> cohort)
{
    readonly SentTask _sent = link.Prepare(task);

    /// <summary>Sends the task to the cohort and yields one reply per member, in order.</summary>
    /// <param name="atOnce">Members that are asked, or whose answers wait to be folded, at a time: memory
    /// does not grow with the cohort.</param>
    /// <param name="send">The transport.</param>
    /// <param name="ct">Stops it.</param>
    public async IAsyncEnumerable<ClientReply> InOrder(int atOnce, SendRequest send, [EnumeratorCancellation] CancellationToken ct)
    {
        var underWay = new Queue<(int Client, Exchange Exchange, Task<ReadOnlyMemory<byte>> Answer)>();
        for (var next = 0; next < cohort.Count || underWay.Count > 0;)
        {
            for (; next < cohort.Count && underWay.Count < atOnce; next++)
            {
                var asked = link.Ask(_sent, cohort[next]);
                underWay.Enqueue((cohort[next], asked, send(cohort[next], asked.Request!.Value, ct)));
            }
            var (client, exchange, answer) = underWay.Dequeue();
            exchange.Answer(await answer);
            while (exchange.Request is { } again) exchange.Answer(await send(client, again, ct));
            yield return exchange.Reply;
        }
    }
}
