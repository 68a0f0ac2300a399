using System.Security.Cryptography;

namespace AutoFlip.Grpc;

/// <summary>A reply that is arriving. Its users hold its lock.</summary>
/// <remarks>Not disposable: a call whose connection is lost may still use it when a newer one takes over. At most one upload of a seat
/// writes: <see cref="Supersede"/> waits for the bytes under way, and no byte is written after it.</remarks>
sealed class Upload
{
    readonly TaskInbox _inbox;
    readonly long _size;
    readonly ReadOnlyMemory<byte> _sha256;
    readonly CancellationTokenSource _superseded = new();
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    bool _isOver, _isHashed;

    /// <summary>Begins a reply, or resumes one at the bytes that are here, which are read and hashed again once more arrive.</summary>
    /// <param name="inbox">Where it goes.</param>
    /// <param name="seat">Whose.</param>
    /// <param name="size">Bytes it will have.</param>
    /// <param name="sha256">Their hash.</param>
    public Upload(TaskInbox inbox, int seat, long size, ReadOnlyMemory<byte> sha256)
    {
        (_inbox, Seat, _size, _sha256, Have) = (inbox, seat, size, sha256, inbox.Have(seat));
        if (Have > size) Discard(); // of another reply
        _isHashed = Have == 0;
    }

    /// <summary>The seat.</summary>
    public int Seat { get; }

    /// <summary>Bytes that are here.</summary>
    public long Have { get; private set; }

    /// <summary>True if no byte is missing.</summary>
    public bool IsComplete => !_isOver && Have == _size;

    /// <summary>Cancelled once another connection has taken over.</summary>
    public CancellationToken Superseded => _superseded.Token;

    /// <summary>Ends it in favour of another connection of the seat.</summary>
    public void Supersede()
    {
        lock (this) _isOver = true;
        _superseded.Cancel();
    }

    /// <summary>Adds bytes behind those that are here; false if they are more than announced, or another connection has taken
    /// over.</summary>
    public bool Append(ReadOnlySpan<byte> bytes)
    {
        if (_isOver || bytes.Length > _size - Have) return false;
        HashBegun();
        _inbox.Append(Seat, bytes);
        _hash.AppendData(bytes);
        Have += bytes.Length;
        return true;
    }

    /// <summary>Stores the complete reply. On the disk when this returns.</summary>
    public ReplyOutcome Store()
    {
        HashBegun();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        if (hash.SequenceEqual(_sha256.Span)) return _inbox.Store(Seat);
        Discard();
        return ReplyOutcome.Damaged;
    }

    /// <summary>Hashes what an earlier connection left.</summary>
    void HashBegun()
    {
        if (_isHashed) return;
        _isHashed = true;
        using var begun = _inbox.Begun(Seat);
        var buffer = new byte[Chunks.Size];
        for (int read; (read = begun.Read(buffer)) > 0;) _hash.AppendData(buffer, 0, read);
    }

    void Discard()
    {
        _inbox.Discard(Seat);
        Have = 0;
    }
}
