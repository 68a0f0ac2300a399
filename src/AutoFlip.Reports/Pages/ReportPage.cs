using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Content of a report of one or many runs: markup, and figures for the page's script.</summary>
/// <param name="Title">Title of the page.</param>
/// <param name="Progress">State of the runs, in words.</param>
/// <param name="Content">Everything between header and footer.</param>
/// <param name="Charts">The figures and where they are drawn.</param>
public sealed record ReportPage(string Title, string Progress, Html Content, ImmutableArray<(string Place, Chart Chart)> Charts)
{
    const int MostWithFigures = 20; // each run's own figures are some hundred kB: of more runs, they are in the runs' own reports only

    /// <summary>Report of finished runs and of runs in progress. Pure, except that it lists the files to link.</summary>
    /// <param name="runs">The runs; without any, the page states it.</param>
    /// <param name="links">How files are linked.</param>
    /// <param name="options">How options are named.</param>
    public static ReportPage Of(IReadOnlyList<RunRecord> runs, PageLinks links, ReportOptions options) => runs switch
    {
        [] => new("AutoFLIP", "loading", Html.Of($"<h1>No results yet</h1>\n<p class=\"lead\">The run is loading its data.</p>\n"), []),
        [var run] => OfOne(new RunPage(run, "run", 2, links, options)),
        { Count: <= MostWithFigures } => OfMany(
            new ManyPage(runs), [.. runs.Select((run, i) => new RunPage(run, $"run{i + 1}", 4, links, options))]),
        _ => OfMany(new ManyPage(runs), [.. runs.Select((run, i) => new RunPage(run, $"run{i + 1}", 4, links, options) { Charts = [] })]),
    };

    static ReportPage OfOne(RunPage page)
    {
        var content = Html.Of($"""
            {Heading(page, 1)}
            {page.Overview}
            {Contents(page.Sections)}
            {page.Sections.Select(section => PageParts.Section(section.Id, 2, section.Title, section.Content))}
            """);
        return new($"{page.Title}, seed {page.Run.Experiment.Seed}", PageParts.Progress(page.Run), content, page.Charts);
    }

    static ReportPage OfMany(ManyPage all, IReadOnlyList<RunPage> pages)
    {
        var stages = pages.CountBy(page => page.Run.Status.Stage).OrderByDescending(stage => stage.Key).ToList();
        var counts = stages.Select(stage =>
            $"{stage.Value} {(stage.Key == RunStage.Done ? "ended" : stage.Key.ToString().ToLowerInvariant())}");
        var progress = stages is [(RunStage.Done, _)] ? "all runs have ended" : $"of {pages.Count} runs, {string.Join(", ", counts)}";
        var runs = Html.Join(pages.Select((page, i) => Html.Of($"""
            <details class="run" id="{page.Id}"><summary>
            <h3>{i + 1}. {page.Title}, seed {Seed(page)} {PageParts.State(page.Run)}</h3><span class="path">{page.Run.Name}</span></summary>
            {page.Overview}
            {page.Sections.Select(section => PageParts.Section(section.Id, 4, section.Title, section.Content))}</details>

            """)));
        (string Id, string Title, Html Content)[] sections = [.. all.Sections, ("runs", "The runs", runs)];
        var content = Html.Of($"""
            <h1>{pages.Count} runs compared</h1>
            <p class="meta">{progress}</p>
            {Contents(sections)}
            {sections.Select(section => PageParts.Section(section.Id, 2, section.Title, section.Content))}
            """);
        return new($"{pages.Count} runs compared", progress, content, [.. all.Charts, .. pages.SelectMany(page => page.Charts)]);
    }

    static Html Heading(RunPage page, int level)
    {
        var last = Html.If(page.Run.Rounds is [.., _], $" <span>last round {Date(page.Run)}</span>");
        return Html.Of($"""
            <h{level}>{page.Title}</h{level}>
            <p class="meta">{PageParts.State(page.Run)} <span>seed {Seed(page)}</span> <span class="path">{page.Run.Name}</span>{last}</p>
            """);
    }

    static string Seed(RunPage page) => $"{page.Run.Experiment.Seed}";

    static string Date(RunRecord run) =>
        run.Rounds[^1].Time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);

    static Html Contents(IEnumerable<(string Id, string Title, Html Content)> sections)
    {
        var links = sections.Select(section => Html.Of($"<li><a href=\"#{section.Id}\">{section.Title}</a></li>"));
        return Html.Of($"<nav aria-label=\"Sections\" class=\"contents\"><ul>{links}</ul></nav>");
    }
}
