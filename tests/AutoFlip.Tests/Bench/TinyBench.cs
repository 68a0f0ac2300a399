using AutoFlip.Bench;

namespace AutoFlip.Tests;

/// <summary>Measurements on a tiny setting, whose report must be well formed. Measured times are not looked at.</summary>
static class TinyBench
{
    public static readonly Experiment Tiny = ExperimentRules.Resolve(RoundBench.Setting with
    {
        Dataset = "Digits",
        Resize = 0,
        SampleFraction = 0.2,
        HiddenSize = 2,
        Clients = 6,
        CohortFraction = 0.5,
        LocalEpochs = 1,
        BatchSize = 20,
        DenseRounds = 0,
    });

    /// <summary>The small batches, smaller.</summary>
    public static readonly Experiment TinyBatches = ExperimentRules.Resolve(SmallBatchBench.Setting with
    {
        Dataset = "Digits",
        SampleFraction = 0.2,
        Clients = 6,
        CohortFraction = 0.5,
    });

    public static BenchContext Context(Experiment experiment, StringWriter output, BenchOptions? bench = null) => new(
        ExperimentRules.Resolve(experiment), new RunOptions { Workers = 2, Offline = true }, bench ?? new BenchOptions { Repeats = 1 },
        output, TextWriter.Null, TimeProvider.System, TestContext.Current.CancellationToken)
    {
        Command = "./bench tiny",
    };

    public static string[] Report(Experiment experiment, Func<BenchContext, BenchReport> measure, BenchOptions? bench = null)
    {
        var output = new StringWriter();
        new Benchmark("tiny", "", experiment, measure).Run(Context(experiment, output, bench));
        var lines = output.ToString().Split('\n');
        AssertWellFormed(lines);
        return lines;
    }

    /// <summary>A title, tables whose rows all have as many cells as their heads, a verdict, and where the figures come from.</summary>
    static void AssertWellFormed(string[] lines)
    {
        Assert.StartsWith("# ", lines[0]);
        for (var i = 1; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('|') || !lines[i - 1].StartsWith('|')) continue;
            Assert.Equal(Cells(lines[i - 1]).Length, Cells(lines[i]).Length);
        }
        var verdicts = lines.SkipWhile(line => !line.StartsWith("| demanded of |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).ToList();
        Assert.NotEmpty(verdicts);
        Assert.Every(verdicts, row => Assert.Contains(Cells(row)[^1], (string[])["met", "NOT met"]));
        foreach (var fact in (string[])[
            "measured with", "commit", "processor", "memory", "system", ".NET", "TorchSharp, libtorch", "date",
            "wall time of the measurement"])
            Assert.Single(lines, line => line.StartsWith($"| {fact} |", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("NaN", StringComparison.Ordinal));
    }

    public static string[] Cells(string row) => [.. row.Trim('|').Split('|').Select(cell => cell.Trim())];
}
