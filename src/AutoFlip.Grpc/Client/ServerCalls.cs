using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Transfers of a client, each resumed at the byte where it broke off.</summary>
/// <remarks>Every wait ends with its token by itself: once its connection was aborted, a call may end neither by itself nor when it is
/// cancelled, and a client that waits for it would never work again.</remarks>
/// <param name="calls">The server's calls.</param>
/// <param name="headers">Headers of each call.</param>
/// <param name="time">The clock; only durations count.</param>
sealed class ServerCalls(Federation.FederationClient calls, Metadata headers, TimeProvider time)
{
    static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    /// <summary>Time for the receipt of a reply that broke off.</summary>
    static readonly TimeSpan AfterBreak = TimeSpan.FromSeconds(5);

    readonly UploadRoom _room = new();

    /// <summary>The run, before data are loaded.</summary>
    public Task<Description> DescribeAsync(CancellationToken ct) =>
        ShortAsync(how => calls.DescribeAsync(new DescribeRequest { Version = ExperimentFile.ProgramVersion }, how), ct);

    /// <summary>Begins a session.</summary>
    public Task<Joined> JoinAsync(JoinRequest request, CancellationToken ct) =>
        ShortAsync(how => calls.JoinAsync(request, how), ct);

    /// <summary>The states of the run, one after another.</summary>
    public async IAsyncEnumerable<State> WatchAsync(
        ulong session, TimeSpan silence, [EnumeratorCancellation] CancellationToken ct)
    {
        using var limit = new IdleLimit(time, ct);
        using var call = calls.Watch(new WatchRequest { Session = session }, Options(limit.Token));
        while (true)
        {
            limit.Restart(silence);
            if (!await call.ResponseStream.MoveNext(limit.Token).WaitAsync(limit.Token)) yield break;
            yield return call.ResponseStream.Current;
        }
    }

    /// <summary>Fetches a task behind the bytes that are here.</summary>
    /// <param name="session">The session.</param>
    /// <param name="task">The task.</param>
    /// <param name="into">Receives the bytes, at their offset.</param>
    /// <param name="have">Bytes that are here; grows.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="RpcException">It broke off: see <paramref name="have"/>.</exception>
    public async Task FetchAsync(ulong session, ByteString task, byte[] into, Progress have, CancellationToken ct)
    {
        var request = new FetchRequest { Session = session, Task = task, Offset = (ulong)have.Bytes };
        using var silence = new IdleLimit(time, ct);
        using var call = calls.Fetch(request, Options(silence.Token));
        while (have.Bytes < into.Length)
        {
            silence.Restart();
            if (!await call.ResponseStream.MoveNext(silence.Token).WaitAsync(silence.Token)) break;
            var chunk = call.ResponseStream.Current;
            if (chunk.Offset != (ulong)have.Bytes || !Chunks.IsSound(chunk) || chunk.Data.Length > into.Length - have.Bytes)
                throw new RpcException(new Status(StatusCode.DataLoss, "a chunk of the task is damaged."));
            chunk.Data.Span.CopyTo(into.AsSpan((int)have.Bytes));
            have.Bytes += chunk.Data.Length;
            chunk.Return();
        }
        if (have.Bytes < into.Length) throw new RpcException(new Status(StatusCode.Unavailable, "the task broke off."));
    }

    /// <summary>Sends a reply from an offset on; null: announces it only, and the receipt has the offset.</summary>
    public async Task<Receipt> SubmitAsync(ulong session, Submission reply, long? offset, CancellationToken ct)
    {
        var last = IdleLimit.Period;
        using var room = await _room.EnterAsync(offset is { } from ? reply.Message.Length - from : 0, ct);
        using var silence = new IdleLimit(time, ct);
        using var call = calls.Submit(Options(silence.Token));
        var header = new SubmitHeader
        {
            Session = session,
            Task = reply.Task,
            Size = (ulong)reply.Message.Length,
            Sha256 = UnsafeByteOperations.UnsafeWrap(reply.Sha256),
        };
        if (reply.Start is { } start) header.Start = (uint)start;
        try
        {
            await WriteAsync(new SubmitPart { Header = header });
            foreach (var chunk in Chunks.Of(reply.Message, offset ?? reply.Message.Length))
            {
                silence.Restart();
                await WriteAsync(new SubmitPart { Chunk = chunk });
            }
            await call.RequestStream.CompleteAsync().WaitAsync(silence.Token);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or HttpRequestException)
        {
            last = AfterBreak; // the server answered before the end: its receipt names the reason
        }
        silence.Restart(last);
        return await call.ResponseAsync.WaitAsync(silence.Token);

        Task WriteAsync(SubmitPart part) => call.RequestStream.WriteAsync(part, silence.Token).WaitAsync(silence.Token);
    }

    /// <summary>Notes where seats are.</summary>
    public Task<BeatReply> BeatAsync(BeatRequest request, CancellationToken ct) =>
        ShortAsync(how => calls.BeatAsync(request, how), ct);

    /// <summary>A short call, limited by its duration: a deadline of gRPC is a time of day.</summary>
    async Task<T> ShortAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        using var within = new IdleLimit(time, ct);
        within.Restart(Short);
        using var begun = call(Options(within.Token));
        try
        {
            return await begun.ResponseAsync.WaitAsync(within.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RpcException(Status.DefaultCancelled); // as a call that was cancelled ends by itself
        }
    }

    CallOptions Options(CancellationToken ct) => new(headers, cancellationToken: ct);

    /// <summary>The hash of a message.</summary>
    public static byte[] HashOf(ReadOnlyMemory<byte> message) => SHA256.HashData(message.Span);
}

/// <summary>A reply as it is sent.</summary>
/// <param name="Task">Id of the task.</param>
/// <param name="Message">The bytes.</param>
/// <param name="Sha256">Their hash.</param>
/// <param name="Start">The round whose kept vectors the training started from; null if none are kept.</param>
sealed record Submission(ByteString Task, ReadOnlyMemory<byte> Message, byte[] Sha256, int? Start);

/// <summary>Progress of a transfer.</summary>
sealed class Progress
{
    /// <summary>Bytes that are here.</summary>
    public long Bytes { get; set; }
}
