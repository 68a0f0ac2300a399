namespace AutoFlip.Bench;

/// <summary>How near the weighted fold comes to what memory can give.</summary>
static class FoldBench
{
    const double Gigabyte = 1e9;

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(context, [1_663_370, 64_000_000]);

    /// <summary>Measures with vectors of these lengths.</summary>
    internal static BenchReport Measure(BenchContext context, int[] lengths)
    {
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        foreach (var length in lengths)
        {
            var random = new Seeds(1).For(Purpose.Initialization, length);
            float[] values = new float[length], copy = new float[length];
            foreach (ref var value in values.AsSpan()) value = random.NextSingle() - 0.5f;
            var fold = new WeightedFold(length);
            fold.Add(values, 1);

            // Each figure is over enough passes to take tens of milliseconds.
            var passes = Math.Max(1, 64_000_000 / length);
            Func<double> Bandwidth(int moves, Action pass) => () => passes * moves * 4.0 * length / Gigabyte / context.Seconds(() =>
            {
                for (var i = 0; i < passes; i++) pass();
            });
            var series = Series.Interleave(context, context.RepeatsOr(15),
                ("fold", Bandwidth(3, () => fold.Add(values, 1))),
                ("copy", Bandwidth(2, () => values.CopyTo(copy))));
            var ratio = series[0].Median / series[1].Median;
            foreach (var taken in series) rows.Add([$"{length:N0}", taken.Name, .. taken.Cells("0.00")]);
            rows.Add([$"{length:N0}", "fold / copy", .. series[0].Over(series[1]).Cells("0.000")]);
            targets.Add(new($"fold / copy, {length:N0} values", "at least 50 %", $"{ratio:P0}", ratio >= 0.5));
        }
        return new BenchReport(
            "Bandwidth of the weighted fold",
            """
            Adds a float32 vector to a running weighted mean, against a plain copy of the same vector, in turns, on one thread. Bytes are
            counted as the program moves them: the fold reads the mean, reads the vector and writes the mean (12 bytes a value), the copy
            reads and writes (8 bytes a value). The short vectors fit into a large cache, the long ones into none.
            """,
            [new(["values", "GB/s, ratio of pairs", "median", "least", "largest"], [.. rows])],
            [.. targets]);
    }
}
