using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Products and transposed matrices of our own kernels.</summary>
public unsafe class MatrixProductTests
{
    /// <summary>Whole numbers: every order of sums is exact.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void A_product_is_the_sum_of_products(bool wide)
    {
        var width = wide ? VectorWidth.Avx512 : VectorWidth.Avx2;
        Assert.SkipUnless(VectorCode.Supports(width), "This processor has no such vectors.");
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Frequency((4, Gen.Int[1, 70]), (1, Gen.Int[250, 600])), Gen.Bool, Gen.Bool, Gen.UInt)
            .Sample((m, n, k, aTurned, bTurned, seed) =>
        {
            var random = new KeyedRandom(seed);
            float[] a = KernelNetworks.Whole(m * k, random), b = KernelNetworks.Whole(k * n, random);
            var c = KernelNetworks.Whole(m * n, random);
            var want = c.ToArray();
            for (var row = 0; row < m; row++)
                for (var column = 0; column < n; column++)
                    for (var i = 0; i < k; i++)
                        want[row * n + column] +=
                            (aTurned ? a[i * m + row] : a[row * k + i]) * (bTurned ? b[column * k + i] : b[i * n + column]);

            using var product = new MatrixProduct(width);
            fixed (float* x = a, y = b, z = c)
                product.Add(m, n, k, x, aTurned ? 1 : k, aTurned ? m : 1, y, bTurned ? k : n, bTurned, z, n);

            Assert.Equal(want, c);
        }, iter: 60);
    }

    [Fact]
    public void Both_widths_of_vectors_give_the_same_bits()
    {
        Assert.SkipUnless(VectorCode.Supports(VectorWidth.Avx512) && VectorCode.Supports(VectorWidth.Avx2), "One width alone.");
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[1, 600], Gen.Bool, Gen.UInt).Sample((m, n, k, turned, seed) =>
        {
            var random = new KeyedRandom(seed);
            float[] a = KernelNetworks.Real(m * k, 1, random), b = KernelNetworks.Real(k * n, 1, random);
            float[] wide = new float[m * n], narrow = new float[m * n];

            foreach (var (width, to) in new[] { (VectorWidth.Avx512, wide), (VectorWidth.Avx2, narrow) })
            {
                using var product = new MatrixProduct(width);
                fixed (float* x = a, y = b, z = to) product.Add(m, n, k, x, k, 1, y, turned ? k : n, turned, z, n);
            }

            Assert.Equal(wide, narrow);
        }, iter: 60);
    }

    /// <summary>Few rows read B where it lies, many rows a packed copy of it; the order of sums is the same.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void Few_rows_are_to_the_bit_what_they_are_among_many(bool wide)
    {
        var width = wide ? VectorWidth.Avx512 : VectorWidth.Avx2;
        Assert.SkipUnless(VectorCode.Supports(width), "This processor has no such vectors.");
        var most = Tile.MostRows(width);
        Gen.Select(Gen.Int[1, most], Gen.Int[1, 100], Gen.Int[1, 600], Gen.Int[0, 5], Gen.UInt).Sample((few, n, k, gap, seed) =>
        {
            var random = new KeyedRandom(seed);
            var many = 2 * most;
            float[] a = KernelNetworks.Real(many * k, 1, random), b = KernelNetworks.Real(k * (n + gap), 1, random);
            float[] alone = new float[few * n], among = new float[many * n];

            using var product = new MatrixProduct(width);
            fixed (float* x = a, y = b, z = alone, all = among)
            {
                product.Add(few, n, k, x, k, 1, y, n + gap, false, z, n);
                product.Add(many, n, k, x, k, 1, y, n + gap, false, all, n);
            }

            Assert.Equal(among[..(few * n)], alone);
        }, iter: 60);
    }

    [Fact]
    public void Transposing_moves_each_value_to_its_mirror() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[0, 3], Gen.Int[0, 3]).Sample((rows, columns, gap, toGap) =>
    {
        float[] from = [.. Enumerable.Range(0, rows * (columns + gap)).Select(i => (float)i)], to = new float[columns * (rows + toGap)];

        fixed (float* x = from, y = to) Transposition.Run(rows, columns, x, columns + gap, y, rows + toGap);

        for (var c = 0; c < columns; c++)
            for (var r = 0; r < rows + toGap; r++)
                Assert.Equal(r < rows ? from[r * (columns + gap) + c] : 0, to[c * (rows + toGap) + r]);
    });
}
