using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>Transposes matrices of floats, a square of 16 x 16 at a time where they are large enough.</summary>
static unsafe class Transposition
{
    const int Side = VectorCode.Block;

    /// <summary>to[c, r] = from[r, c].</summary>
    /// <param name="rows">Rows of <paramref name="from"/>.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="from">The matrix.</param>
    /// <param name="fromPitch">Floats from one of its rows to the next.</param>
    /// <param name="to">Takes the transposed one; elsewhere.</param>
    /// <param name="toPitch">Floats from one of its rows to the next.</param>
    public static void Run(int rows, int columns, float* from, long fromPitch, float* to, long toPitch)
    {
        if (rows < Side || columns < Side || !Avx512F.IsSupported)
        {
            for (var c = 0; c < columns; c++)
                for (var r = 0; r < rows; r++) to[c * toPitch + r] = from[r * fromPitch + c];
            return;
        }
        for (var r = 0; ; r = Math.Min(r + Side, rows - Side)) // the last squares overlap those before them
        {
            for (var c = 0; ; c = Math.Min(c + Side, columns - Side))
            {
                Square(from + r * fromPitch + c, fromPitch, to + c * toPitch + r, toPitch);
                if (c == columns - Side) break;
            }
            if (r == rows - Side) break;
        }
    }

    /// <summary>Two passes: quarters of 4 x 4 within lanes of 128 bits, then lanes.</summary>
    static void Square(float* from, long fromPitch, float* to, long toPitch)
    {
        var quarters = stackalloc float[Side * Side]; // [4 rows of from][column of a lane][lane of 4 columns][row]
        for (var r = 0; r < Side; r += 4, from += 4 * fromPitch)
        {
            Vector512<float> a = Vector512.Load(from), b = Vector512.Load(from + fromPitch);
            Vector512<float> c = Vector512.Load(from + 2 * fromPitch), d = Vector512.Load(from + 3 * fromPitch);
            var (ab, cd) = (Avx512F.UnpackLow(a, b).AsDouble(), Avx512F.UnpackLow(c, d).AsDouble());
            var (abHigh, cdHigh) = (Avx512F.UnpackHigh(a, b).AsDouble(), Avx512F.UnpackHigh(c, d).AsDouble());
            Avx512F.UnpackLow(ab, cd).AsSingle().Store(quarters + r * Side);
            Avx512F.UnpackHigh(ab, cd).AsSingle().Store(quarters + r * Side + Side);
            Avx512F.UnpackLow(abHigh, cdHigh).AsSingle().Store(quarters + r * Side + 2 * Side);
            Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle().Store(quarters + r * Side + 3 * Side);
        }
        for (var column = 0; column < 4; column++)
        {
            Vector512<float> Rows(int quarter) => Vector512.Load(quarters + (4 * quarter + column) * Side);
            Lanes(Rows(0), Rows(1), Rows(2), Rows(3), to + column * toPitch, 4 * toPitch);
        }
    }

    /// <summary>Row i takes lane i of each of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Lanes(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, long pitch)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        var (ab, cd) = (Avx512F.Shuffle4x128(a, b, Even), Avx512F.Shuffle4x128(c, d, Even));
        var (abOdd, cdOdd) = (Avx512F.Shuffle4x128(a, b, Odd), Avx512F.Shuffle4x128(c, d, Odd));
        Avx512F.Shuffle4x128(ab, cd, Even).Store(to);
        Avx512F.Shuffle4x128(abOdd, cdOdd, Even).Store(to + pitch);
        Avx512F.Shuffle4x128(ab, cd, Odd).Store(to + 2 * pitch);
        Avx512F.Shuffle4x128(abOdd, cdOdd, Odd).Store(to + 3 * pitch);
    }
}
