using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Reads tables of experiments: see <see cref="ExperimentTable"/> for the format.</summary>
/// <remarks>Runs are counted before rows are made: a grid's rows are the product of its lists, and four lists
/// of 300 values make 8.1e9.</remarks>
static class TableFile
{
    /// <summary>Most runs of a table: rows times seeds.</summary>
    public const int MostRuns = 10_000;

    const string NameField = "name", SeedField = "seed", AlgorithmField = "algorithm", PrunerField = "pruner";
    const string AcceptedRows = "a list of rows, such as [{ \"name\": \"FedAvg\", \"algorithm\": \"fedavg\" }]";

    static readonly string[] RowFields = [NameField, ExperimentFile.SeedsField, ExperimentFile.GridField];

    /// <summary>Reads JSON text.</summary>
    /// <param name="json">An experiment and its variations.</param>
    /// <param name="source">What to call the text in messages.</param>
    /// <exception cref="AutoFlipException">A field or value is not accepted (exit 2).</exception>
    public static ExperimentTable Read(string json, string source)
    {
        using var document = ExperimentFile.Parse(json, source);
        var root = document.RootElement;
        var experiment = ExperimentFile.Read(root, source);
        var seeds = Seeds(root, source);
        var grid = Grid(root, source);
        ImmutableArray<Variations> listed =
        [
            .. root.TryGetProperty(ExperimentFile.RowsField, out var rowsField)
                ? List(rowsField, ExperimentFile.RowsField, AcceptedRows, source)
                    .Select((row, i) => VariationsOf(row, i + 1, experiment, grid, seeds, root.TryGetProperty(PrunerField, out _), source))
                : [new Variations("", experiment, grid, seeds ?? [experiment.Seed], root.TryGetProperty(PrunerField, out _), source)],
        ];
        RequireFewRuns(listed, source);
        foreach (var variations in listed) RequireDifferentValues(variations);
        ImmutableArray<TableRow> rows = [.. listed.SelectMany(Rows)];
        if (rows.GroupBy(row => row.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw AutoFlipException.BadRequest($"{source}: two rows are called '{twice.Key}'. Give every row a name of its own.");
        return new(source, experiment, rows, Baseline(root, rows, source));
    }

    /// <summary>The runs of one entry in the list of rows.</summary>
    static Variations VariationsOf(
        JsonElement row, int number, Experiment experiment, ImmutableArray<Axis> grid, ImmutableArray<ulong>? seeds, bool hasPruner,
        string source)
    {
        if (row.ValueKind != JsonValueKind.Object || !row.TryGetProperty(NameField, out var named)
            || named.ValueKind != JsonValueKind.String
            || named.GetString() is not { Length: > 0 } name)
            throw AutoFlipException.BadRequest(
                $"{source}: row {number} is not accepted. Accepted: the fields that it sets otherwise, and what it is called, "
                + $"such as {{ \"name\": \"FedAvg\", \"algorithm\": \"fedavg\" }}.");
        var label = $"{source}: row '{name}'";
        if (row.TryGetProperty(SeedField, out _))
            throw AutoFlipException.BadRequest(
                $"{label}: the field '{SeedField}' is not accepted in a row. Accepted: \"{ExperimentFile.SeedsField}\", a list.");
        experiment = ExperimentFile.Over(experiment, ExperimentFile.FieldsOf(row, label), label, MethodOptions.Schema, RowFields);
        var own = Grid(row, label);
        if (own.FirstOrDefault(axis => row.TryGetProperty(axis.Field, out _)) is { } twice)
            throw AutoFlipException.BadRequest(
                $"{label}: it sets the field '{twice.Field}' and varies it in its grid. Leave one of them out.");
        var hasAlgorithm = row.TryGetProperty(AlgorithmField, out _);
        var ofRow = row.EnumerateObject().Any(field => NamesPruner((field.Name, field.Value)));
        bool IsOwn(string field) =>
            row.TryGetProperty(field, out _) || own.Any(axis => axis.Field == field) || field == PrunerField && ofRow;
        return new(
            name, experiment, [.. grid.Where(axis => !IsOwn(axis.Field)), .. own], Seeds(row, label) ?? seeds ?? [experiment.Seed],
            ofRow || hasPruner && !hasAlgorithm, label);
    }

    /// <summary>Refuses a table of more than <see cref="MostRuns"/> runs; cost is in proportion to the file.</summary>
    static void RequireFewRuns(ImmutableArray<Variations> listed, string source)
    {
        var runs = listed.Aggregate(BigInteger.Zero, (sum, variations) => sum + variations.Runs);
        if (runs <= MostRuns) return;
        var largest = listed.MaxBy(variations => variations.Runs)!;
        var factors = string.Join(
            " x ", [.. largest.Grid.Select(axis => $"{axis.Field} {axis.Values.Length}"), $"seeds {largest.Seeds.Length}"]);
        throw AutoFlipException.BadRequest(
            $"{source}: the table has {runs.ToString("N0", CultureInfo.InvariantCulture)} runs "
            + $"({(listed.Length > 1 ? $"{listed.Length} rows, the largest " : "")}{factors}). "
            + $"Accepted: up to {MostRuns.ToString("N0", CultureInfo.InvariantCulture)}; list fewer values, "
            + "or split the table into several files.");
    }

    /// <summary>Refuses a list with the same value twice, however it is written: its rows would be one experiment.</summary>
    static void RequireDifferentValues(Variations variations)
    {
        foreach (var (field, values) in variations.Grid)
            if (values.GroupBy(value => With(variations, [KeyValuePair.Create(field, value)]), DerivedValue.Comparer)
                .FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw AutoFlipException.BadRequest(
                    $"{variations.Source}: field '{ExperimentFile.GridField}.{field}': {string.Join(" and ", twice)} are the same value. "
                    + "Accepted: different values, for each makes rows of its own.");
    }

    /// <summary>Tests whether a field names a pruner: <c>autoflip</c> as an algorithm does, too.</summary>
    static bool NamesPruner((string Field, JsonElement Value) at) =>
        at.Field == PrunerField
        || at.Field == AlgorithmField && "autoflip".Equals(at.Value.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <summary>The experiment of a row.</summary>
    static Experiment With(Variations variations, IEnumerable<KeyValuePair<string, JsonElement>> fields) =>
        ExperimentFile.Over(variations.Experiment, fields, variations.Source, MethodOptions.Schema, []);

    /// <summary>A row for each combination of the grid's values; the last axis varies fastest.</summary>
    static IEnumerable<TableRow> Rows(Variations variations)
    {
        var (name, experiment, grid, seeds, keepsPruner, _) = variations;
        IEnumerable<ImmutableArray<(string Field, JsonElement Value)>> combinations = [[]];
        foreach (var axis in grid)
            combinations = combinations.SelectMany(_ => axis.Values, (chosen, value) => chosen.Add((axis.Field, value)));
        foreach (var chosen in combinations)
        {
            var fields = chosen.Select(at => KeyValuePair.Create(at.Field, at.Value));
            if (keepsPruner && !chosen.Any(NamesPruner)) // an algorithm alone would turn it off
                fields = fields.Append(KeyValuePair.Create(PrunerField, JsonSerializer.SerializeToElement(experiment.Pruner)));
            var varied = With(variations, fields);
            string[] parts =
            [
                .. name.Length > 0 ? [name] : Array.Empty<string>(),
                .. chosen.Select(at => $"{at.Field} {Text(at.Field, at.Value)}"),
            ];
            yield return new(
                parts is [] ? experiment.Name : string.Join(", ", parts),
                [.. seeds.Select(seed => varied with { Name = experiment.Name, Seed = seed })]);
        }
    }

    static ImmutableArray<Axis> Grid(JsonElement from, string source)
    {
        const string Accepted = "the values of each field, such as { \"pruneFraction\": [0.1, 0.2] }";
        if (!from.TryGetProperty(ExperimentFile.GridField, out var grid)) return [];
        if (grid.ValueKind != JsonValueKind.Object) throw Refused(grid, ExperimentFile.GridField, Accepted, source);
        return [.. ExperimentFile.FieldsOf(grid, source).Select(axis => axis.Key is NameField or SeedField
            ? throw AutoFlipException.BadRequest(
                $"{source}: the field '{axis.Key}' is not accepted in a grid: rows are named by their values, "
                + $"and \"{ExperimentFile.SeedsField}\" lists seeds.")
            : new Axis(axis.Key, [.. List(axis.Value, $"{ExperimentFile.GridField}.{axis.Key}", Accepted, source)]))];
    }

    static ImmutableArray<ulong>? Seeds(JsonElement from, string source)
    {
        const string Accepted = "a list of different whole numbers of at least 0, such as [1, 2, 3]";
        if (!from.TryGetProperty(ExperimentFile.SeedsField, out var listed)) return null;
        ImmutableArray<ulong> seeds =
        [
            .. List(listed, ExperimentFile.SeedsField, Accepted, source).Select(seed =>
                seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out var number)
                ? number
                : throw Refused(listed, ExperimentFile.SeedsField, Accepted, source)),
        ];
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw Refused(listed, ExperimentFile.SeedsField, Accepted, source);
    }

    static string Baseline(JsonElement root, ImmutableArray<TableRow> rows, string source)
    {
        if (!root.TryGetProperty(ExperimentFile.BaselineField, out var named)) return rows[0].Name;
        var name = named.ValueKind == JsonValueKind.String ? named.GetString()! : named.GetRawText();
        return rows.Any(row => row.Name == name)
            ? name
            : throw AutoFlipException.BadRequest(
                $"{source}: field '{ExperimentFile.BaselineField}': there is no row "
                + $"'{name}'.{Nearest.Hint(name, rows.Select(row => row.Name))} "
                + $"Accepted: {string.Join(", ", rows.Take(20).Select(row => $"'{row.Name}'"))}{(rows.Length > 20 ? ", ..." : "")}.");
    }

    /// <summary>The entries of a list that must not be empty.</summary>
    static IEnumerable<JsonElement> List(JsonElement list, string field, string accepted, string source) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? list.EnumerateArray()
            : throw Refused(list, field, accepted, source);

    static AutoFlipException Refused(JsonElement value, string field, string accepted, string source) =>
        AutoFlipException.BadRequest($"{source}: field '{field}': {value.GetRawText()} is not accepted. Accepted: {accepted}.");

    /// <summary>A value as it reads in a row's name: texts without quotes, lists with spaces, data sets without folders.</summary>
    static string Text(string field, JsonElement value) => value.ValueKind == JsonValueKind.Array ? string.Join(' ', value.EnumerateArray())
        : DataSetName.WithoutFolders(field, value.ToString());

    /// <summary>A field and the values that it takes in turn.</summary>
    sealed record Axis(string Field, ImmutableArray<JsonElement> Values);

    /// <summary>An experiment and the values that its fields take in turn: one row per combination, one run per row and seed.</summary>
    /// <param name="Name">Name of the row.</param>
    /// <param name="Experiment">What does not vary.</param>
    /// <param name="Grid">What does.</param>
    /// <param name="Seeds">The seeds.</param>
    /// <param name="KeepsPruner">True if the pruner was named, so that a grid's algorithm does not turn it off.</param>
    /// <param name="Source">The row, for messages.</param>
    sealed record Variations(
        string Name, Experiment Experiment, ImmutableArray<Axis> Grid, ImmutableArray<ulong> Seeds, bool KeepsPruner, string Source)
    {
        public BigInteger Runs => Grid.Aggregate((BigInteger)Seeds.Length, (product, axis) => product * axis.Values.Length);
    }
}
