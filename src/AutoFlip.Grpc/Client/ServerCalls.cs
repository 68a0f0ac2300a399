using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Transfers of a client, each resumed at the byte where it broke off.</summary>
/// <param name="calls">The server's calls.</param>
/// <param name="headers">Headers of each call.</param>
sealed class ServerCalls(Federation.FederationClient calls, Metadata headers)
{
    static readonly TimeSpan Short = TimeSpan.FromSeconds(30), Idle = TimeSpan.FromSeconds(60);

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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var call = calls.Watch(new WatchRequest { Session = session }, Options(limit.Token));
        while (true)
        {
            limit.CancelAfter(silence);
            if (!await call.ResponseStream.MoveNext(limit.Token)) yield break;
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
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var call = calls.Fetch(request, Options(silence.Token));
        while (have.Bytes < into.Length)
        {
            silence.CancelAfter(Idle);
            if (!await call.ResponseStream.MoveNext(silence.Token)) break;
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
    public async Task<Receipt> SubmitAsync(
        ulong session, ByteString task, ReadOnlyMemory<byte> reply, byte[] sha256, long? offset, CancellationToken ct)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        silence.CancelAfter(Idle);
        using var call = calls.Submit(Options(silence.Token));
        var header = new SubmitHeader
        {
            Session = session,
            Task = task,
            Size = (ulong)reply.Length,
            Sha256 = UnsafeByteOperations.UnsafeWrap(sha256),
        };
        try
        {
            await call.RequestStream.WriteAsync(new SubmitPart { Header = header }, silence.Token);
            foreach (var chunk in Chunks.Of(reply, offset ?? reply.Length))
            {
                silence.CancelAfter(Idle);
                await call.RequestStream.WriteAsync(new SubmitPart { Chunk = chunk }, silence.Token);
            }
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or IOException or HttpRequestException)
        {
            // the server answered before the end: its receipt names the reason
        }
        silence.CancelAfter(Idle);
        return await call.ResponseAsync;
    }

    /// <summary>Notes where seats are.</summary>
    public Task<BeatReply> BeatAsync(BeatRequest request, CancellationToken ct) =>
        ShortAsync(how => calls.BeatAsync(request, how), ct);

    /// <summary>A short call, limited by its duration: a deadline of gRPC is a time of day.</summary>
    async Task<T> ShortAsync<T>(Func<CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        using var within = CancellationTokenSource.CreateLinkedTokenSource(ct);
        within.CancelAfter(Short);
        using var begun = call(Options(within.Token));
        return await begun;
    }

    CallOptions Options(CancellationToken ct) => new(headers, cancellationToken: ct);

    /// <summary>The hash of a message.</summary>
    public static byte[] HashOf(ReadOnlyMemory<byte> message) => SHA256.HashData(message.Span);
}

/// <summary>Progress of a transfer.</summary>
sealed class Progress
{
    /// <summary>Bytes that are here.</summary>
    public long Bytes { get; set; }
}
