namespace AutoFlip.Orleans;

/// <summary>A run that a coordinator offers a worker.</summary>
/// <param name="Run">Id of the offer, new for each process of a coordinator.</param>
/// <param name="Version">The coordinator's program.</param>
/// <param name="Processor">Its kind of processor.</param>
/// <param name="Experiment">What is run: <c>experiment.json</c>.</param>
/// <param name="Partition">Hash of the partition that its data give.</param>
[GenerateSerializer, Immutable]
sealed record RunOffer(
    [property: Id(0)] Guid Run, [property: Id(1)] string Version, [property: Id(2)] string Processor, [property: Id(3)] string Experiment,
    [property: Id(4)] string Partition);

/// <summary>A worker's answer to an offer.</summary>
/// <param name="Refusal">Why it takes no part, one sentence; null if it does.</param>
/// <param name="Slots">Clients that it computes at the same time.</param>
[GenerateSerializer, Immutable]
sealed record Admission([property: Id(0)] string? Refusal, [property: Id(1)] int Slots);

/// <summary>Bytes that lie at a worker.</summary>
/// <param name="Name">What they are called there.</param>
/// <param name="Key">By which they are read; the coordinator's are above 0, the worker's below.</param>
/// <param name="Length">Their number.</param>
[GenerateSerializer, Immutable]
readonly record struct Parcel([property: Id(0)] string Name, [property: Id(1)] long Key, [property: Id(2)] int Length);

/// <summary>The outcome of a task.</summary>
/// <param name="Reply">The reply.</param>
/// <param name="Kept">The vectors that the client keeps.</param>
/// <param name="AsksForMask">True if the reply is that the worker lacks the task's mask.</param>
/// <param name="Fault">A fault of the worker that ends the run, one sentence; null if there is none.</param>
[GenerateSerializer, Immutable]
sealed record Handled(
    [property: Id(0)] Parcel Reply, [property: Id(1)] Parcel[] Kept, [property: Id(2)] bool AsksForMask,
    [property: Id(3)] string? Fault = null);

/// <summary>A slot of a worker: carries out one task at a time. Its key is the silo's address and the slot's number.</summary>
/// <remarks>No call carries more than a chunk of 64 KiB: larger messages cost memory and time out of proportion, and above 100 MB they
/// break the connection of two silos.</remarks>
[Alias("autoflip.worker")]
interface IWorkerGrain : IGrainWithStringKey
{
    /// <summary>Offers a run. Loads data.</summary>
    [ResponseTimeout(WorkerGrain.LongCall), Alias("admit")]
    Task<Admission> AdmitAsync(RunOffer offer, CancellationToken ct);

    /// <summary>The coordinator is there. False if the worker does not take part in this run any more.</summary>
    [Alias("beat")]
    Task<bool> BeatAsync(Guid run);

    /// <summary>Stores a part of bytes that a later call needs.</summary>
    [Alias("put")]
    Task PutAsync(Parcel parcel, int offset, [Immutable] ReadOnlyMemory<byte> chunk);

    /// <summary>Takes in the mask of a task that was put.</summary>
    [Alias("learn")]
    Task LearnAsync(Parcel task);

    /// <summary>Carries out a task that was put, with what the client has kept, which was put too.</summary>
    [ResponseTimeout(WorkerGrain.LongCall), Alias("handle")]
    Task<Handled> HandleAsync(int client, Parcel task, Parcel[] kept, CancellationToken ct);

    /// <summary>Reads a part of an outcome.</summary>
    [Alias("get")]
    Task<ReadOnlyMemory<byte>> GetAsync(Parcel parcel, int offset);

    /// <summary>Drops bytes.</summary>
    [Alias("drop")]
    Task DropAsync(long[] keys);

    /// <summary>The run has ended.</summary>
    [Alias("end")]
    Task EndAsync(Guid run);
}
