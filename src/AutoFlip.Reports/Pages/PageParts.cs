namespace AutoFlip.Reports;

/// <summary>Parts shared by pages of one run and of several.</summary>
static class PageParts
{
    const int Landmarks = 2; // deeper sections are found by their headings: as landmarks they would be too many, and alike in every run

    /// <summary>A section under a heading.</summary>
    /// <param name="id">Its anchor.</param>
    /// <param name="level">Level of the heading.</param>
    /// <param name="title">The heading.</param>
    /// <param name="content">What stands below.</param>
    public static Html Section(string id, int level, string title, Html content) => Html.Of($"""
        <section id="{id}"{Html.If(level <= Landmarks, $" aria-labelledby=\"{id}-title\"")}>
        <h{level} id="{id}-title">{title}</h{level}>
        {content}</section>

        """);

    /// <summary>Places for figures, which the page's script draws.</summary>
    public static Html Figures(IEnumerable<(string Place, Chart Chart)> charts) => Html.Of($"""
        <div class="figures">
        {charts.Select(entry => Html.Of($"""
            <figure class="chart" id="{entry.Place}" data-chart="{entry.Place}" aria-labelledby="{entry.Place}-title">
            <figcaption><strong id="{entry.Place}-title">{entry.Chart.Title}</strong></figcaption>
            <p class="note">{entry.Chart.Note}</p>
            </figure>

            """))}</div>

        """);

    /// <summary>Sentences, each with how it is known.</summary>
    public static Html Sentences(IEnumerable<Finding> findings) => Html.Of($"""
        <ul class="findings">
        {findings.Select(finding => Html.Of($"<li><span>{finding.Text}</span> {Pill(finding.Evidence)}</li>\n"))}</ul>

        """);

    /// <summary>Collapsible content, which stays open while a live page changes.</summary>
    public static Html Details(string id, string summary, Html content) => Html.Of($"""
        <details id="{id}"><summary>{summary}</summary>
        {content}</details>

        """);

    /// <summary>A large figure with its name above and a remark below.</summary>
    public static Html Tile(string label, string figure, string remark, bool warns = false) => Html.Of(
        $"<div class=\"tile{Html.If(warns, $" warns")}\"><dt>{label}</dt><dd><span class=\"figure\">{figure}</span> <span "
        + $"class=\"remark\">{remark}</span></dd></div>\n");

    /// <summary>State of a run as a chip.</summary>
    public static Html State(RunRecord run) => run.Status.Stage switch
    {
        RunStage.Done => Html.Of($"<span class=\"chip ended\">ended</span>"),
        RunStage.Failed => Html.Of($"<span class=\"chip failed\">{Progress(run)}</span>"),
        _ => Html.Of($"<span class=\"chip goes-on\">{Progress(run)}</span>"),
    };

    /// <summary>State of a run as part of a sentence.</summary>
    public static string Progress(RunRecord run) => run.Status.Stage switch
    {
        RunStage.Done => $"ended after {Counted(run.Rounds.Length, "round")}",
        RunStage.Running => Step(run),
        var stage => $"{stage.ToString().ToLowerInvariant()} after {run.Rounds.Length} of {Counted(run.Experiment.Rounds, "round")}",
    };

    /// <summary>Reason why a run was stopped before its end, and advice; empty for runs that are done or running.</summary>
    public static Html Notice(RunRecord run) =>
        run.Status.Advice(ShellWord.Of(run.Name), "autoflip resume") is { } advice ? Html.Of(
            $"<p class=\"notice\" role=\"note\">{advice}</p>\n") : new Html("");

    static string Step(RunRecord run) => run.Rounds is [.., var last] ? $"round {last.Round} of {run.Experiment.Rounds} done"
        : run.Explorers.Length > 0 ? $"exploring, {run.Explorers.Length} of {run.Experiment.ExplorerCount} done"
        : "in its first round";

    /// <summary>One round, two rounds.</summary>
    public static string Counted(int count, string noun) => $"{Readable.Count(count)} {noun}{(count == 1 ? "" : "s")}";

    static Html Pill(Evidence evidence) => Html.Of($"<span class=\"pill\">{evidence.ToString().ToLowerInvariant()}</span>");
}
