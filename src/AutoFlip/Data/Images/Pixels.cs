using System.IO.MemoryMappedFiles;

namespace AutoFlip;

/// <summary>The bytes of many images: in memory, or in a memory-mapped file. Immutable.</summary>
/// <remarks>A mapped file stays open until no image set refers to it any more; a caller with a span must also hold a reference to its
/// image set.</remarks>
sealed unsafe class Pixels
{
    readonly byte[]? _memory;
    readonly MemoryMappedViewAccessor? _view;
    readonly byte* _first;

    /// <summary>Wraps an array without copying it.</summary>
    public Pixels(byte[] memory)
    {
        (_memory, Length) = (memory, memory.Length);
        GC.SuppressFinalize(this);
    }

    /// <summary>Maps a part of a file.</summary>
    /// <param name="file">Open for reading; given away.</param>
    /// <param name="start">Where the pixels start.</param>
    /// <param name="length">Number of bytes, at least one. The file must have them and must not be shortened.</param>
    public Pixels(FileStream file, long start, long length)
    {
        using var map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = map.CreateViewAccessor(start, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
        _first += _view.PointerOffset;
        Length = length;
    }

    /// <summary>Releases the mapping.</summary>
    ~Pixels()
    {
        if (_first != null) _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
    }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>True if the pixels are in a memory-mapped file.</summary>
    public bool Mapped => _view is not null;

    /// <summary>Some of them.</summary>
    public ReadOnlySpan<byte> Slice(long start, int length)
    {
        if (_memory is not null) return _memory.AsSpan((int)start, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)start, (ulong)(Length - length), nameof(start));
        return new ReadOnlySpan<byte>(_first + start, length);
    }
}
