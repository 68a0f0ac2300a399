using AutoFlip.Grpc;

namespace AutoFlip.Orleans;

/// <summary>The worker of this process: the run that it takes part in, and the bytes on their way.</summary>
/// <param name="load">Loads data and prepares the clients of an experiment.</param>
/// <param name="slots">Clients that compute at the same time.</param>
/// <param name="log">Receives what its reader should see.</param>
/// <param name="time">The clock; only durations count.</param>
sealed class WorkerService(Func<Experiment, CancellationToken, SimulationWorker> load, int slots, IClientLog log, TimeProvider time)
    : IDisposable
{
    /// <summary>Time without a word of the coordinator after which a run counts as ended.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    readonly SemaphoreSlim _admitting = new(1);
    readonly TaskCompletionSource<string?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly CancellationTokenSource _stop = new();
    RunOffer? _offer;
    SimulationWorker? _run;
    long _heard = time.GetTimestamp();

    /// <summary>Bytes on their way.</summary>
    public Parcels Parcels { get; } = new();

    /// <summary>The clients of the run.</summary>
    public SimulationWorker Run => _run ?? throw new InvalidOperationException("No run was admitted.");

    /// <summary>Completes with the run: null if it ended, or the reason why this worker takes no part.</summary>
    public Task<string?> Ended => _ended.Task;

    /// <summary>True if the coordinator is silent.</summary>
    /// <param name="isExpected">True if there must be one, though none has offered a run.</param>
    public bool IsForsaken(bool isExpected) =>
        (isExpected || _offer is not null) && _admitting.CurrentCount > 0 && time.GetElapsedTime(Volatile.Read(ref _heard)) > Silence;

    /// <summary>Answers an offer.</summary>
    public async Task<Admission> AdmitAsync(RunOffer offer)
    {
        await _admitting.WaitAsync(_stop.Token);
        try
        {
            Heard();
            if (_offer is not null)
                return new(_offer.Run == offer.Run ? null : "the worker takes part in the run of another coordinator.", slots);
            if (await RefusalOf(offer) is { } refusal)
            {
                _ended.TrySetResult(refusal);
                return new(refusal, 0);
            }
            _offer = offer;
            log.Note($"Takes part in a run with {slots} {(slots == 1 ? "slot" : "slots")}.");
            return new(null, slots);
        }
        finally
        {
            Heard(); // loading may take minutes
            _admitting.Release();
        }
    }

    /// <summary>The coordinator is there.</summary>
    public bool Beat(Guid run)
    {
        if (_offer?.Run != run) return false;
        Heard();
        return true;
    }

    /// <summary>Carries out a task.</summary>
    public async Task<Handled> HandleAsync(int client, Parcel task, IReadOnlyList<Parcel> kept, CancellationToken ct)
    {
        Heard();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        ClientVector[] before = [.. kept.Select(parcel => new ClientVector(parcel.Name, Parcels.Read(parcel)))];
        try
        {
            var (reply, after) = await Run.HandleAsync(client, Parcels.Read(task), before, either.Token);
            return new(Parcels.Add("reply", reply), [.. after.Select(vector => Parcels.Add(vector.Name, vector.Bytes))],
                ReplyHead.Read(reply.Span) is { AsksForMask: true });
        }
        catch (AutoFlipException e) // another model would come of it, so it is no reply
        {
            return new(default, [], AsksForMask: false, e.Message);
        }
        finally
        {
            Parcels.Drop(kept.Select(parcel => parcel.Key));
        }
    }

    /// <summary>The run has ended.</summary>
    public void End(Guid run)
    {
        if (_offer?.Run == run) _ended.TrySetResult(null);
    }

    /// <summary>Stops what is under way.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _run?.Dispose();
        Parcels.Clear();
    }

    /// <summary>Reason why the worker cannot take part, one sentence; null if it can.</summary>
    async Task<string?> RefusalOf(RunOffer offer)
    {
        if (offer.Version != ExperimentFile.ProgramVersion)
            return $"it runs version {ExperimentFile.ProgramVersion}, and the coordinator {offer.Version}. Install the same version.";
        if (offer.Processor != ProcessorKind.Here)
            return $"its processor ({ProcessorKind.Here}) is of another kind than the coordinator's ({offer.Processor}): results would not "
                + "be equal to the bit.";
        try
        {
            _run = await LoadAsync(ExperimentReading.OfServer(offer.Experiment));
        }
        catch (AutoFlipException e)
        {
            return $"it cannot load the run: {e.Message}";
        }
        return _run.PartitionSha256 == offer.Partition ? null
            : "its data give the clients other samples than the coordinator's. Use the same data on all machines.";
    }

    /// <summary>Loads outside of the grain's turn: the silo must go on answering.</summary>
    async Task<SimulationWorker> LoadAsync(Experiment experiment)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return load(experiment, _stop.Token);
    }

    void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());
}
