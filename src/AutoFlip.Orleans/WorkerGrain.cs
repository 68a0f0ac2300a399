using Orleans.Concurrency;

namespace AutoFlip.Orleans;

/// <summary>A slot of this worker. A reply is read while the next task is computed.</summary>
/// <param name="worker">The worker.</param>
[OnSilo, Reentrant]
sealed class WorkerGrain(WorkerService worker) : Grain, IWorkerGrain
{
    /// <summary>The longest call: training of a client, or loading of data.</summary>
    public const string LongCall = "02:00:00";

    /// <inheritdoc/>
    public Task<Admission> AdmitAsync(RunOffer offer, CancellationToken ct) => worker.AdmitAsync(offer);

    /// <inheritdoc/>
    public Task<bool> BeatAsync(Guid run) => Task.FromResult(worker.Beat(run));

    /// <inheritdoc/>
    public Task PutAsync(Parcel parcel, int offset, ReadOnlyMemory<byte> chunk)
    {
        worker.Parcels.Put(parcel, offset, chunk.Span);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task LearnAsync(Parcel task)
    {
        worker.Run.Learn(worker.Parcels.Read(task).Span);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Handled> HandleAsync(int client, Parcel task, Parcel[] kept, CancellationToken ct) =>
        worker.HandleAsync(client, task, kept, ct);

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> GetAsync(Parcel parcel, int offset) => Task.FromResult(worker.Parcels.Chunk(parcel, offset));

    /// <inheritdoc/>
    public Task DropAsync(long[] keys)
    {
        worker.Parcels.Drop(keys);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task EndAsync(Guid run)
    {
        worker.End(run);
        return Task.CompletedTask;
    }
}
