using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>A rectifier and 2 x 2 max pooling over one image, or a rectifier alone.</summary>
/// <remarks>The first of equal maxima wins, and NaN wins over numbers, as in torch.</remarks>
static unsafe class RectifiedPooling
{
    /// <summary>A winner that is none: all of the window is 0 or less.</summary>
    public const byte Nobody = 255;

    /// <summary>Rectifies, and pools if the shape does.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="from">[ConvolvedHeight, ConvolvedWidth, OutputChannels].</param>
    /// <param name="to">Takes [OutputHeight, OutputWidth, OutputChannels]; channels beyond <see cref="ConvolutionShape.Outputs"/>
    /// 0.</param>
    /// <param name="pitch">Pixels from a row of <paramref name="to"/> to the next.</param>
    /// <param name="winners">Takes each maximum's slot; unused without pooling.</param>
    public static void Run(ConvolutionShape shape, float* from, float* to, int pitch, byte* winners)
    {
        var (channels, columns) = (shape.OutputChannels, shape.OutputWidth);
        var last = LaneMask(shape.Outputs - channels + VectorCode.Block);
        for (var y = 0; y < shape.OutputHeight; y++, to += (long)pitch * channels)
            if (!shape.Pools) Rectify(from + y * columns * channels, columns, channels, last, to);
            else
                for (var x = 0; x < columns; x++, winners += channels)
                    Pool(shape, from, 2 * y - shape.PoolPadding, 2 * x - shape.PoolPadding, last, to + x * channels, winners);
    }

    static void Rectify(float* from, int columns, int channels, Vector512<float> last, float* to)
    {
        for (var x = 0; x < columns; x++)
            for (var c = 0; c < channels; c += VectorCode.Block, from += VectorCode.Block, to += VectorCode.Block)
            {
                var value = Vector512.Load(from);
                value &= ~Vector512.LessThanOrEqual(value, Vector512<float>.Zero); // NaN stays
                (c + VectorCode.Block < channels ? value : value & last).Store(to);
            }
    }

    static void Pool(ConvolutionShape shape, float* from, int top, int left, Vector512<float> last, float* to, byte* winners)
    {
        int channels = shape.OutputChannels, line = shape.ConvolvedWidth * channels;
        var inside = top >= 0 && left >= 0 && top + 1 < shape.ConvolvedHeight && left + 1 < shape.ConvolvedWidth;
        from += top * line + left * channels;
        for (var c = 0; c < channels; c += VectorCode.Block)
        {
            var (maximum, winner) = (Vector512<float>.Zero, Vector512.Create((int)Nobody)); // 0 wins nothing
            if (inside)
            {
                Take(from + c, 0, ref maximum, ref winner);
                Take(from + channels + c, 1, ref maximum, ref winner);
                Take(from + line + c, 2, ref maximum, ref winner);
                Take(from + line + channels + c, 3, ref maximum, ref winner);
            }
            else
                for (var slot = 0; slot < 4; slot++)
                {
                    var (y, x) = (top + slot / 2, left + slot % 2);
                    if (y < 0 || x < 0 || y >= shape.ConvolvedHeight || x >= shape.ConvolvedWidth) continue;
                    Take(from + slot / 2 * line + slot % 2 * channels + c, slot, ref maximum, ref winner);
                }
            if (c + VectorCode.Block == channels)
            {
                maximum &= last;
                winner |= ~last.AsInt32();
            }
            maximum.Store(to + c);
            Narrow(winner).Store(winners + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take(float* from, int slot, ref Vector512<float> maximum, ref Vector512<int> winner)
    {
        var value = Vector512.Load(from);
        var wins = Vector512.GreaterThan(value, maximum) | ~Vector512.Equals(value, value);
        maximum = Vector512.ConditionalSelect(wins, value, maximum);
        winner = Vector512.ConditionalSelect(wins.AsInt32(), Vector512.Create(slot), winner);
    }

    static Vector128<byte> Narrow(Vector512<int> values)
    {
        var words = Vector256.Narrow(values.GetLower(), values.GetUpper());
        return Vector128.Narrow(words.GetLower(), words.GetUpper()).AsByte();
    }

    /// <summary>All bits in the first lanes, none in the others.</summary>
    static Vector512<float> LaneMask(int lanes) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(lanes)).AsSingle();
}
