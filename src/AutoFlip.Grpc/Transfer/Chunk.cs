using System.Buffers;
using Google.Protobuf;

namespace AutoFlip.Grpc.V1;

/// <summary>A chunk whose data may be in a buffer of a pool.</summary>
sealed partial class Chunk
{
    byte[]? _rented;

    /// <summary>Puts the data into a buffer of the pool, which the caller fills before the chunk is used.</summary>
    /// <param name="length">Bytes of the data.</param>
    internal Span<byte> Rent(int length)
    {
        _rented = ArrayPool<byte>.Shared.Rent(length);
        Data = UnsafeByteOperations.UnsafeWrap(_rented.AsMemory(0, length));
        return _rented.AsSpan(0, length);
    }

    /// <summary>Gives the buffer back, if it is one of the pool. Its data are gone then.</summary>
    internal void Return()
    {
        if (_rented is not { } rented) return;
        (_rented, Data) = (null, ByteString.Empty);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
