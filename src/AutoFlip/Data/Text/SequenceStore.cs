using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Many sequences of small whole numbers (token ids, pixels), each of any length: a store that
/// grows without being copied.</summary>
/// <remarks>A number takes one byte, two or four, whichever its largest value needs; a sequence 12 bytes more.</remarks>
/// <param name="values">How many values there are: numbers are 0 .. values - 1.</param>
sealed class SequenceStore(int values)
{
    const int BlockBytes = 1 << 22;

    readonly int _width = values <= 1 << 8 ? 1 : values <= 1 << 16 ? 2 : 4; // bytes of a number
    readonly List<byte[]> _blocks = [];
    readonly List<long> _places = []; // block << 32 | first byte
    readonly List<int> _lengths = [];
    int _used = BlockBytes; // of the last block

    /// <summary>Number of values.</summary>
    public int Values => values;

    /// <summary>Sequences so far.</summary>
    public int Count => _lengths.Count;

    /// <summary>The longest sequence so far.</summary>
    public int LongestLength { get; private set; }

    /// <summary>Adds a sequence.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public void Add(ReadOnlySpan<int> sequence)
    {
        var bytes = checked(sequence.Length * _width);
        if (_blocks.Count == 0 || _used + bytes > _blocks[^1].Length)
        {
            _blocks.Add(ImageSet.NewPixels(Math.Max(BlockBytes, bytes)));
            _used = 0;
        }
        var into = _blocks[^1].AsSpan(_used, bytes);
        foreach (var number in sequence)
            if ((uint)number >= (uint)values) throw new ArgumentOutOfRangeException(nameof(sequence), number, $"0 .. {values - 1}");
        if (_width == 1) Narrow<byte>(sequence, into);
        else if (_width == 2) Narrow<ushort>(sequence, into);
        else MemoryMarshal.AsBytes(sequence).CopyTo(into);
        _places.Add((long)(_blocks.Count - 1) << 32 | (uint)_used);
        _lengths.Add(sequence.Length);
        _used += bytes;
        LongestLength = Math.Max(LongestLength, sequence.Length);
    }

    /// <summary>The length of a sequence.</summary>
    public int Length(int row) => _lengths[row];

    /// <summary>Writes a sequence as float32.</summary>
    /// <param name="row">Which.</param>
    /// <param name="into">As long as the sequence.</param>
    public void Read(int row, Span<float> into)
    {
        var from = Bytes(row);
        if (_width == 1) Widen<byte>(from, into);
        else if (_width == 2) Widen<ushort>(from, into);
        else Widen<int>(from, into);
    }

    /// <summary>A sequence as it is stored.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        var place = _places[row];
        return _blocks[(int)(place >> 32)].AsSpan((int)(uint)place, _lengths[row] * _width);
    }

    static void Narrow<T>(ReadOnlySpan<int> from, Span<byte> into)
        where T : unmanaged, INumberBase<T> => TensorPrimitives.ConvertTruncating(from, MemoryMarshal.Cast<byte, T>(into));

    static void Widen<T>(ReadOnlySpan<byte> from, Span<float> into)
        where T : unmanaged, INumberBase<T> => TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, T>(from), into);
}
