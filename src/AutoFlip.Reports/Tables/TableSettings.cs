namespace AutoFlip.Reports;

/// <summary>Settings that the rows of a table share, and those in which they differ, without name and seed.</summary>
/// <param name="Shared">Fields that are alike in all rows and other than by default.</param>
/// <param name="Own">By row, fields that are not alike in all rows: the same fields in every row.</param>
sealed record TableSettings(
    IReadOnlyList<(string Field, string Value)> Shared, IReadOnlyList<(string Row, IReadOnlyList<(string Field, string Value)> Fields)> Own)
{
    /// <summary>Compares the rows of a resolved table.</summary>
    public static TableSettings Of(ExperimentTable table)
    {
        var defaults = ExperimentTable.SettingsOf(new Experiment());
        var rows = table.Rows.Select(row => (row.Name, Fields: ExperimentTable.SettingsOf(row.Experiments[0]))).ToList();
        var unused = table.Rows.SelectMany(row => row.Experiments[0].Options).GroupBy(value => value.Option.Name)
            .Where(values => values.All(value => value.IsDefault)).Select(values => values.Key);
        var fields = rows.SelectMany(row => row.Fields.Keys).Distinct().Except(unused).ToList();
        var alike = fields.Where(field => rows.Select(row => ValueOf(row.Fields, field)).Distinct().Count() == 1).ToHashSet();
        return new(
            [.. rows[0].Fields.Where(field => alike.Contains(field.Key) && ValueOf(defaults, field.Key) != field.Value).Select(Shown)],
            [.. rows.Select(row => (row.Name, (IReadOnlyList<(string, string)>)[
                .. fields.Where(field => !alike.Contains(field))
                    .Select(field => Shown(KeyValuePair.Create(field, ValueOf(row.Fields, field))))]))]);
    }

    /// <summary>The value of a field; a dash for an option of a method that the row does not use.</summary>
    static string ValueOf(OrderedDictionary<string, string> fields, string field) => fields.TryGetValue(field, out var value) ? value : "-";

    /// <summary>A value as it is shown: a data set without folders, for tables are passed on.</summary>
    static (string Field, string Value) Shown(KeyValuePair<string, string> field) =>
        (field.Key, DataSetName.WithoutFolders(field.Key, field.Value));
}
