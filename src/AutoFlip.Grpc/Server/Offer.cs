using System.Diagnostics;
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

    /// <summary>Its span in traces; null if there are none.</summary>
    public Activity? Span { get; init; }

    /// <summary>The time when it was made.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>Replies' bytes that are here of it.</summary>
    public Upload? Upload { get; set; }
}

/// <summary>The requests that wait for replies: one for a seat at most.</summary>
sealed class Offers
{
    readonly Dictionary<int, Offer> _ofSeat = [];
    readonly Dictionary<UInt128, Offer> _ofTask = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Offer> All => _ofSeat.Values;

    /// <summary>The request of a seat; null if there is none.</summary>
    public Offer? OfSeat(int seat) => _ofSeat.GetValueOrDefault(seat);

    /// <summary>The request whose reply carries an id; null if there is none.</summary>
    public Offer? Find(UInt128 task) => _ofTask.GetValueOrDefault(task);

    /// <summary>Adds a request in place of the seat's earlier one.</summary>
    public void Add(Offer offer) => _ofTask[offer.Task] = _ofSeat[offer.Seat] = offer;

    /// <summary>Removes the request of a seat, and returns it.</summary>
    public Offer? Remove(int seat)
    {
        if (!_ofSeat.Remove(seat, out var offer)) return null;
        _ofTask.Remove(offer.Task);
        return offer;
    }

    /// <summary>Removes all.</summary>
    public void Clear()
    {
        _ofSeat.Clear();
        _ofTask.Clear();
    }
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
