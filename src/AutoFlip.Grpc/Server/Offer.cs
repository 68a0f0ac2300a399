using System.Security.Cryptography;

namespace AutoFlip.Grpc;

/// <summary>A request that waits for a seat's reply.</summary>
/// <param name="Seat">The seat.</param>
/// <param name="Task">The id that the reply carries.</param>
/// <param name="Request">The request's bytes.</param>
/// <param name="Sha256">Their hash.</param>
sealed record Offer(int Seat, UInt128 Task, ReadOnlyMemory<byte> Request, byte[] Sha256)
{
    /// <summary>Receives the answer.</summary>
    public TaskCompletionSource<Answer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Replies' bytes that are here of it.</summary>
    public Upload? Upload { get; set; }
}

/// <summary>Hashes of requests. One request goes to many seats, so each is hashed once.</summary>
sealed class RequestHashes
{
    readonly Dictionary<ReadOnlyMemory<byte>, byte[]> _known = [];

    /// <summary>The hash of a request.</summary>
    public byte[] Of(ReadOnlyMemory<byte> request) =>
        _known.TryGetValue(request, out var hash) ? hash : _known[request] = SHA256.HashData(request.Span);

    /// <summary>Forgets all.</summary>
    public void Clear() => _known.Clear();
}
