using System.Buffers;

namespace AutoFlip;

/// <summary>Samples as points of few coordinates that keep most of their variance.</summary>
/// <remarks>
/// Each channel (of images; each column of tables) is standardised over all samples, values that are missing (NaN) count as its mean. The
/// directions are the leading ones of up to <see cref="Fitted"/> samples, spread evenly, by subspace iteration from random directions. All
/// sums run in double in a fixed order without vector instructions: the result, and so a partition, does not depend on the processor.
/// </remarks>
static class PrincipalComponents
{
    /// <summary>Most samples that directions are fitted to.</summary>
    public const int Fitted = 2000;

    const int Iterations = 12, Block = 512;

    /// <summary>The samples' coordinates.</summary>
    /// <param name="samples">The samples; at least one.</param>
    /// <param name="components">How many coordinates at most; no more than a sample has values.</param>
    /// <param name="random">Draws the directions to start from.</param>
    /// <returns>[samples][coordinates].</returns>
    public static double[][] Of(SampleSet samples, int components, KeyedRandom random)
    {
        var scales = Scales(samples);
        var length = samples.Shape.Length;
        var step = Math.Max(samples.Count / Fitted, 1);
        int[] chosen = [.. Enumerable.Range(0, samples.Count).Where(row => row % step == 0).Take(Fitted)];
        var fitted = Read(samples, chosen, scales);

        var directions = new double[Math.Min(components, length)][];
        for (var k = 0; k < directions.Length; k++)
        {
            directions[k] = new double[length];
            for (var i = 0; i < length; i++) directions[k][i] = random.NextGaussian();
        }
        MakeOrthonormal(directions);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            Parallel.For(0, directions.Length, k => directions[k] = Turn(fitted, directions[k]));
            MakeOrthonormal(directions);
        }

        var points = new double[samples.Count][];
        Parallel.For(0, (samples.Count + Block - 1) / Block, block =>
        {
            int[] rows = [.. Enumerable.Range(block * Block, Math.Min(Block, samples.Count - block * Block))];
            var values = Read(samples, rows, scales);
            for (var i = 0; i < rows.Length; i++) points[rows[i]] = [.. directions.Select(direction => Dot(values[i], direction))];
        });
        return points;
    }

    /// <summary>X'X v: the direction, drawn towards the leading one.</summary>
    static double[] Turn(double[][] fitted, double[] direction)
    {
        var turned = new double[direction.Length];
        foreach (var values in fitted)
        {
            var along = Dot(values, direction);
            for (var i = 0; i < turned.Length; i++) turned[i] += along * values[i];
        }
        return turned;
    }

    /// <summary>Gram-Schmidt; a direction in which nothing varies becomes 0.</summary>
    static void MakeOrthonormal(double[][] directions)
    {
        for (var k = 0; k < directions.Length; k++)
        {
            var direction = directions[k];
            var before = Math.Sqrt(Dot(direction, direction));
            for (var j = 0; j < k; j++)
            {
                var along = Dot(direction, directions[j]);
                for (var i = 0; i < direction.Length; i++) direction[i] -= along * directions[j][i];
            }
            var norm = Math.Sqrt(Dot(direction, direction));
            var scale = norm > 1e-9 * before ? 1 / norm : 0;
            for (var i = 0; i < direction.Length; i++) direction[i] *= scale;
        }
    }

    static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Mean and 1 / deviation of each channel; 0 where it does not vary.</summary>
    static (double Mean, double Scale)[] Scales(SampleSet samples)
    {
        var (channels, plane) = (samples.Shape.Channels, samples.Shape.Height * samples.Shape.Width);
        var moments = new Moments[channels];
        for (var from = 0; from < samples.Count; from += Block)
        {
            int[] rows = [.. Enumerable.Range(from, Math.Min(Block, samples.Count - from))];
            var (values, length) = Rent(samples, rows);
            for (var i = 0; i < length; i++)
                if (!float.IsNaN(values[i])) moments[i / plane % channels].Add(values[i]);
            ArrayPool<float>.Shared.Return(values);
        }
        return [.. moments.Select(each => (each.Mean, each.Deviation > 0 ? 1 / each.Deviation : 0))];
    }

    /// <summary>Standardised values, [rows][values].</summary>
    static double[][] Read(SampleSet samples, int[] rows, (double Mean, double Scale)[] scales)
    {
        var plane = samples.Shape.Height * samples.Shape.Width;
        var standardised = new double[rows.Length][];
        var (values, length) = Rent(samples, rows);
        for (var row = 0; row < rows.Length; row++)
        {
            var own = standardised[row] = new double[length / rows.Length];
            for (var i = 0; i < own.Length; i++)
            {
                var (mean, scale) = scales[i / plane];
                var value = values[row * own.Length + i];
                own[i] = float.IsNaN(value) ? 0 : (value - mean) * scale;
            }
        }
        ArrayPool<float>.Shared.Return(values);
        return standardised;
    }

    static (float[] Values, int Length) Rent(SampleSet samples, int[] rows)
    {
        var length = rows.Length * samples.Shape.Length;
        var values = ArrayPool<float>.Shared.Rent(length);
        samples.Read(rows, values.AsSpan(0, length), augmentation: null);
        return (values, length);
    }
}
