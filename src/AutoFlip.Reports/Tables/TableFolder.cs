using System.Text.Json.Nodes;

namespace AutoFlip.Reports;

/// <summary>Folder of a table's files: <c>table.md</c>, <c>table.html</c>, <c>table.json</c> and <c>table.csv</c>, beside its run
/// directories.</summary>
/// <param name="path">The folder.</param>
/// <param name="facts">Name and value of each fact about program and machine.</param>
public sealed class TableFolder(string path, IReadOnlyList<(string What, string Value)> facts)
{
    /// <summary>The page to look at.</summary>
    public string Page => Path.Combine(path, "table.html");

    /// <summary>The table as Markdown.</summary>
    public string Markdown => Path.Combine(path, "table.md");

    /// <summary>The content of <c>table.json</c>: rows with their runs, figures as measured, not rounded.</summary>
    public JsonObject Json(TableResult result) => TableData.Json(result, path);

    /// <summary>Writes the table anew; each file is whole at any moment.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public void Write(TableResult result)
    {
        OwnFile.MakeFolder(path, $"--result-path: the folder '{path}'");
        var page = TablePage.Of(result, path, facts);
        AtomicFile.Write(Markdown, TableMarkdown.Write(page));
        AtomicFile.Write(Page, TableHtml.Write(page));
        AtomicFile.Write(Path.Combine(path, "table.json"), Json(result).ToJsonString(RunJson.Document) + "\n");
        AtomicFile.Write(Path.Combine(path, "table.csv"), TableData.Csv(result, path));
    }
}
