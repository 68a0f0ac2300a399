namespace AutoFlip.Tests;

/// <summary>A channel that changes nothing of another one.</summary>
abstract class ChannelThrough(IMessageChannel inner) : IMessageChannel
{
    public int Clients => inner.Clients;

    public int AtOnce => inner.AtOnce;

    public int? SamplesOf(int client) => inner.SamplesOf(client);

    public virtual ValueTask ReadyAsync(CancellationToken ct) => inner.ReadyAsync(ct);

    public virtual ValueTask BeginAsync(CohortTask task, CancellationToken ct) => inner.BeginAsync(task, ct);

    public virtual Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
        inner.SendAsync(client, request, ct);
}
