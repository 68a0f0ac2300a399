using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Reports;

/// <summary>A table for programs: <c>table.json</c> (rows with their runs) and <c>table.csv</c> (a line per run). Figures
/// as measured, not rounded.</summary>
static class TableData
{
    /// <summary>Version of the format. Fields may be added without raising it.</summary>
    const int Schema = 1;

    /// <summary>The table as JSON.</summary>
    /// <param name="result">The table and its runs.</param>
    /// <param name="folder">Where the file will lie: run directories are named from there.</param>
    public static JsonObject Json(TableResult result, string folder)
    {
        var figures = TableFigure.Measured([.. result.Ended]);
        return new()
        {
            ["schema"] = Schema,
            ["version"] = ExperimentFile.ProgramVersion,
            ["name"] = result.Table.Experiment.Name,
            ["file"] = Path.GetFileName(result.Table.Source),
            ["baseline"] = result.Table.Baseline,
            ["compared_by"] = figures.Select(figure => figure.Key).FirstOrDefault(),
            ["runs"] = result.Cells.Count(),
            ["runs_done"] = result.Ended.Count(),
            ["rows"] = new JsonArray([.. result.Rows.Select(row => new JsonObject
            {
                ["name"] = row.Name,
                ["figures"] = new JsonObject(figures.Select(figure =>
                    KeyValuePair.Create(figure.Key, Node(Spread.Of(row.Ended.Select(figure.Of)))))),
                ["against_baseline"] = Node(result.Against(row)),
                ["cost_to_reach"] = new JsonArray([.. CostToReach.Shares.Select(share =>
                    Reaching(share, result.CostsToReach(row, share)))]),
                ["runs"] = new JsonArray([.. row.Cells.Select(cell => Run(cell, figures, folder))]),
            })]),
        };
    }

    /// <summary>The runs as separated values with a header line (RFC 4180, but with plain newlines).</summary>
    /// <param name="result">The table and its runs.</param>
    /// <param name="folder">Where the file will lie: run directories are named from there.</param>
    public static string Csv(TableResult result, string folder)
    {
        var figures = TableFigure.Measured([.. result.Ended]);
        IEnumerable<string[]> lines = result.Rows.SelectMany(row => row.Cells.Select(cell => (string[])
        [
            row.Name, cell.Experiment.Seed.ToString(CultureInfo.InvariantCulture), cell.State,
            .. figures.Select(figure =>
                cell.Summary is { } summary ? figure.Of(summary)?.ToString("R", CultureInfo.InvariantCulture) ?? "" : ""),
            cell.Summary?.ModelSha256 ?? "", cell.Run is { } run ? From(folder, run.Directory) : "",
        ]));
        return string.Concat(lines.Prepend(["row", "seed", "state", .. figures.Select(figure => figure.Key), "model_sha256", "directory"])
            .Select(CsvLine.Of));
    }

    static JsonObject Run(TableCell cell, IReadOnlyList<TableFigure> figures, string folder) => new()
    {
        ["seed"] = cell.Experiment.Seed,
        ["state"] = cell.State,
        ["directory"] = cell.Run is { } run ? From(folder, run.Directory) : null,
        ["model_sha256"] = cell.Summary?.ModelSha256,
        ["figures"] = cell.Summary is { } summary
            ? new JsonObject(figures.Select(figure =>
                KeyValuePair.Create(figure.Key, JsonSerializer.SerializeToNode(figure.Of(summary), ReportJson.Options))))
            : null,
    };

    /// <summary>Means over the runs that reach a share of the baseline's final quality.</summary>
    static JsonObject Reaching(double share, IReadOnlyList<CostToReach?> runs)
    {
        CostToReach[] reached = [.. runs.OfType<CostToReach>()];
        JsonNode? Mean(Func<CostToReach, double> of) => reached is [] ? null : reached.Average(of);
        return new()
        {
            ["share"] = share,
            ["runs"] = runs.Count,
            ["reached"] = reached.Length,
            ["rounds"] = Mean(cost => cost.Round),
            ["bytes"] = Mean(cost => cost.Bytes),
            ["macs"] = Mean(cost => cost.Macs),
            ["seconds"] = Mean(cost => cost.Seconds),
        };
    }

    static JsonNode? Node(Spread? over) => over is null ? null : JsonSerializer.SerializeToNode(over, ReportJson.Options);

    static string From(string folder, string directory) => Path.GetRelativePath(folder, directory).Replace('\\', '/');
}
