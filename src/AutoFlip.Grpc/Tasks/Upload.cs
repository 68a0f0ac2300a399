using System.Security.Cryptography;

namespace AutoFlip.Grpc;

/// <summary>A reply that is arriving. One thread at a time.</summary>
/// <remarks>Not disposable: a call whose connection is lost may still use it when a newer one takes over.</remarks>
sealed class Upload
{
    readonly TaskInbox _inbox;
    readonly long _size;
    readonly ReadOnlyMemory<byte> _sha256;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    long _unhashed; // bytes that an earlier connection left

    /// <summary>Begins a reply, or resumes one at the bytes that are here, which are hashed again when more arrive.</summary>
    /// <param name="inbox">Where it goes.</param>
    /// <param name="seat">Whose.</param>
    /// <param name="size">Bytes it will have.</param>
    /// <param name="sha256">Their hash.</param>
    public Upload(TaskInbox inbox, int seat, long size, ReadOnlyMemory<byte> sha256)
    {
        (_inbox, Seat, _size, _sha256, Have) = (inbox, seat, size, sha256, inbox.Have(seat));
        if (Have > size) Discard(); // of another reply
        _unhashed = Have;
    }

    /// <summary>The seat.</summary>
    public int Seat { get; }

    /// <summary>Bytes that are here.</summary>
    public long Have { get; private set; }

    /// <summary>True if no byte is missing.</summary>
    public bool IsComplete => Have == _size;

    /// <summary>Adds bytes behind those that are here; false if they are more than announced.</summary>
    public bool Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _size - Have) return false;
        HashEarlier();
        _inbox.Append(Seat, bytes);
        _hash.AppendData(bytes);
        Have += bytes.Length;
        return true;
    }

    /// <summary>Stores the complete reply. On the disk when this returns.</summary>
    public ReplyOutcome Store()
    {
        HashEarlier();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        if (hash.SequenceEqual(_sha256.Span)) return _inbox.Store(Seat);
        Discard();
        return ReplyOutcome.Damaged;
    }

    void HashEarlier()
    {
        if (_unhashed > 0) _hash.AppendData(_inbox.Begun(Seat).Span[..(int)_unhashed]);
        _unhashed = 0;
    }

    void Discard()
    {
        _inbox.Discard(Seat);
        Have = 0;
    }
}
