namespace AutoFlip;

/// <summary>Products of matrices of floats, C += A B, by register tiles.</summary>
/// <remarks>
/// Up to 256 terms of a sum, and up to 512 columns of B, are packed at a time: copied (and transposed where B is) in strips of 32
/// columns, 512 KiB that stay in the second-level cache. Some rows of A, which stay in the first-level cache, then meet strip after
/// strip. Where A has no more rows than that, a strip is needed once, and B is read where it lies unless it is transposed: small batches.
/// Each element of C is summed in order, part after part, whatever the width of vectors.
/// <para>Source: Goto and van de Geijn 2008, Anatomy of High-Performance Matrix Multiplication.</para>
/// </remarks>
/// <param name="width">Width of the vectors.</param>
sealed unsafe class MatrixProduct(VectorWidth width) : IDisposable
{
    const int Part = 256, Panel = 512, Strip = 2 * VectorCode.Block;

    readonly NativeBuffer<float> _packed = new(Part * Panel), _edge = new(Strip * TileRows.MostGroups * TileRows.MostOfGroup);
    readonly NativeBuffer<int> _offsets = new(2 * TileRows.MostGroups);

    /// <summary>C[m, n] += Σ_k A[m, k] B[k, n].</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Terms of a sum.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">Floats from a row of A to the next.</param>
    /// <param name="aColumn">Floats from a column of A to the next.</param>
    /// <param name="b">B [k, n], or [n, k] if transposed.</param>
    /// <param name="bPitch">Floats from a row of what is in memory to the next.</param>
    /// <param name="transposed">Whether B is in memory as [n, k].</param>
    /// <param name="c">C.</param>
    /// <param name="cPitch">Floats from a row of C to the next.</param>
    public void Add(
        int m, int n, int k, float* a, long aRow, long aColumn, float* b, long bPitch, bool transposed, float* c, long cPitch)
    {
        var parts = (k + Part - 1) / Part;
        var length = (k + parts - 1) / parts;
        var most = Tile.MostRows(width);
        var once = m <= most && !transposed;
        for (var k0 = 0; k0 < k; k0 += length)
        {
            var terms = Math.Min(length, k - k0);
            for (var n0 = 0; n0 < n; n0 += Panel)
            {
                var columns = Math.Min(Panel, n - n0);
                for (var strip = once ? columns - columns % Strip : 0; strip < columns; strip += Strip)
                    Pack(
                        Math.Min(Strip, columns - strip), terms, transposed ? b + (n0 + strip) * bPitch + k0 : b + k0 * bPitch + n0 + strip,
                        bPitch, transposed, _packed.First + strip * terms);
                for (var row = 0; row < m; row += most)
                    Multiply(
                        Math.Min(most, m - row), columns, terms, a + row * aRow + k0 * aColumn, aRow, aColumn,
                        once ? b + k0 * bPitch + n0 : null, bPitch, c + row * cPitch + n0, cPitch);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _edge.Dispose();
        _offsets.Dispose();
    }

    /// <summary>A few rows of A times a panel of B.</summary>
    /// <param name="rows">Rows of A, as many as a tile has.</param>
    /// <param name="columns">Columns of the panel.</param>
    /// <param name="terms">Terms of a sum.</param>
    /// <param name="a">A.</param>
    /// <param name="aRow">Floats from a row of A to the next.</param>
    /// <param name="aColumn">Floats from a column of A to the next.</param>
    /// <param name="b">The panel in B, whose whole strips are read there; null where all are packed.</param>
    /// <param name="bPitch">Floats from a row of B to the next.</param>
    /// <param name="c">C.</param>
    /// <param name="cPitch">Floats from a row of C to the next.</param>
    void Multiply(
        int rows, int columns, int terms, float* a, long aRow, long aColumn, float* b, long bPitch, float* c, long cPitch)
    {
        var shape = TileRows.Of(rows);
        Place(shape, aRow, 0);
        for (var strip = 0; strip < columns; strip += Strip)
        {
            var wide = Math.Min(Strip, columns - strip);
            var blocks = VectorCode.Blocks(wide);
            var filled = blocks * VectorCode.Block;
            var isWhole = wide == filled;
            var edge = _edge.First;
            if (!isWhole)
                for (var row = 0; row < rows; row++) Copy(c + row * cPitch + strip, edge + row * filled, wide);
            var pitch = isWhole ? cPitch : filled;
            var (w, step) = b is not null && wide == Strip ? ((nint)(b + strip), bPitch) : ((nint)(_packed.First + strip * terms), filled);
            Place(shape, pitch, TileRows.MostGroups);
            Tile.Of(width, shape, blocks)(
                (byte*)a, (byte*)w, null, (byte*)(isWhole ? c + strip : edge), _offsets.First, (nint)aRow * sizeof(float),
                (nint)aColumn * sizeof(float), (nint)step * sizeof(float), (nint)pitch * sizeof(float), 1, terms, 0);
            if (!isWhole)
                for (var row = 0; row < rows; row++) Copy(edge + row * filled, c + row * cPitch + strip, wide);
        }
    }

    /// <summary>Writes the offsets of a tile's groups.</summary>
    void Place(TileRows rows, long pitch, int at)
    {
        var offset = _offsets.First + at;
        offset[0] = 0;
        offset[1] = Bytes(rows.First);
        offset[2] = Bytes(rows.First + rows.Second);
        offset[3] = Bytes(rows.First + rows.Second + rows.Third);

        int Bytes(int row) => checked((int)(row * pitch * sizeof(float)));
    }

    static void Pack(int columns, int terms, float* b, long pitch, bool transposed, float* to)
    {
        var filled = VectorCode.Rounded(columns);
        if (columns < filled) new Span<float>(to, terms * filled).Clear();
        if (transposed) Transposition.Run(columns, terms, b, pitch, to, filled);
        else
            for (var k = 0; k < terms; k++) Copy(b + k * pitch, to + k * filled, columns);
    }

    static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new(to, count));
}
