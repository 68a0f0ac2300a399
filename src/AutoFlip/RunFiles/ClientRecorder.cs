using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>A transport that also writes each client's model of the last round: <c>checkpoints/clients/0007.safetensors</c>. Nothing
/// where a part of the model stays at clients (<see cref="FederatedAlgorithm.Travels"/>): the server does not have it.</summary>
/// <param name="inner">What carries the messages.</param>
/// <param name="directory">Where to write, and which round is the last.</param>
/// <param name="card">What the full model is.</param>
sealed class ClientRecorder(IClientTransport inner, RunDirectory directory, ModelCard card) : IClientTransport
{
    /// <inheritdoc/>
    public ValueTask<int> CountAsync(CancellationToken ct) => inner.CountAsync(ct);

    /// <inheritdoc/>
    public int? SamplesOf(int client) => inner.SamplesOf(client);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClientReply> DispatchAsync(
        ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var reply in inner.DispatchAsync(task, cohort, ct))
        {
            if (task.Work == ClientWork.Train && task.Round == directory.Experiment.Rounds && reply.Failure is null
                && task.Travels is null or { IsAll: true })
                directory.SaveModel(
                    Path.Combine("clients", $"{reply.Client:0000}.safetensors"),
                    task.SentOf(reply.Client).Expand(reply.Values, task.MaskOf(reply.Client).Apply(task.Weights)),
                    card with { Round = task.Round });
            yield return reply;
        }
    }
}
