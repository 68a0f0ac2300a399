using System.Collections.Immutable;

namespace AutoFlip.Bench;

/// <summary>A measurement's result, to be committed as Markdown.</summary>
/// <param name="Title">What was measured.</param>
/// <param name="Text">How, in a few sentences.</param>
/// <param name="Tables">The figures.</param>
/// <param name="Targets">What is demanded of them.</param>
/// <param name="Notes">What a reader should know besides.</param>
sealed record BenchReport(
    string Title, string Text, ImmutableArray<BenchTable> Tables, ImmutableArray<BenchTarget> Targets, params ImmutableArray<string> Notes)
{
    /// <summary>A measurement that has written what it had to say itself.</summary>
    public static BenchReport Nothing { get; } = new("", "", [], []);

    /// <summary>Writes it with a footer that says where the figures come from.</summary>
    public void Write(BenchContext context, TimeSpan took)
    {
        var output = context.Output;
        output.Write($"# {Title}\n\n{Text}\n");
        foreach (var table in Tables.Append(BenchTarget.Table(Targets)))
        {
            output.Write($"\n{Row(table.Columns)}{Row(table.Columns.Select((_, i) => i == 0 ? "---" : "---:"))}");
            foreach (var row in table.Rows) output.Write(Row(row));
        }
        if (!Notes.IsEmpty) output.Write('\n');
        foreach (var note in Notes) output.Write($"- {note}\n");

        output.Write($"\n{Row(["measured with", $"`{context.Command}`"])}{Row(["---", "---"])}");
        foreach (var (what, value) in Machine.Facts()) output.Write(Row([what, value]));
        output.Write(Row(["date", $"{context.Time.GetUtcNow():yyyy-MM-dd HH:mm} UTC"]));
        output.Write(Row(["wall time of the measurement", $"{took.TotalSeconds:0.0} s"]));
        output.Flush();
    }

    static string Row(IEnumerable<string> cells) =>
        $"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
}

/// <summary>A table of figures.</summary>
/// <param name="Columns">What stands above them.</param>
/// <param name="Rows">As many cells each as there are columns.</param>
sealed record BenchTable(ImmutableArray<string> Columns, params ImmutableArray<string[]> Rows);

/// <summary>A demand on a measured figure.</summary>
/// <param name="What">Which figure.</param>
/// <param name="Demanded">The bound, in words.</param>
/// <param name="Measured">The figure, with its unit.</param>
/// <param name="Met">Whether the figure keeps within the bound.</param>
sealed record BenchTarget(string What, string Demanded, string Measured, bool Met)
{
    /// <summary>The demands as a table.</summary>
    public static BenchTable Table(IEnumerable<BenchTarget> targets) => new(
        ["demanded of", "bound", "measured", "verdict"],
        [.. targets.Select(target => (string[])[target.What, target.Demanded, target.Measured, target.Met ? "met" : "NOT met"])]);
}
