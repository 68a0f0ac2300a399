using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>The calls of a client: each finds out who calls, and passes on to the coordinator.</summary>
/// <param name="run">Facts of the run that clients are given.</param>
/// <param name="coordinator">The server's state.</param>
/// <param name="callers">Answers who calls.</param>
/// <param name="options">The settings.</param>
/// <param name="enrolment">Signs certificates for tokens; null if the server does not.</param>
/// <param name="time">The clock.</param>
[BindServiceMethod(typeof(FederationService), nameof(Bind))]
sealed class FederationService(
    RunFacts run, Coordinator coordinator, ICallers callers, ServerOptions options, ServerEnrolment? enrolment, TimeProvider time)
    : Federation.FederationBase
{
    const int LeastRate = 1024; // bytes a second, over an idle period
    static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(5), UploadWait = TimeSpan.FromSeconds(30);

    readonly SemaphoreSlim _uploads = new(options.MaxUploads);

    /// <summary>Binds the methods: the attribute above names it, and gRPC calls it.</summary>
    public static void Bind(ServiceBinderBase binder, Federation.FederationBase service) =>
        Federation.BindService(new PooledChunkBinder(binder), service);

    /// <inheritdoc/>
    public override Task<Description> Describe(DescribeRequest request, ServerCallContext context)
    {
        var caller = callers.Of(context);
        return Task.FromResult(coordinator.Describe(caller, request.Version, run));
    }

    /// <inheritdoc/>
    public override Task<Joined> Join(JoinRequest request, ServerCallContext context) =>
        Task.FromResult(coordinator.Join(callers.Of(context), request, run.ContractSha256));

    /// <inheritdoc/>
    public override async Task Watch(WatchRequest request, IServerStreamWriter<State> responseStream, ServerCallContext context)
    {
        var session = SessionOf(request.Session, context);
        coordinator.Watching(session, isOpen: true);
        try
        {
            State? sent = null;
            for (var isDue = true; ;)
            {
                var (state, changed) = coordinator.StateOf(session);
                if (isDue || !IsSame(sent, state))
                {
                    await responseStream.WriteAsync(state, context.CancellationToken);
                    sent = state;
                }
                if (state.Ended.Length > 0) return;
                await changed.WaitAsync(options.Heartbeat, time, context.CancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                context.CancellationToken.ThrowIfCancellationRequested();
                isDue = !changed.IsCompleted;
                if (!isDue) await Task.Delay(Settle, time, context.CancellationToken); // offers of a round come one after another
            }
        }
        finally
        {
            coordinator.Watching(session, isOpen: false);
        }
    }

    /// <inheritdoc/>
    public override async Task Fetch(FetchRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
    {
        var session = SessionOf(request.Session, context);
        var message = coordinator.Request(session, request.Task);
        if (request.Offset > (ulong)message.Length)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"offset {request.Offset} is behind the end of the task."));
        using var idle = new IdleLimit(time, context.CancellationToken);
        try
        {
            foreach (var chunk in Chunks.Of(message, (long)request.Offset))
            {
                idle.Restart();
                await responseStream.WriteAsync(chunk, idle.Token);
                coordinator.Metrics.Sent(chunk.Data.Length);
            }
        }
        catch (OperationCanceledException) when (idle.IsOver)
        {
            throw IdleLimit.Failure;
        }
    }

    /// <inheritdoc/>
    public override async Task<Receipt> Submit(IAsyncStreamReader<SubmitPart> requestStream, ServerCallContext context)
    {
        var receipt = await ReceiveAsync(requestStream, context);
        coordinator.Metrics.Replied($"{receipt.Status}");
        return receipt;
    }

    async Task<Receipt> ReceiveAsync(IAsyncStreamReader<SubmitPart> requestStream, ServerCallContext context)
    {
        callers.Of(context);
        using var idle = new IdleLimit(time, context.CancellationToken);
        Upload? upload = null;
        try
        {
            if (!await requestStream.MoveNext(idle.Token) || requestStream.Current.Header is not { } header)
                throw new RpcException(new Status(StatusCode.InvalidArgument, "a reply begins with its header."));
            var session = SessionOf(header.Session, context);
            // before the wait: of the connections of one seat, only the newest one may occupy a place
            upload = coordinator.BeginUpload(session, header, out var receipt);
            return upload is null ? receipt! : await ReceiveAsync(session, header, upload, requestStream, idle);
        }
        catch (OperationCanceledException) when (idle.IsOver)
        {
            throw IdleLimit.Failure;
        }
        catch (OperationCanceledException) when (upload is { Superseded.IsCancellationRequested: true })
        {
            throw new RpcException(new Status(StatusCode.Aborted, "another connection goes on with the reply."));
        }
    }

    async Task<Receipt> ReceiveAsync(
        Session session, SubmitHeader header, Upload upload, IAsyncStreamReader<SubmitPart> parts, IdleLimit idle)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, upload.Superseded);
        if (!await _uploads.WaitAsync(UploadWait, either.Token))
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "too many replies arrive at once."));
        try
        {
            await ReceiveAsync(session, upload, parts, idle, either.Token);
            return coordinator.EndUpload(session, upload, header);
        }
        finally
        {
            _uploads.Release();
        }
    }

    /// <inheritdoc/>
    public override Task<BeatReply> Beat(BeatRequest request, ServerCallContext context)
    {
        coordinator.Beat(SessionOf(request.Session, context), request.Seats);
        return Task.FromResult(new BeatReply());
    }

    /// <inheritdoc/>
    public override Task<Left> Leave(LeaveRequest request, ServerCallContext context)
    {
        coordinator.Leave(SessionOf(request.Session, context));
        return Task.FromResult(new Left());
    }

    /// <inheritdoc/>
    public override Task<Enrolled> Enrol(EnrolRequest request, ServerCallContext context) => Task.FromResult(
        (enrolment ?? throw new RpcException(new Status(StatusCode.PermissionDenied, "this server enrols no clients."))).Sign(request));

    /// <summary>Receives chunks until one is not the next one, or the client ends. A connection that sends less than
    /// <see cref="LeastRate"/> is ended; one that goes on never is, however long it takes.</summary>
    async Task ReceiveAsync(
        Session session, Upload upload, IAsyncStreamReader<SubmitPart> parts, IdleLimit idle, CancellationToken ct)
    {
        var (since, had) = (time.GetTimestamp(), upload.Have);
        idle.Restart();
        while (await parts.MoveNext(ct))
        {
            if (parts.Current.Chunk is not { } chunk) return;
            var isNext = coordinator.Append(session, upload, chunk);
            chunk.Return();
            if (!isNext) return;
            idle.Restart();
            if (time.GetElapsedTime(since) < IdleLimit.Period) continue;
            if (upload.Have - had < LeastRate * IdleLimit.Period.TotalSeconds) return;
            (since, had) = (time.GetTimestamp(), upload.Have);
        }
    }

    Session SessionOf(ulong id, ServerCallContext context) => coordinator.SessionOf(callers.Of(context).Name, id);

    /// <summary>Tests whether two states differ in time alone.</summary>
    static bool IsSame(State? sent, State now)
    {
        if (sent is null || sent.Tasks.Count != now.Tasks.Count) return false;
        var same = now.Clone();
        foreach (var (task, before) in same.Tasks.Zip(sent.Tasks)) task.DeadlineLeftMs = before.DeadlineLeftMs;
        return same.Equals(sent);
    }
}

/// <summary>Facts of a run that clients are given.</summary>
/// <param name="Experiment">The experiment, as text, without folders.</param>
/// <param name="Contract">The data contract, as text.</param>
/// <param name="ContractSha256">Its hash.</param>
sealed record RunFacts(string Experiment, string Contract, byte[] ContractSha256);
