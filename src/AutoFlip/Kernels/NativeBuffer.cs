using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Native memory for kernels, zeroed, aligned to cache lines. It does not move.</summary>
/// <typeparam name="T">Type of an element.</typeparam>
/// <remarks>Behind the last element follow <see cref="Slack"/> bytes, because kernels read and write whole vectors.</remarks>
sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    const int Alignment = 64, Slack = 256;

    T* _first;

    /// <summary>Allocates.</summary>
    /// <param name="length">Elements.</param>
    public NativeBuffer(long length)
    {
        var bytes = checked((nuint)(length * sizeof(T)) + Slack);
        _first = (T*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(_first, bytes);
        Length = length;
    }

    ~NativeBuffer() => Free();

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>The first element.</summary>
    /// <exception cref="ObjectDisposedException">The buffer is freed.</exception>
    public T* First
    {
        get
        {
            ObjectDisposedException.ThrowIf(_first is null, this);
            return _first;
        }
    }

    /// <summary>Sets every element to 0.</summary>
    public void Clear() => NativeMemory.Clear(First, (nuint)(Length * sizeof(T)));

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        NativeMemory.AlignedFree(_first); // of null: nothing
        _first = null;
    }
}
