namespace AutoFlip.Tests;

public class RunComparisonTests
{
    [Fact]
    public void Costs_of_exploration_have_rows_where_a_run_explored()
    {
        var (exploring, other) = (Figures(MadeUpRun.Record()), Figures(MadeUpRun.Record() with { Explorers = [] }));

        Assert.Equal(["  exploration", "  of both, exploration", "clients: exploring", "exploration"], Labels(other, exploring));
        Assert.Empty(Labels(other, other));

        static RunSummary Figures(RunRecord record) => (record with { Summary = null }).Figures;

        static IEnumerable<string> Labels(params RunSummary[] runs) => RunComparison.Of(runs).Rows.Select(row => row.Label)
            .Where(label => label.Contains("explor", StringComparison.Ordinal));
    }
}
