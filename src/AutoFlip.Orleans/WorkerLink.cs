using System.Collections.Concurrent;
using AutoFlip.Grpc;

namespace AutoFlip.Orleans;

/// <summary>The coordinator's end of a worker: admits it, keeps its slots at work, and says that it is there.</summary>
sealed class WorkerLink
{
    const int Window = 8; // chunks under way: one at a time takes five times as long
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(5), Again = TimeSpan.FromSeconds(1);

    readonly ClusterChannel _channel;
    readonly IGrainFactory _grains;
    readonly SiloAddress _silo;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _stop;
    readonly ConcurrentDictionary<ReadOnlyMemory<byte>, Lazy<Task<Parcel>>> _sent = [];
    int _slots;
    long _last;

    /// <summary>Begins to offer the worker the run.</summary>
    public WorkerLink(ClusterChannel channel, IGrainFactory grains, SiloAddress silo, TimeProvider time, CancellationToken stop)
    {
        (_channel, _grains, _silo, _time) = (channel, grains, silo, time);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Running = RunAsync(_stop.Token);
    }

    /// <summary>Slots that take clients; 0 before it is admitted.</summary>
    public int Slots => Volatile.Read(ref _slots);

    /// <summary>Ends with the link.</summary>
    public Task Running { get; }

    /// <summary>Forgets the requests of earlier tasks, here and there.</summary>
    public void Forget()
    {
        long[] keys = [.. _sent.Values.Where(put => put is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            .Select(put => put.Value.Result.Key)];
        _sent.Clear();
        if (keys is not []) _ = SlotOf(0).DropAsync(keys).ContinueWith(dropped => dropped.Exception, TaskScheduler.Default);
    }

    /// <summary>The worker is gone.</summary>
    /// <returns>True if it had slots.</returns>
    public bool Lose()
    {
        _stop.Cancel();
        return Interlocked.Exchange(ref _slots, 0) > 0;
    }

    /// <summary>Tells the worker that the run has ended.</summary>
    public async Task EndAsync()
    {
        if (Slots == 0) return;
        await Control.EndAsync(_channel.Offer.Run).WaitAsync(Beat, _time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it may be gone, and then it need not be told
    }

    /// <summary>Calls that must not wait behind a task.</summary>
    IWorkerGrain Control => SlotOf(-1);

    IWorkerGrain SlotOf(int slot) => _grains.GetGrain<IWorkerGrain>(OnSilo.KeyOf(_silo, slot));

    async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                var admission = await Control.AdmitAsync(_channel.Offer, ct);
                if (admission.Refusal is { } refusal)
                {
                    _channel.Warn($"The worker {_silo.Endpoint} takes no part: {refusal}");
                    return;
                }
                Volatile.Write(ref _slots, admission.Slots);
                _channel.Admitted(_silo, admission.Slots);
                using var together = CancellationTokenSource.CreateLinkedTokenSource(ct);
                Task[] all = [BeatAsync(together.Token), .. Enumerable.Range(0, admission.Slots)
                    .Select(slot => WorkAsync(slot, together.Token))];
                var failed = await Task.WhenAny(all); // none ends but by a failure, and then all begin anew
                await together.CancelAsync();
                await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await failed;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Volatile.Write(ref _slots, 0);
                _channel.Warn($"The worker {_silo.Endpoint} does not answer ({ReasonOf(e)}). Trying again.");
                _sent.Clear();
            }
            await Task.Delay(Again, _time, ct);
        }
    }

    /// <summary>Says that the coordinator is there.</summary>
    async Task BeatAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Beat, _time);
        while (await timer.WaitForNextTickAsync(ct))
            if (!await Control.BeatAsync(_channel.Offer.Run)) throw new SiloUnavailableException("it was started anew");
    }

    /// <summary>Carries out clients in a slot, one after another. While one computes, the reply of the one before is fetched.</summary>
    async Task WorkAsync(int number, CancellationToken ct)
    {
        var slot = SlotOf(number);
        var fetching = Task.CompletedTask;
        while (true)
        {
            var seat = await _channel.Queue.TakeAsync(ct);
            if (await AnsweredAsync(seat, ct, async () =>
            {
                var handled = await CarryOutAsync(slot, seat, ct);
                await fetching;
                return handled;
            }) is { } handled) fetching = AnsweredAsync(seat, ct, () => FetchAsync(slot, seat, handled));
        }
    }

    /// <summary>A step of a client's task. One that ends the task answers it; one that fails for the cluster puts it back.</summary>
    async Task<Handled?> AnsweredAsync(SeatTask seat, CancellationToken ct, Func<Task<Handled?>> step)
    {
        try
        {
            seat.Cancel.ThrowIfCancellationRequested();
            return await step();
        }
        catch (OperationCanceledException) when (seat.Cancel.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            seat.Answer.TrySetCanceled(seat.Cancel);
        }
        catch (AutoFlipException e)
        {
            seat.Answer.TrySetException(e);
        }
        catch
        {
            _channel.Queue.Return(seat);
            throw;
        }
        return null;
    }

    /// <summary>Has a client computed. A worker that lacks the mask is given it: that it is another worker than before must not show in
    /// the traffic of the simulated clients.</summary>
    async Task<Handled?> CarryOutAsync(IWorkerGrain slot, SeatTask seat, CancellationToken ct)
    {
        var handled = await HandleAsync(slot, seat, ct);
        if (!handled.AsksForMask) return handled;
        await slot.DropAsync([handled.Reply.Key]);
        await slot.LearnAsync(await SentAsync(slot, seat.Whole()));
        return await HandleAsync(slot, seat, ct);
    }

    async Task<Handled> HandleAsync(IWorkerGrain slot, SeatTask seat, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, seat.Cancel);
        var task = await SentAsync(slot, seat.Request);
        var before = await Task.WhenAll(seat.Before.Select(vector => PutAsync(slot, vector.Name, vector.Bytes)));
        var handled = await slot.HandleAsync(seat.Client, task, before, either.Token);
        return handled.Fault is { } fault ? throw AutoFlipException.RunFailed($"The worker {_silo.Endpoint}: {fault}") : handled;
    }

    /// <summary>Fetches the outcome of a client's task, and answers it.</summary>
    async Task<Handled?> FetchAsync(IWorkerGrain slot, SeatTask seat, Handled handled)
    {
        var reply = await GetAsync(slot, handled.Reply);
        var kept = new ClientVector[handled.Kept.Length];
        for (var i = 0; i < kept.Length; i++) kept[i] = new(handled.Kept[i].Name, await GetAsync(slot, handled.Kept[i]));
        await slot.DropAsync([handled.Reply.Key, .. handled.Kept.Select(vector => vector.Key)]);
        foreach (var vector in kept) seat.Keep(vector);
        seat.Answer.TrySetResult(Answer.Of(reply));
        return null;
    }

    /// <summary>A request at the worker: put once, whoever needs it.</summary>
    Task<Parcel> SentAsync(IWorkerGrain slot, ReadOnlyMemory<byte> request) =>
        _sent.GetOrAdd(request, bytes => new(() => PutAsync(slot, "task", bytes))).Value;

    async Task<Parcel> PutAsync(IWorkerGrain slot, string name, ReadOnlyMemory<byte> bytes)
    {
        var parcel = new Parcel(name, Interlocked.Increment(ref _last), bytes.Length);
        await InWindowAsync(bytes.Length, offset => slot.PutAsync(
            parcel, offset, bytes.Slice(offset, Math.Min(Chunks.Size, bytes.Length - offset))));
        return parcel;
    }

    static async Task<ReadOnlyMemory<byte>> GetAsync(IWorkerGrain slot, Parcel parcel)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(parcel.Length);
        await InWindowAsync(bytes.Length, async offset => (await slot.GetAsync(parcel, offset)).CopyTo(bytes.AsMemory(offset)));
        return bytes;
    }

    static async Task InWindowAsync(int length, Func<int, Task> move)
    {
        var underWay = new Queue<Task>();
        for (var offset = 0; offset < length; offset += Chunks.Size)
        {
            if (underWay.Count == Window) await underWay.Dequeue();
            underWay.Enqueue(move(offset));
        }
        await Task.WhenAll(underWay);
    }

    /// <summary>A failure on one line: messages of Orleans contain the whole failure below them, with its stack.</summary>
    internal static string ReasonOf(Exception e) => ForeignText.Quote(e.Message.Split('\n', 2)[0].Trim()).TrimEnd('.');
}
