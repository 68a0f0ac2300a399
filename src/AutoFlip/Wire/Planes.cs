using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Numbers of several bytes as planes: the lowest bytes of all numbers, then their second ones, up to the highest.</summary>
/// <remarks>Signs and exponents vary little from value to value, mantissas are noise: once separated, the former can be compressed. Cost:
/// one pass; numbers are little-endian.</remarks>
static class Planes
{
    const int Block = 2048; // numbers split at a time, so that what lies between two steps stays in the first cache

    /// <summary>Splits numbers into planes.</summary>
    /// <param name="numbers">Numbers of <paramref name="width"/> bytes.</param>
    /// <param name="width">1, 2 or 4.</param>
    /// <param name="planes">As many bytes: plane after plane.</param>
    public static void Split(ReadOnlySpan<byte> numbers, int width, Span<byte> planes)
    {
        var count = numbers.Length / width;
        if (width == 1) numbers.CopyTo(planes);
        else if (width == 2) Split(MemoryMarshal.Cast<byte, ushort>(numbers), planes[..count], planes[count..]);
        else
        {
            var words = MemoryMarshal.Cast<byte, uint>(numbers);
            Span<ushort> low = stackalloc ushort[Block], high = stackalloc ushort[Block];
            for (var start = 0; start < count; start += Block)
            {
                var size = Math.Min(Block, count - start);
                Split(words.Slice(start, size), low, high);
                Split(low[..size], planes.Slice(start, size), planes.Slice(count + start, size));
                Split(high[..size], planes.Slice(2 * count + start, size), planes.Slice(3 * count + start, size));
            }
        }
    }

    /// <summary>The opposite of <see cref="Split(ReadOnlySpan{byte}, int, Span{byte})"/>.</summary>
    public static void Join(ReadOnlySpan<byte> planes, int width, Span<byte> numbers)
    {
        var count = numbers.Length / width;
        if (width == 1) planes.CopyTo(numbers);
        else if (width == 2) Join(planes[..count], planes[count..], MemoryMarshal.Cast<byte, ushort>(numbers));
        else
        {
            var words = MemoryMarshal.Cast<byte, uint>(numbers);
            Span<ushort> low = stackalloc ushort[Block], high = stackalloc ushort[Block];
            for (var start = 0; start < count; start += Block)
            {
                var size = Math.Min(Block, count - start);
                Join(planes.Slice(start, size), planes.Slice(count + start, size), low);
                Join(planes.Slice(2 * count + start, size), planes.Slice(3 * count + start, size), high);
                Join(low[..size], high[..size], words.Slice(start, size));
            }
        }
    }

    static void Split(ReadOnlySpan<ushort> numbers, Span<byte> low, Span<byte> high)
    {
        ref var from = ref MemoryMarshal.GetReference(numbers);
        ref var lows = ref MemoryMarshal.GetReference(low);
        ref var highs = ref MemoryMarshal.GetReference(high);
        nuint i = 0, step = (nuint)Vector<ushort>.Count, count = (nuint)numbers.Length;
        for (; i + 2 * step <= count; i += 2 * step)
        {
            Vector<ushort> first = Vector.LoadUnsafe(ref from, i), second = Vector.LoadUnsafe(ref from, i + step);
            Vector.Narrow(first, second).StoreUnsafe(ref lows, i);
            Vector.Narrow(first >> 8, second >> 8).StoreUnsafe(ref highs, i);
        }
        for (var k = (int)i; k < numbers.Length; k++) (low[k], high[k]) = ((byte)numbers[k], (byte)(numbers[k] >> 8));
    }

    static void Split(ReadOnlySpan<uint> numbers, Span<ushort> low, Span<ushort> high)
    {
        ref var from = ref MemoryMarshal.GetReference(numbers);
        ref var lows = ref MemoryMarshal.GetReference(low);
        ref var highs = ref MemoryMarshal.GetReference(high);
        nuint i = 0, step = (nuint)Vector<uint>.Count, count = (nuint)numbers.Length;
        for (; i + 2 * step <= count; i += 2 * step)
        {
            Vector<uint> first = Vector.LoadUnsafe(ref from, i), second = Vector.LoadUnsafe(ref from, i + step);
            Vector.Narrow(first, second).StoreUnsafe(ref lows, i);
            Vector.Narrow(first >> 16, second >> 16).StoreUnsafe(ref highs, i);
        }
        for (var k = (int)i; k < numbers.Length; k++) (low[k], high[k]) = ((ushort)numbers[k], (ushort)(numbers[k] >> 16));
    }

    static void Join(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high, Span<ushort> numbers)
    {
        ref var lows = ref MemoryMarshal.GetReference(low);
        ref var highs = ref MemoryMarshal.GetReference(high);
        ref var to = ref MemoryMarshal.GetReference(numbers);
        nuint i = 0, step = (nuint)Vector<byte>.Count, count = (nuint)low.Length;
        for (; i + step <= count; i += step)
        {
            Vector<byte> lower = Vector.LoadUnsafe(ref lows, i), upper = Vector.LoadUnsafe(ref highs, i);
            (Vector.WidenLower(lower) | Vector.WidenLower(upper) << 8).StoreUnsafe(ref to, i);
            (Vector.WidenUpper(lower) | Vector.WidenUpper(upper) << 8).StoreUnsafe(ref to, i + step / 2);
        }
        for (var k = (int)i; k < low.Length; k++) numbers[k] = (ushort)(low[k] | high[k] << 8);
    }

    static void Join(ReadOnlySpan<ushort> low, ReadOnlySpan<ushort> high, Span<uint> numbers)
    {
        ref var lows = ref MemoryMarshal.GetReference(low);
        ref var highs = ref MemoryMarshal.GetReference(high);
        ref var to = ref MemoryMarshal.GetReference(numbers);
        nuint i = 0, step = (nuint)Vector<ushort>.Count, count = (nuint)low.Length;
        for (; i + step <= count; i += step)
        {
            Vector<ushort> lower = Vector.LoadUnsafe(ref lows, i), upper = Vector.LoadUnsafe(ref highs, i);
            (Vector.WidenLower(lower) | Vector.WidenLower(upper) << 16).StoreUnsafe(ref to, i);
            (Vector.WidenUpper(lower) | Vector.WidenUpper(upper) << 16).StoreUnsafe(ref to, i + step / 2);
        }
        for (var k = (int)i; k < low.Length; k++) numbers[k] = low[k] | (uint)high[k] << 16;
    }
}
