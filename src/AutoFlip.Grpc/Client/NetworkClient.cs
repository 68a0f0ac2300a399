using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>A client process of a federation over a network: dials out, joins, and carries out tasks until the run ends.</summary>
/// <remarks>The server's state is complete each time it arrives, so a lost one hangs nobody. Whatever was computed is kept on the disk
/// until the server has committed the round.</remarks>
public sealed class NetworkClient : IDisposable
{
    const int BetweenRuns = 3; // as long as the pause before the third attempt

    readonly ulong _process = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    readonly ClientOptions _options;
    readonly Func<ClientRun, ClientData> _load;
    readonly TimeProvider _time;
    readonly PeerIdentity? _identity;
    readonly Connection _connection;
    readonly ServerCalls _calls;
    readonly Lock _lock = new();
    readonly ConcurrentDictionary<(ByteString Task, ByteString Request), (SeatWork Work, Task<bool> Running)> _works = [];
    readonly ConcurrentDictionary<ByteString, Task<ReadOnlyMemory<byte>>> _fetched = [];
    readonly Dictionary<uint, Task> _last = []; // of each seat
    TaskCompletionSource<ulong> _session = New();
    FederationClient? _federation;
    CancellationToken _stop;
    CancellationTokenSource? _waiting; // for the server's next state
    string? _refusal; // of the server's certificate
    long _contact;

    /// <summary>Prepares a client; nothing is connected yet.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="load">Loads data, once the run is known.</param>
    /// <param name="log">Receives what its reader should see.</param>
    /// <param name="time">The clock; only durations count.</param>
    /// <exception cref="AutoFlipException">A setting is not accepted (exit 2).</exception>
    public NetworkClient(
        ClientOptions options, Func<ClientRun, ClientData> load, IClientLog log, TimeProvider time)
    {
        (_options, _load, Log, _time, _contact) = (options, load, log, time, time.GetTimestamp());
        PeerName.Check(options.Name);
        _identity = options.Pki is { } pki ? PeerIdentity.LoadClient(new PkiFolder(pki), options.Name, time) : null;
        _connection = new Connection(
            options.Server, _identity is null ? null : host => Tls.ForClient(_identity, host, why => _refusal = why));
        _calls = new ServerCalls(_connection.Calls, _identity is null ? new Metadata { { CallHeaders.Name, options.Name } } : [], time);
    }

    internal IClientLog Log { get; }

    internal FederationClient Federation => _federation!;

    /// <summary>Joins and works until the run ends, or until it is stopped.</summary>
    /// <exception cref="AutoFlipException">The server refuses the client, the run has failed, or data are not usable (see
    /// <see cref="ExitCode"/>).</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await RunOnceAsync(ct);
            }
            catch (RpcException) // calls that are stopped fail as any other
            {
                ct.ThrowIfCancellationRequested();
                throw;
            }
            if (_options.Once) return;
            await PauseAsync(BetweenRuns, ct); // the server of the run that has ended may still answer
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _federation?.Dispose();
        _connection.Dispose();
        _identity?.Dispose();
    }

    /// <summary>A call that needs a session: repeated with the next one if the connection or the session is lost.</summary>
    internal async Task<T> WithSessionAsync<T>(Func<ServerCalls, ulong, Task<T>> call, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await Session().WaitAsync(ct);
            try
            {
                return await call(_calls, session);
            }
            catch (RpcException e) when (
                !ct.IsCancellationRequested && Retry.After(e) != Reaction.Stop && e.StatusCode != StatusCode.NotFound)
            {
                if (Retry.After(e) == Reaction.Rejoin) Lose(session);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested) // silence
            {
            }
            await PauseAsync(attempt, ct);
        }
    }

    /// <summary>The request of a task. One that several seats have is fetched once.</summary>
    internal Task<ReadOnlyMemory<byte>> FetchAsync(TaskOffer offer, CancellationToken ct) =>
        _fetched.GetOrAdd(offer.Sha256, _ => FetchOnceAsync(offer, _stop)).WaitAsync(ct);

    async Task<ReadOnlyMemory<byte>> FetchOnceAsync(TaskOffer offer, CancellationToken ct)
    {
        try
        {
            if (offer.Size > (ulong)Array.MaxLength) throw AutoFlipException.RunFailed($"A task of {offer.Size} bytes is too large.");
            var bytes = GC.AllocateUninitializedArray<byte>((int)offer.Size);
            while (true)
            {
                var have = new Progress();
                await WithSessionAsync(
                    async (calls, session) =>
                    {
                        await calls.FetchAsync(session, offer.Task, bytes, have, ct);
                        return true;
                    },
                    ct);
                if (ServerCalls.HashOf(bytes).AsSpan().SequenceEqual(offer.Sha256.Span)) return bytes;
                Log.Warning($"Round {offer.Round}: the task of seat {offer.Seat} arrived damaged and is fetched again.");
            }
        }
        catch
        {
            _fetched.TryRemove(offer.Sha256, out _); // of another seat, it may still be open
            throw;
        }
    }

    async Task RunOnceAsync(CancellationToken ct)
    {
        if (_identity?.ExpiryWarning() is { } expiring) Log.Warning(expiring);
        var description = await UntilAsync(_calls.DescribeAsync, ct);
        int[] seats = !_options.Seats.IsEmpty ? [.. _options.Seats]
            : description.ProposedSeat > 0 ? [(int)description.ProposedSeat - 1]
            : throw AutoFlipException.RunFailed("All seats of the run are taken. Wait for the next run.");
        if (seats.FirstOrDefault(seat => seat < 0 || seat >= description.Seats, -1) is >= 0 and var wrong)
            throw AutoFlipException.BadRequest($"Seat {wrong} is not accepted. Accepted: 0 to {description.Seats - 1}.");
        var run = ClientRun.Of(description, [.. seats]);
        var state = Path.Combine(_options.State, Convert.ToHexStringLower(description.Run.Span));
        var models = Path.Combine(_options.State, "personal", Convert.ToHexStringLower(description.Run.Span));
        using var owner = StateFolder.Lock(state);
        var data = _load(run);
        _federation?.Dispose();
        using var federation = _federation = new FederationClient(
            run.Experiment, data, seats, state, _options.Workers, _time, models)
        {
            Failed = e => Log.Warning($"A task failed: {e.Message}"),
        };
        var request = new JoinRequest
        {
            Run = description.Run,
            ContractSha256 = ByteString.CopyFrom(Convert.FromHexString(data.Contract.Sha256)),
            Version = ExperimentFile.ProgramVersion,
            Processor = ProcessorKind.Here,
            Process = _process,
        };
        foreach (var seat in seats)
            request.Seats.Add(new Seat
            {
                Number = (uint)seat,
                TrainSamples = (uint)data.TrainSamples(seat),
                HeldOutSamples = (uint)data.HeldOutSamples(seat),
            });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _stop = stop.Token;
        try
        {
            await WorkAsync(request, state, stop);
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAll(Running()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _works.Clear();
            _last.Clear();
            _fetched.Clear();
            _federation = null;
        }
        owner.DeleteFolder();
        if (Directory.Exists(models)) Log.Note($"Personal models: {models}");
    }

    async Task WorkAsync(JoinRequest request, string state, CancellationTokenSource stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var joined = await UntilAsync(token => _calls.JoinAsync(request, token), stop.Token);
                Log.Note($"Joined for {(joined.Seats.Count == 1 ? "seat" : "seats")} {string.Join(", ", joined.Seats)}.");
                ForgetFinished();
                lock (_lock) _session.TrySetResult(joined.Session);
                var period = TimeSpan.FromMilliseconds(joined.HeartbeatMs);
                using var session = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                lock (_lock) _waiting = session;
                var beats = BeatAsync(joined.Session, period, session.Token);
                try
                {
                    await foreach (var seen in _calls.WatchAsync(joined.Session, 3 * period, session.Token))
                    {
                        attempt = 1;
                        _contact = _time.GetTimestamp();
                        if (seen.Ended.Length > 0)
                        {
                            RequireDone(seen.Ended);
                            return;
                        }
                        Follow(seen, state, stop);
                        await ThrowFailedAsync();
                    }
                }
                finally
                {
                    lock (_lock) _waiting = null;
                    session.Cancel();
                    await beats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    Lose(joined.Session);
                }
            }
            catch (RpcException e) when (!stop.IsCancellationRequested && Retry.After(e) != Reaction.Stop)
            {
                if (EndReasons.ReasonIn(e.Status.Detail) is { } ended)
                {
                    RequireDone(ended);
                    return;
                }
                await ThrowFailedAsync();
                Log.Warning($"The connection was lost: {TextOf(e)} Trying again.");
            }
            catch (RpcException e) when (!stop.IsCancellationRequested)
            {
                throw Refused(e);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                await ThrowFailedAsync();
                Log.Warning("The server was silent. Trying again.");
            }
            stop.Token.ThrowIfCancellationRequested();
            await PauseAsync(attempt, stop.Token);
        }
    }

    /// <summary>Fails unless a run has ended as it should.</summary>
    static void RequireDone(string ended)
    {
        if (ended != EndReasons.Done)
            throw AutoFlipException.RunFailed($"The server has ended the run: {ForeignText.OnOneLine(ended)}");
    }

    /// <summary>Forgets the replies that were acknowledged: a server that offers such a task in a new session has lost the reply, with
    /// the power for example, and is sent it again from the outbox.</summary>
    void ForgetFinished()
    {
        foreach (var (key, work) in _works)
            if (work.Running.IsCompletedSuccessfully) _works.TryRemove(key, out _);
    }

    /// <summary>Brings the work under way in line with the server's state.</summary>
    void Follow(State seen, string state, CancellationTokenSource stop)
    {
        var offered = seen.Tasks.ToDictionary(offer => (offer.Task, offer.Sha256));
        foreach (var (key, work) in _works)
        {
            if (!offered.ContainsKey(key) && !seen.Waiting) work.Work.Close();
            var isOver = work.Running.IsCompletedSuccessfully && (!offered.ContainsKey(key) || !work.Running.Result);
            if (isOver) _works.TryRemove(key, out _);
        }
        foreach (var hash in _fetched.Keys)
            if (!seen.Tasks.Any(offer => offer.Sha256 == hash)) _fetched.TryRemove(hash, out _);
        foreach (var (key, offer) in offered)
        {
            if (_works.ContainsKey(key)) continue;
            var work = new SeatWork(offer, this);
            // one after another: two tasks of a seat would overwrite each other's files
            var before = _last.GetValueOrDefault(offer.Seat, Task.CompletedTask);
            var running = work.RunAsync(Outbox.Of(state, (int)offer.Seat), before, stop.Token);
            _ = running.ContinueWith(
                _ => StopWaiting(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            _last[offer.Seat] = running;
            _works.TryAdd(key, (work, running));
        }
    }

    /// <summary>Ends the wait for the server's next state: a task has failed.</summary>
    void StopWaiting()
    {
        lock (_lock) _ = _waiting?.CancelAsync();
    }

    /// <summary>Passes on what ended a task in another way than by a reply: the client's files, or the server's refusal.</summary>
    async Task ThrowFailedAsync()
    {
        foreach (var running in Running().Where(running => running.IsFaulted))
        {
            try
            {
                await running;
            }
            catch (RpcException e) when (!_stop.IsCancellationRequested)
            {
                throw Refused(e);
            }
        }
    }

    Task[] Running() => [.. _works.Values.Select(work => work.Running)];

    async Task BeatAsync(ulong session, TimeSpan period, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, _time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var request = new BeatRequest { Session = session };
            foreach (var (work, running) in _works.Values)
                if (!running.IsCompleted) request.Seats.Add(new SeatPhase { Task = work.Offer.Task, Phase = work.Phase });
            try
            {
                await _calls.BeatAsync(request, ct);
            }
            catch (RpcException) // the state stream breaks too, and that is where it is acted on
            {
            }
        }
    }

    /// <summary>A call that is repeated until the server answers.</summary>
    async Task<T> UntilAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await call(ct);
                _contact = _time.GetTimestamp();
                return result;
            }
            catch (RpcException e) when (!ct.IsCancellationRequested)
            {
                if (Retry.After(e) == Reaction.Stop) throw Refused(e);
                if (Retry.After(e) == Reaction.Rejoin) throw;
                if (_time.GetElapsedTime(_contact) >= _options.GiveUp)
                    throw AutoFlipException.RunFailed(
                        $"The server at {_options.Server} has not answered for {(int)_options.GiveUp!.Value.TotalSeconds} s: "
                        + TextOf(e), e);
                if (attempt is 1 or 5 || attempt % 20 == 0)
                    Log.Warning($"The server at {_options.Server} cannot be reached: {TextOf(e)} Trying again.");
            }
            await PauseAsync(attempt, ct);
        }
    }

    AutoFlipException Refused(RpcException e) => AutoFlipException.RunFailed($"The server refuses this client: {TextOf(e)}", e);

    /// <summary>One sentence about a failed call: of a server that this client does not trust, the reason for that.</summary>
    string TextOf(RpcException e) => e.StatusCode != StatusCode.Unavailable ? Retry.Text(e)
        : Interlocked.Exchange(ref _refusal, null) is { } refusal ? $"the server is not trusted: {refusal}"
        : Retry.Text(e);

    Task<ulong> Session()
    {
        lock (_lock) return _session.Task;
    }

    void Lose(ulong session)
    {
        lock (_lock)
            if (_session.Task is { IsCompletedSuccessfully: true, Result: var current } && current == session) _session = New();
    }

    Task PauseAsync(int attempt, CancellationToken ct)
    {
        const int Steps = 1 << 20; // jitter must differ from client to client, so it is keyed by nothing
        return Task.Delay(Retry.Pause(attempt, RandomNumberGenerator.GetInt32(Steps) / (double)Steps), _time, ct);
    }

    static TaskCompletionSource<ulong> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
