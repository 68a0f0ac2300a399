using System.IO.Compression;
using System.Text;

namespace AutoFlip.Bench;

/// <summary>How large the report of a run is, and how long it takes to make and to open.</summary>
static class ReportBench
{
    const double MostBytes = 2e6, MostSeconds = 1;

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        RunRecord Run(ulong seed) => SyntheticRun.Of(context.Experiment with { Seed = seed }, layers: 20, classes: 10);
        var (one, six) = ((RunRecord[])[Run(1)], (RunRecord[])[.. Enumerable.Range(1, 6).Select(seed => Run((ulong)seed))]);
        var links = new PageLinks(Folder: ".");
        string Make(RunRecord[] runs) => ReportFile.Text(ReportPage.Of(runs, links, ExperimentChoices.ForReports));

        var first = context.Seconds(() => Make(one));
        var series = Series.Interleave(context, context.RepeatsOr(7),
            ("one run", () => context.Seconds(() => Make(one))), ("six runs", () => context.Seconds(() => Make(six))));
        var opening = Opening(context, Make(one));
        var (bytes, ofSix) = (Encoding.UTF8.GetByteCount(Make(one)), Encoding.UTF8.GetByteCount(Make(six)));
        var how = opening is null
            ? "There is no Chromium on this machine to open it."
            : "Opening: a Chromium that is started, draws the page and ends, less one that draws an empty page right after it.";
        return new BenchReport(
            "Reports",
            FormattableString.Invariant($"""
            The page of a made-up run of {context.Experiment.Rounds} rounds and {context.Experiment.Clients} clients with 20 layers and 10
            classes, evaluated every round, and of six of them.
            {how}
            """),
            [
                new(
                    ["seconds to make it", "median", "least", "largest"],
                    [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0.000")]), [
                        "one run, the first time", $"{first:0.000}", "", ""]]),
                .. opening is null
                    ? Array.Empty<BenchTable>()
                    : [new BenchTable(["seconds to open it", "median", "least", "largest"], ["one run", .. opening.Cells("0.000")])],
                new(
                    ["size", "bytes", "compressed"], ["one run", Readable.Bytes(bytes), Compressed(Make(one))],
                    ["six runs", Readable.Bytes(ofSix), Compressed(Make(six))]),
            ],
            [
                new("size of one run's report", $"less than {Readable.Bytes((long)MostBytes)}", Readable.Bytes(bytes), bytes < MostBytes),
                new("making it, the first time", $"less than {Readable.Time(MostSeconds)}", Readable.Time(first), first < MostSeconds),
                .. opening is null
                    ? Array.Empty<BenchTarget>()
                    : [new BenchTarget(
                        "opening it in Chromium, median", $"less than {Readable.Time(MostSeconds)}", Readable.Time(opening.Median),
                        opening.Median < MostSeconds)],
            ]);
    }

    /// <summary>Seconds that a browser takes for a page beyond an empty one; null without a browser.</summary>
    static Series? Opening(BenchContext context, string page)
    {
        var folder = Directory.CreateTempSubdirectory("autoflip-report-");
        try
        {
            if (HeadlessBrowser.Find(folder.FullName) is not { } browser) return null;
            var file = Path.Combine(folder.FullName, "report.html");
            File.WriteAllText(file, page);
            double Take(string address) => context.Seconds(() => browser.Draw(address, context.Cancel));
            var taken = Series.Interleave(
                context, context.RepeatsOr(7), ("report in Chromium", () => Take(new Uri(file).AbsoluteUri)),
                ("empty page", () => Take("about:blank")));
            return new Series("opening", [.. taken[0].Values.Zip(taken[1].Values, (report, empty) => report - empty)]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static string Compressed(string text)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zip.Write(Encoding.UTF8.GetBytes(text));
        return Readable.Bytes(packed.Length);
    }
}
