using System.Text.Json.Nodes;

namespace AutoFlip.Reports;

/// <summary>Settings that the rows of a table share, and those in which they differ, without name and seed.</summary>
/// <param name="Shared">Fields that are alike in all rows and other than by default.</param>
/// <param name="Own">By row, fields that are not alike in all rows.</param>
sealed record TableSettings(
    IReadOnlyList<(string Field, string Value)> Shared, IReadOnlyList<(string Row, IReadOnlyList<(string Field, string Value)> Fields)> Own)
{
    const string DatasetField = "dataset";

    static readonly string[] Aside = ["schema", "version", "name", "seed"];

    /// <summary>Compares the rows of a resolved table.</summary>
    public static TableSettings Of(ExperimentTable table)
    {
        var defaults = Fields(new Experiment());
        var rows = table.Rows.Select(row => (row.Name, Fields: Fields(row.Experiments[0]))).ToList();
        var alike = defaults.Keys.Where(field => rows.Select(row => row.Fields[field]).Distinct().Count() == 1).ToHashSet();
        return new(
            [.. rows[0].Fields.Where(field => alike.Contains(field.Key) && defaults[field.Key] != field.Value).Select(Shown)],
            [.. rows.Select(row =>
                (row.Name, (IReadOnlyList<(string, string)>)[.. row.Fields.Where(field => !alike.Contains(field.Key)).Select(Shown)]))]);
    }

    /// <summary>Fields and values as they are written in a file, in its order; what is derived is no setting.</summary>
    static OrderedDictionary<string, string> Fields(Experiment experiment) => new(
        JsonNode.Parse(ExperimentFile.Write(DerivedValue.Undo(experiment)))!.AsObject().Where(field => !Aside.Contains(field.Key))
            .Select(field => KeyValuePair.Create(field.Key, field.Value switch
            {
                null => "auto",
                JsonArray list => string.Join(' ', list),
                var value => value.ToString(),
            })));

    /// <summary>A value as it is shown: a data set without folders, for tables are passed on.</summary>
    static (string Field, string Value) Shown(KeyValuePair<string, string> field) =>
        (field.Key, field.Key == DatasetField ? DataSetName.WithoutFolders(field.Value) : field.Value);
}
