using System.Collections.Concurrent;
using AutoFlip.Grpc;

namespace AutoFlip.Orleans;

/// <summary>Bytes at a worker that are on their way: tasks, vectors, replies.</summary>
sealed class Parcels
{
    readonly ConcurrentDictionary<long, byte[]> _bytes = [];
    long _last;

    /// <summary>Stores a part.</summary>
    public void Put(Parcel parcel, int offset, ReadOnlySpan<byte> chunk) =>
        chunk.CopyTo(_bytes.GetOrAdd(parcel.Key, _ => GC.AllocateUninitializedArray<byte>(parcel.Length)).AsSpan(offset));

    /// <summary>Stores bytes under a new key; they must not change.</summary>
    public Parcel Add(string name, ReadOnlyMemory<byte> bytes)
    {
        var parcel = new Parcel(name, Interlocked.Decrement(ref _last), bytes.Length);
        _bytes[parcel.Key] = bytes.ToArray();
        return parcel;
    }

    /// <summary>All of it.</summary>
    /// <exception cref="InvalidOperationException">It is not here.</exception>
    public ReadOnlyMemory<byte> Read(Parcel parcel) =>
        _bytes.TryGetValue(parcel.Key, out var bytes) ? bytes : throw new InvalidOperationException($"'{parcel.Name}' is not here.");

    /// <summary>A part, which ends where a chunk or the whole ends.</summary>
    public ReadOnlyMemory<byte> Chunk(Parcel parcel, int offset) =>
        Read(parcel).Slice(offset, Math.Min(Chunks.Size, parcel.Length - offset));

    /// <summary>Drops some.</summary>
    public void Drop(IEnumerable<long> keys)
    {
        foreach (var key in keys) _bytes.TryRemove(key, out _);
    }

    /// <summary>Drops all.</summary>
    public void Clear() => _bytes.Clear();
}
