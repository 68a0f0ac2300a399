using System.Collections.Concurrent;
using System.Reflection.Emit;

namespace AutoFlip;

/// <summary>Y[i] += Σ_e g_e X[e]: for each of many lists, the rows of X that the list names, each times its number. What a convolution's
/// backward pass is where most gradients are 0.</summary>
/// <remarks>
/// A row of X or Y is <c>rows</c> stretches of <c>blocks</c> blocks of columns. All of a Y stays in registers while its list is read. If
/// there are fewer sums than the processor needs to be busy, entries take turns in <c>ways</c> sets of them, which are added at the end.
/// <para>Cost: rows · blocks fused multiply-adds an entry, each with one load.</para>
/// </remarks>
static unsafe class ListSums
{
    /// <summary>The kernel of a shape.</summary>
    /// <param name="y">Y of an offset of 0.</param>
    /// <param name="ys">Offset of each list's Y in bytes.</param>
    /// <param name="yp">Bytes of Y from one stretch to the next.</param>
    /// <param name="x">X of an offset of 0.</param>
    /// <param name="xp">Bytes of X from one stretch to the next.</param>
    /// <param name="entries">Offsets of rows of X in bytes, list after list.</param>
    /// <param name="factors">Their numbers.</param>
    /// <param name="pitch">Bytes from one list to the next, of entries and of factors.</param>
    /// <param name="counts">Entries of each list.</param>
    /// <param name="lists">Number of lists, at least 1.</param>
    public delegate void Kernel(
        byte* y, int* ys, nint yp, byte* x, nint xp, int* entries, float* factors, nint pitch, int* counts, nint lists);

    const int Y = 0, Ys = 1, Yp = 2, X = 3, Xp = 4, Entries = 5, Factors = 6, Pitch = 7, Counts = 8, Lists = 9;

    static readonly ConcurrentDictionary<(VectorWidth, int, int, int), Kernel> Written = new();

    /// <summary>Sets of sums: enough for two vector units that take four cycles for a multiplication.</summary>
    /// <param name="rows">Stretches of a whole row.</param>
    /// <param name="blocks">Blocks of each.</param>
    public static int Ways(int rows, int blocks) => rows * blocks >= 8 ? 1 : 2;

    /// <summary>The kernel of a shape; written when it is first asked for. Its rows · blocks · ways sums must fit into
    /// registers.</summary>
    public static Kernel Of(VectorWidth width, int rows, int blocks, int ways) =>
        Written.GetOrAdd((width, rows, blocks, ways), static shape => Write(shape.Item1, shape.Item2, shape.Item3, shape.Item4));

    static Kernel Write(VectorWidth width, int rows, int blocks, int ways)
    {
        var code = new VectorCode(
            $"list sums {width} {rows} x {blocks} x {ways}", width, typeof(byte*), typeof(int*), typeof(nint), typeof(byte*), typeof(nint),
            typeof(int*), typeof(float*), typeof(nint), typeof(int*), typeof(nint));
        var (vectors, bytes) = (blocks * code.VectorsPerBlock, code.VectorBytes);
        LocalBuilder[] Vectors() => [.. Enumerable.Range(0, rows * vectors).Select(_ => code.Vector())];
        var sums = Enumerable.Range(0, ways).Select(_ => Vectors()).ToArray();
        var factor = code.Vector();
        LocalBuilder y = code.Number(), y3 = code.Number(), x3 = code.Number(), from = code.Number(), entry = code.Number();
        LocalBuilder number = code.Number(), left = code.Number(), lists = code.Number();
        code.Set(y3, () => code.Address(() => code.Argument(Yp), () => code.Argument(Yp), 2));
        code.Set(x3, () => code.Address(() => code.Argument(Xp), () => code.Argument(Xp), 2));
        code.Set(lists, () => code.Argument(Lists));
        code.Repeat(lists, () =>
        {
            code.Set(left, () => code.Index(() => code.Argument(Counts)));
            code.If(() => code.Value(left), List);
            code.Increase(Counts, () => code.Constant(sizeof(int)));
            code.Increase(Ys, () => code.Constant(sizeof(int)));
            code.Increase(Entries, () => code.Argument(Pitch));
            code.Increase(Factors, () => code.Argument(Pitch));
        });
        return code.End<Kernel>();

        void List()
        {
            code.Set(y, () => code.Address(() => code.Argument(Y), () => code.Index(() => code.Argument(Ys)), 1));
            code.Set(entry, () => code.Argument(Entries));
            code.Set(number, () => code.Argument(Factors));
            Each((sum, r, at) => code.Set(sums[0][sum], () => code.Load(() => Stretch(() => code.Value(y), Yp, y3, r, at))));
            foreach (var way in sums[1..])
                foreach (var sum in way) code.Zero(sum);
            code.While(left, ways, () =>
            {
                for (var way = 0; way < ways; way++) Entry(sums[way], way * sizeof(float));
                code.Increase(entry, () => code.Constant(ways * sizeof(int)));
                code.Increase(number, () => code.Constant(ways * sizeof(float)));
            });
            if (ways > 1)
                code.While(left, 1, () =>
                {
                    Entry(sums[0], 0);
                    code.Increase(entry, () => code.Constant(sizeof(int)));
                    code.Increase(number, () => code.Constant(sizeof(float)));
                });
            foreach (var way in sums[1..])
                for (var i = 0; i < way.Length; i++) code.Add(sums[0][i], way[i]);
            Each((sum, r, at) => code.Store(sums[0][sum], () => Stretch(() => code.Value(y), Yp, y3, r, at)));
        }

        void Entry(LocalBuilder[] way, int at)
        {
            code.Set(from, () => code.Address(
                () => code.Argument(X), () => code.Index(() => code.Address(() => code.Value(entry), bytes: at)), 1));
            code.Set(factor, () => code.Spread(() => code.Address(() => code.Value(number), bytes: at)));
            Each((sum, r, column) => code.MultiplyAdd(
                way[sum], factor, () => code.Load(() => Stretch(() => code.Value(from), Xp, x3, r, column))));
        }

        void Each(Action<int, int, int> act)
        {
            for (var r = 0; r < rows; r++)
                for (var v = 0; v < vectors; v++) act(r * vectors + v, r, v * bytes);
        }

        void Stretch(Action start, int pitch, LocalBuilder three, int r, int at)
        {
            if (r == 3) code.Address(start, () => code.Value(three), 1, at);
            else code.Address(start, () => code.Argument(pitch), r, at);
        }
    }
}
