namespace AutoFlip.Bench;

/// <summary>What flips and colour jitter cost.</summary>
static class AugmentationBench
{
    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        var off = context.Experiment with { RandomRotation = 0, RandomHorizontalFlip = 0, RandomVerticalFlip = 0, ColorJitter = 0 };
        var on = off with { RandomHorizontalFlip = 0.5, ColorJitter = 0.5 };
        using var plain = new BenchFederation(context, off, BenchFederation.Load(context with { Experiment = off }));
        using var augmented = new BenchFederation(context, on, BenchFederation.Load(context with { Experiment = on }));
        static double Speed(BenchFederation federation)
        {
            var report = federation.NextRound().Report;
            return report.TrainSamples / report.Seconds;
        }

        var series = Series.Interleave(context, context.RepeatsOr(5), ("off", () => Speed(plain)), ("on", () => Speed(augmented)));
        var (without, with) = (series[0], series[1]);
        var gap = 1 - with.Median / without.Median;
        return new BenchReport(
            "What augmentation costs",
            $"""
            {off.Dataset}, {off.Clients} clients, {off.CohortSize} a round, {off.LocalEpochs} local epochs, batch {off.BatchSize},
            {off.Model} of width {off.HiddenSize}, {context.Options.Workers} workers: whole training rounds without augmentation, and with
            horizontal flips (probability 0.5) and colour jitter (strength 0.5), in turns. Images are augmented one by one as batches are
            read, on the worker that trains on them. A sample counts each time it is trained on.
            """,
            [
                new(
                    ["samples/s", "median", "least", "largest"],
                    [.. series.Select(taken => (string[])[$"augmentation {taken.Name}", .. taken.Cells("0")])]),
                new(
                    ["ratio", "of medians", "pairs: median", "least", "largest"],
                    [["on / off", $"{with.Median / without.Median:0.000}", .. with.Over(without).Cells("0.000")]]),
            ],
            [new("gap of samples/s, 1 - on / off", "at most 15 %", $"{gap:P1}", gap <= 0.15)]);
    }
}
