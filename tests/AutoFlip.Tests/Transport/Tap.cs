using System.Runtime.CompilerServices;

namespace AutoFlip.Tests;

/// <summary>A transport that looks at tasks and replies on their way, or puts others in their place.</summary>
sealed class Tap(IClientTransport inner) : IClientTransport
{
    /// <summary>The clients that are asked, in their order.</summary>
    public Func<ClientTask, IReadOnlyList<int>, IReadOnlyList<int>> Cohort { get; init; } = (_, cohort) => cohort;

    /// <summary>The reply that arrives.</summary>
    public Func<ClientTask, ClientReply, ClientReply> Reply { get; init; } = (_, reply) => reply;

    /// <summary>Looks at every task.</summary>
    public static Tap LookAtTasks(IClientTransport inner, Action<ClientTask, IReadOnlyList<int>> look) => new(inner)
    {
        Cohort = (task, cohort) =>
        {
            look(task, cohort);
            return cohort;
        },
    };

    /// <summary>Looks at every reply.</summary>
    public static Tap Look(IClientTransport inner, Action<ClientTask, ClientReply> look) => new(inner)
    {
        Reply = (task, reply) =>
        {
            look(task, reply);
            return reply;
        },
    };

    /// <summary>Puts other replies in the place of what clients send after work of one kind.</summary>
    public static Tap Replace(IClientTransport inner, Func<ClientReply, ClientReply> other, ClientWork work = ClientWork.Train) =>
        new(inner) { Reply = (task, reply) => task.Work == work ? other(reply) : reply };

    /// <summary>Loses what some clients answer after work of one kind.</summary>
    public static Tap Lose(IClientTransport inner, Func<int, bool> which, ClientWork work = ClientWork.Train) => Replace(
        inner, reply => which(reply.Client) ? new ClientReply { Client = reply.Client, Failure = "lost" } : reply, work);

    public ValueTask<int> CountAsync(CancellationToken ct) => inner.CountAsync(ct);

    public int? SamplesOf(int client) => inner.SamplesOf(client);

    public async IAsyncEnumerable<ClientReply> DispatchAsync(
        ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var reply in inner.DispatchAsync(task, Cohort(task, cohort), ct)) yield return Reply(task, reply);
    }
}
