using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>Square windows over images [H, W, C] that do not overlap, and what max pooling does in them.</summary>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Channels">Values of a pixel, <see cref="Lanes"/> or more, one after another in memory.</param>
/// <param name="Kernel">Side of a window, up to <see cref="LargestKernel"/>.</param>
/// <param name="Stride">Pixels from one window to the next, on both axes; at least <paramref name="Kernel"/>.</param>
/// <param name="Padding">By how many pixels the first windows begin outside; at most half of <paramref name="Kernel"/>.</param>
/// <param name="Rectifies">Whether maxima below 0 become 0; no gradient passes there, nor where the maximum is 0.</param>
readonly unsafe record struct PoolingWindows(
    int Height, int Width, int Channels, int Kernel, int Stride, int Padding, bool Rectifies = false)
{
    /// <summary>Channels computed at a time.</summary>
    public const int Lanes = 8;

    /// <summary>Places of a window must fit a byte that has a value to spare.</summary>
    public const int LargestKernel = 15;

    const int Nobody = 255;

    /// <summary>Rows of windows.</summary>
    public int OutputHeight => (Height + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Columns of windows.</summary>
    public int OutputWidth => (Width + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Maxima of an image.</summary>
    public int OutputLength => OutputHeight * OutputWidth * Channels;

    int Length => Height * Width * Channels;

    /// <summary>True if every pixel lies in exactly one window.</summary>
    bool Cover => Stride == Kernel && OutputHeight * Stride - Padding >= Height && OutputWidth * Stride - Padding >= Width;

    /// <summary>Takes the maximum of each window, the first of equals, and of NaNs the last: torch's order.</summary>
    /// <param name="count">Images.</param>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="maxima">Takes [N, OutputHeight, OutputWidth, C].</param>
    /// <param name="winners">Takes each maximum's place in its window, row by row; null if not needed.</param>
    public void Forward<T, TPooled>(long count, T* images, T* maxima, byte* winners) where T : unmanaged where TPooled : IPooled<T>
    {
        int channels = Channels, last = channels - Lanes, line = channels * Width, rows = OutputHeight, columns = OutputWidth;
        for (var n = 0L; n < count; n++, images += Length)
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++, maxima += channels, winners = winners is null ? null : winners + channels)
                {
                    var window = At(row, column);
                    var first = images + window.Offset;
                    for (var c = 0; c < channels; c += Lanes)
                    {
                        if (c > last) c = last; // the last ones once more, rather than one by one
                        var maximum = TPooled.Load(first + c);
                        var winner = Vector256.Create(window.Place);
                        if (window.IsFour)
                        {
                            Take<T, TPooled>(first + channels + c, 1, ref maximum, ref winner);
                            Take<T, TPooled>(first + line + c, 2, ref maximum, ref winner);
                            Take<T, TPooled>(first + line + channels + c, 3, ref maximum, ref winner);
                        }
                        else
                            for (var y = 0; y < window.Rows; y++)
                                for (var x = 0; x < window.Columns; x++)
                                    Take<T, TPooled>(
                                        first + y * line + x * channels + c, window.Place + y * Kernel + x, ref maximum, ref winner);
                        if (Rectifies)
                        {
                            var passes = ~Vector256.LessThanOrEqual(maximum, Vector256<float>.Zero); // NaN does
                            maximum &= passes;
                            winner = Vector256.ConditionalSelect(passes.AsInt32(), winner, Vector256.Create(Nobody));
                        }
                        TPooled.Store(maximum, maxima + c);
                        if (winners is not null) *(ulong*)(winners + c) = Narrow(winner);
                    }
                }
    }

    /// <summary>Brings each window's gradient to the pixel that had won; all others get 0.</summary>
    /// <param name="count">Images.</param>
    /// <param name="gradients">[N, OutputHeight, OutputWidth, C].</param>
    /// <param name="winners">What the forward pass put there.</param>
    /// <param name="into">Takes [N, H, W, C].</param>
    public void Backward<T, TPooled>(long count, T* gradients, byte* winners, T* into) where T : unmanaged where TPooled : IPooled<T>
    {
        int channels = Channels, last = channels - Lanes, line = channels * Width, rows = OutputHeight, columns = OutputWidth;
        for (var n = 0L; n < count; n++, into += Length)
        {
            if (!Cover) new Span<T>(into, Length).Clear();
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++, gradients += channels, winners += channels)
                {
                    var window = At(row, column);
                    var first = into + window.Offset;
                    for (var c = 0; c < channels; c += Lanes)
                    {
                        if (c > last) c = last;
                        var gradient = TPooled.Load(gradients + c) + Vector256<float>.Zero; // as a sum that starts at 0: -0 becomes 0
                        var winner = Widen(*(ulong*)(winners + c));
                        if (window.IsFour)
                        {
                            Put<T, TPooled>(gradient, winner, 0, first + c);
                            Put<T, TPooled>(gradient, winner, 1, first + channels + c);
                            Put<T, TPooled>(gradient, winner, 2, first + line + c);
                            Put<T, TPooled>(gradient, winner, 3, first + line + channels + c);
                        }
                        else
                            for (var y = 0; y < window.Rows; y++)
                                for (var x = 0; x < window.Columns; x++)
                                    Put<T, TPooled>(gradient, winner, window.Place + y * Kernel + x, first + y * line + x * channels + c);
                    }
                }
        }
    }

    /// <summary>The part of a window inside the image.</summary>
    /// <param name="Offset">Of its first value.</param>
    /// <param name="Place">The first pixel's place in the whole window.</param>
    /// <param name="Rows">Rows inside.</param>
    /// <param name="Columns">Columns inside.</param>
    /// <param name="IsFour">Whether it is 2x2 and all of it lies inside: what is worth its own lines.</param>
    readonly record struct Window(int Offset, int Place, int Rows, int Columns, bool IsFour);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Window At(int row, int column)
    {
        int top = row * Stride - Padding, left = column * Stride - Padding, y = Math.Max(top, 0), x = Math.Max(left, 0);
        int rows = Math.Min(top + Kernel, Height) - y, columns = Math.Min(left + Kernel, Width) - x;
        return new((y * Width + x) * Channels, (y - top) * Kernel + x - left, rows, columns, Kernel == 2 && rows == 2 && columns == 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take<T, TPooled>(T* from, int place, ref Vector256<float> maximum, ref Vector256<int> winner)
        where T : unmanaged
        where TPooled : IPooled<T>
    {
        var value = TPooled.Load(from);
        var wins = Vector256.GreaterThan(value, maximum) | ~Vector256.Equals(value, value);
        maximum = Vector256.ConditionalSelect(wins, value, maximum);
        winner = Vector256.ConditionalSelect(wins.AsInt32(), Vector256.Create(place), winner);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<T, TPooled>(Vector256<float> gradient, Vector256<int> winner, int place, T* to)
        where T : unmanaged
        where TPooled : IPooled<T> =>
        TPooled.Store(Vector256.Equals(winner, Vector256.Create(place)).AsSingle() & gradient, to);

    static ulong Narrow(Vector256<int> places) =>
        Vector128.Narrow(Vector256.Narrow(places, places).GetLower(), Vector128<short>.Zero).AsUInt64().ToScalar();

    static Vector256<int> Widen(ulong places)
    {
        var words = Vector128.WidenLower(Vector128.CreateScalar(places).AsByte());
        return Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32();
    }
}

/// <summary>Numbers that are compared as float32.</summary>
/// <typeparam name="T">What they are in memory.</typeparam>
unsafe interface IPooled<T> where T : unmanaged
{
    /// <summary>Reads eight.</summary>
    static abstract Vector256<float> Load(T* from);

    /// <summary>Writes eight, each of which is exact in T.</summary>
    static abstract void Store(Vector256<float> values, T* to);
}

/// <summary>float32.</summary>
readonly unsafe struct PooledFloat : IPooled<float>
{
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    public static void Store(Vector256<float> values, float* to) => values.Store(to);
}

/// <summary>bfloat16: the upper half of a float32.</summary>
readonly unsafe struct PooledBfloat16 : IPooled<ushort>
{
    public static Vector256<float> Load(ushort* from)
    {
        var words = Vector128.Load(from);
        return (Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)) << 16).AsSingle();
    }

    public static void Store(Vector256<float> values, ushort* to)
    {
        var words = values.AsUInt32() >> 16;
        Vector256.Narrow(words, words).GetLower().Store(to);
    }
}
