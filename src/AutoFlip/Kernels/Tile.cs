using System.Collections.Concurrent;
using System.Reflection.Emit;

namespace AutoFlip;

/// <summary>Y[r] += Σ_k X[r, k] W[k] for some rows r and one or two blocks of columns: what convolutions and products of matrices repeat.
/// All of Y stays in registers while k runs.</summary>
/// <remarks>
/// Rows come in up to four groups of up to five: a group has one address, and its rows are equally far apart. k runs over
/// <c>outer</c> times <c>inner</c> values: in X, <c>ks</c> bytes from one to the next, and <c>step</c> bytes from one run to the next;
/// in W, <c>ws</c> bytes throughout.
/// <para>Cost: rows · blocks fused multiply-adds a k (two a cycle), and rows + blocks loads. 14 rows of two blocks reach 95 % of the
/// processor's peak where W is in the second-level cache.</para>
/// </remarks>
static unsafe class Tile
{
    /// <summary>The kernel of a shape.</summary>
    /// <param name="x">X: address of row 0 of an offset of 0.</param>
    /// <param name="w">W[0].</param>
    /// <param name="bias">Where Y begins: one value per column, for all rows. Null: Y as it is.</param>
    /// <param name="y">Y: address of row 0 of an offset of 0.</param>
    /// <param name="at">Offsets of the groups in bytes: four of X, then four of Y.</param>
    /// <param name="s">Bytes between a group's rows of X.</param>
    /// <param name="ks">Bytes of X from one k to the next.</param>
    /// <param name="ws">Bytes of W from one k to the next.</param>
    /// <param name="ys">Bytes between a group's rows of Y.</param>
    /// <param name="outer">Runs of k, at least 1.</param>
    /// <param name="inner">k of a run, at least 1.</param>
    /// <param name="step">Bytes of X from one run to the next.</param>
    public delegate void Kernel(
        byte* x, byte* w, byte* bias, byte* y, int* at, nint s, nint ks, nint ws, nint ys, nint outer, nint inner, nint step);

    const int X = 0, W = 1, Bias = 2, Y = 3, At = 4, S = 5, Ks = 6, Ws = 7, Ys = 8, Outer = 9, Inner = 10, Step = 11;

    static readonly ConcurrentDictionary<(VectorWidth, TileRows, int), Kernel> Written = new();

    /// <summary>Most rows of two blocks whose sums fit into registers.</summary>
    public static int MostRows(VectorWidth width) => VectorCode.Registers(width) / (2 * VectorCode.VectorsOf(width));

    /// <summary>The kernel of a shape; written when it is first asked for.</summary>
    /// <param name="width">Width of the vectors.</param>
    /// <param name="rows">Rows of each group.</param>
    /// <param name="blocks">Blocks of columns: 1 or 2.</param>
    public static Kernel Of(VectorWidth width, TileRows rows, int blocks) =>
        Written.GetOrAdd((width, rows, blocks), static shape => Write(shape.Item1, shape.Item2, shape.Item3));

    static Kernel Write(VectorWidth width, TileRows shape, int blocks)
    {
        var groups = shape.Groups;
        var code = new VectorCode(
            $"tile {width} {string.Join('-', groups)} x {blocks}", width, typeof(byte*), typeof(byte*), typeof(byte*), typeof(byte*),
            typeof(int*), typeof(nint), typeof(nint), typeof(nint), typeof(nint), typeof(nint), typeof(nint), typeof(nint));
        var (vectors, bytes) = (blocks * code.VectorsPerBlock, code.VectorBytes);
        (int Group, int Row)[] rows = [.. groups.SelectMany((count, group) => Enumerable.Range(0, count).Select(row => (group, row)))];
        var x = Groups(X, 0);
        var y = Groups(Y, TileRows.MostGroups);
        var sums = rows.Select(_ => Enumerable.Range(0, vectors).Select(_ => code.Vector()).ToArray()).ToArray();
        var columns = Enumerable.Range(0, vectors).Select(_ => code.Vector()).ToArray();
        var (value, n, s3) = (code.Vector(), code.Number(), code.Number());
        code.Set(s3, () => code.Address(() => code.Argument(S), () => code.Argument(S), 2));

        code.If(() => code.Argument(Bias), () =>
        {
            for (var v = 0; v < vectors; v++)
            {
                code.Set(columns[v], () => code.Load(() => code.Address(() => code.Argument(Bias), bytes: v * bytes)));
                foreach (var sum in sums) code.Set(sum[v], () => code.Value(columns[v]));
            }
        }, () => EachSum((sum, address) => code.Set(sum, () => code.Load(address))));

        var outer = code.Number();
        code.Set(outer, () => code.Argument(Outer));
        code.Repeat(outer, () =>
        {
            code.Set(n, () => code.Argument(Inner));
            code.Repeat(n, () =>
            {
                for (var v = 0; v < vectors; v++)
                    code.Set(columns[v], () => code.Load(() => code.Address(() => code.Argument(W), bytes: v * bytes)));
                code.Increase(W, () => code.Argument(Ws));
                for (var r = 0; r < rows.Length; r++)
                {
                    var (group, row) = rows[r];
                    code.Set(value, () => code.Spread(() => Row(x[group], row)));
                    for (var v = 0; v < vectors; v++) code.MultiplyAdd(sums[r][v], value, () => code.Value(columns[v]));
                }
                foreach (var address in x) code.Increase(address, () => code.Argument(Ks));
            });
            foreach (var address in x) code.Increase(address, () => code.Argument(Step));
        });

        EachSum((sum, address) => code.Store(sum, address));
        return code.End<Kernel>();

        LocalBuilder[] Groups(int argument, int offset) => [.. groups.Select((_, group) =>
        {
            var address = code.Number();
            code.Set(address, () => code.Address(
                () => code.Argument(argument),
                () => code.Index(() => code.Address(() => code.Argument(At), bytes: (offset + group) * sizeof(int))), 1));
            return address;
        })];

        void Row(LocalBuilder group, int row)
        {
            if (row == 3) code.Address(() => code.Value(group), () => code.Value(s3), 1);
            else code.Address(() => code.Value(group), () => code.Argument(S), row);
        }

        void EachSum(Action<LocalBuilder, Action> act)
        {
            for (var r = 0; r < rows.Length; r++)
                for (var v = 0; v < vectors; v++)
                {
                    var (group, row, at) = (rows[r].Group, rows[r].Row, v * bytes);
                    act(sums[r][v], () => code.Address(() => code.Value(y[group]), () => code.Argument(Ys), row, at));
                }
        }
    }
}
