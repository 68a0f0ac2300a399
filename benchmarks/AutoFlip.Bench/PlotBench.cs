namespace AutoFlip.Bench;

/// <summary>How long the figures of a run take to draw.</summary>
static class PlotBench
{
    const double Bound = 3;

    /// <summary>The run that is drawn.</summary>
    public static Experiment Setting { get; } = new()
    {
        Rounds = 200,
        Clients = 20,
        EvaluateEvery = 1,
        Metrics = ["acc1", "acc5", "f1", "precision", "recall"],
        DenseRounds = 33
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        var run = SyntheticRun.Of(context.Experiment, layers: 20, classes: 10);
        var folder = Directory.CreateTempSubdirectory("autoflip-plots").FullName;
        try
        {
            double Draw() => context.Seconds(() => PlotFolder.Write(RunCharts.Of(run), folder, PlotFolder.AllFormats));
            var first = Draw(); // what somebody waits for who calls the command
            var charts = RunCharts.Of(run);
            var series = Series.Interleave(context, context.RepeatsOr(5),
            [
                ("figures as data", () => context.Seconds(() => RunCharts.Of(run))),
                .. PlotFolder.AllFormats.Select(format => (
                    format.ToString().ToUpperInvariant(),
                    (Func<double>)(() => context.Seconds(() => PlotFolder.Write(charts, folder, [format]))))),
                ("all of it", Draw),
            ]);
            return new BenchReport(
                "Drawing the figures of a run",
                FormattableString.Invariant($"""
                All {charts.Length} figures of a made-up run of {context.Experiment.Rounds} rounds and {context.Experiment.Clients} clients
                with 20 layers and 10 classes, evaluated every round, are written to a folder in each format. The first time includes what a
                process does once: compiling, and loading the font.
                """),
                [
                    new(
                        ["seconds", "median", "least", "largest"],
                        [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0.000")]), [
                            "all of it, the first time", $"{first:0.000}", "", ""]]),
                ],
                [new("all figures in all formats, the first time", $"less than {Bound:0} s", $"{first:0.00} s", first < Bound)]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
