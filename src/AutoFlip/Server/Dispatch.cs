using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>One task and a cohort: whom to ask next, and replies in the order of the cohort. The same for every
/// channel, which only moves bytes.</summary>
/// <param name="link">The server's end of the connections.</param>
/// <param name="channel">Moves the bytes.</param>
sealed class Dispatch(ServerLink link, IMessageChannel channel) : IClientTransport
{
    /// <inheritdoc/>
    public ValueTask<int> CountAsync(CancellationToken ct) => ValueTask.FromResult(channel.Clients);

    /// <inheritdoc/>
    public int? SamplesOf(int client) => channel.SamplesOf(client);

    /// <inheritdoc/>
    /// <remarks>Memory does not grow with the cohort: see <see cref="IMessageChannel.AtOnce"/>.</remarks>
    public async IAsyncEnumerable<ClientReply> DispatchAsync(
        ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        var sent = link.Prepare(task);
        await channel.BeginAsync(sent.For(cohort), ct);
        var underWay = new Queue<(Exchange Exchange, Task<Answer> Answer)>();
        for (var next = 0; next < cohort.Count || underWay.Count > 0;)
        {
            for (; next < cohort.Count && underWay.Count < channel.AtOnce; next++)
            {
                var asked = link.Ask(sent, cohort[next]);
                underWay.Enqueue((asked, AskAsync(asked, ct)));
            }
            ct.ThrowIfCancellationRequested(); // answers that are there already are not waited for
            var (exchange, answer) = underWay.Dequeue();
            exchange.Answer(await answer);
            yield return exchange.Reply;
        }
    }

    /// <summary>Asks a client, and at once again if it lacks the mask: not when its turn comes, when it may be too late.</summary>
    async Task<Answer> AskAsync(Exchange exchange, CancellationToken ct)
    {
        var answer = await channel.SendAsync(exchange.Client, exchange.Request!.Value, ct).ConfigureAwait(false);
        return exchange.Again(answer) is { } whole ? await channel.SendAsync(exchange.Client, whole, ct).ConfigureAwait(false) : answer;
    }
}
