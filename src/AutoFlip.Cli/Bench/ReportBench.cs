using System.IO.Compression;
using System.Text;

namespace AutoFlip.Cli;

/// <summary>How large the report of a run is, and how long it takes to make.</summary>
static class ReportBench
{
    const double MostBytes = 2e6, MostSeconds = 1;

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        RunRecord Run(ulong seed) => SyntheticRun.Of(context.Experiment with { Seed = seed }, layers: 20, classes: 10);
        var (one, six) = ((RunRecord[])[Run(1)], (RunRecord[])[.. Enumerable.Range(1, 6).Select(seed => Run((ulong)seed))]);
        var links = new PageLinks(Folder: ".");
        string Make(RunRecord[] runs) => ReportFile.Text(ReportPage.Of(runs, links));

        var first = context.Seconds(() => Make(one));
        var series = Series.Interleave(context, context.RepeatsOr(7),
            ("one run", () => context.Seconds(() => Make(one))), ("six runs", () => context.Seconds(() => Make(six))));
        var (bytes, ofSix) = (Encoding.UTF8.GetByteCount(Make(one)), Encoding.UTF8.GetByteCount(Make(six)));
        return new BenchReport(
            "Reports",
            FormattableString.Invariant($"""
            The page of a made-up run of {context.Experiment.Rounds} rounds and {context.Experiment.Clients} clients with 20 layers and 10 classes, evaluated every round, and of six of them.
            How fast a browser opens it is measured by the tests, in a browser.
            """),
            [
                new(["seconds to make it", "median", "least", "largest"], [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0.000")]), ["one run, the first time", $"{first:0.000}", "", ""]]),
                new(["size", "bytes", "compressed"], ["one run", Readable.Bytes(bytes), Compressed(Make(one))], ["six runs", Readable.Bytes(ofSix), Compressed(Make(six))]),
            ],
            [
                new("size of one run's report", $"less than {Readable.Bytes((long)MostBytes)}", Readable.Bytes(bytes), bytes < MostBytes),
                new("making it, the first time", $"less than {Readable.Time(MostSeconds)}", Readable.Time(first), first < MostSeconds),
            ]);
    }

    static string Compressed(string text)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(Encoding.UTF8.GetBytes(text));
        return Readable.Bytes(packed.Length);
    }
}
