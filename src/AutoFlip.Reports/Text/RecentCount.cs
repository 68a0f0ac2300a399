namespace AutoFlip.Reports;

/// <summary>Number of evaluations in the mean <see cref="SummaryMain.Recent"/> over several runs, as part of a heading.</summary>
static class RecentCount
{
    static readonly string[] Numbers = ["none", "one", "two", "three", "four", "five"];

    /// <summary><c>last five</c>, <c>last three</c>, <c>last evaluation</c>; <c>last five or fewer</c> if runs differ.</summary>
    /// <param name="runs">Summaries of earlier versions, which hold no count, count as five.</param>
    /// <param name="metric">The metric: runs with another one are left out, as are those without evaluations.</param>
    public static string Of(IEnumerable<RunSummary> runs, string metric)
    {
        int[] counts = [.. runs.Select(run => run.Metrics.Primary).Where(main => main.Name == metric && main.Recent is not null)
            .Select(main => Math.Clamp(main.RecentCount ?? RunSummary.RecentEvaluations, 1, RunSummary.RecentEvaluations)).Distinct()];
        return counts switch
        {
            [] or [RunSummary.RecentEvaluations] => $"last {Numbers[RunSummary.RecentEvaluations]}",
            [1] => "last evaluation",
            [var count] => $"last {Numbers[count]}",
            _ => $"last {Numbers[RunSummary.RecentEvaluations]} or fewer",
        };
    }
}
