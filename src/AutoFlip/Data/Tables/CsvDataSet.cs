using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Any table: a file of separated values with a header, or a folder with <c>train.csv</c> and <c>test.csv</c>.</summary>
/// <remarks>
/// Of a single file every fifth row (the 5th, 10th, ...) is the server's test set. What columns hold, and what the task is, is taken from
/// training rows alone: <see cref="ColumnKind.Inferred"/>, <see cref="TaskChoice"/>.
/// </remarks>
public sealed record CsvDataSet : DataSet
{
    const string TrainFile = "train.csv", TestFile = "test.csv";

    readonly string _target, _owner, _encoding;
    readonly TaskChoice _choice;
    readonly TableFormat _format;
    readonly ImmutableArray<ColumnFacts> _typed;

    CsvDataSet(string path, Experiment experiment) : base($"csv:{path}")
    {
        (_target, _owner, _encoding, _choice) = (experiment.Target, experiment.Owner, experiment.Encoding, experiment.TaskChoice);
        _format = new TableFormat(experiment.Decimal, experiment.Missing);
        _typed = [.. experiment.Columns.Select(TypedColumn.Parse)];
    }

    /// <summary>The table at a path. A path without extension is a folder.</summary>
    /// <param name="path">The file or folder; where it is relative, from here.</param>
    /// <param name="experiment">Names target and owner, and may state the task.</param>
    /// <exception cref="AutoFlipException">The path is empty (exit 2).</exception>
    public static CsvDataSet Of(string path, Experiment experiment)
    {
        if (path.Length == 0)
            throw AutoFlipException.BadRequest(
                "Experiment.Dataset csv:PATH: the path of a file, or of a folder with train.csv and test.csv, is expected.");
        var isFolder = Directory.Exists(path) || !Path.HasExtension(path);
        return new CsvDataSet(path, experiment)
        {
            Title = "a table of yours",
            Task = null,
            Shape = null,
            TrainSamples = 0,
            TestSamples = 0,
            Licence = "its owner's",
            Citation = "none",
            Files = isFolder ? [TrainFile, TestFile] : [Path.GetFileName(path)],
            Place = isFolder ? path : Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".",
            Folders = ["."],
        };
    }

    /// <inheritdoc/>
    public override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        observer.Loading($"reading {Name}", 0);
        var (train, test) = Read(folder, needsTarget: true);
        var data = TableLoader.Load(train, test, FactsOf(train));
        foreach (var line in data.Description) observer.Note(line);
        observer.Loading($"reading {Name}", 1);
        return data;
    }

    /// <summary>Describes the inferred kinds of the columns, one line each, with or without a named target.</summary>
    /// <param name="where">Where to look.</param>
    /// <exception cref="AutoFlipException">Missing or unreadable (exit 3).</exception>
    public ImmutableArray<string> Describe(DataLocations where)
    {
        var (train, _) = Read(where.Require(this, ILoadObserver.None), needsTarget: false);
        return new TableSchema(train, FactsOf(train)).Description;
    }

    TableFacts FactsOf(TextTable train) =>
        new([.. train.Columns.Select(column => new ColumnFacts(column.Name, KindOf(column)))]) { Choice = _choice, Format = _format };

    ColumnKind KindOf(TextColumn column) => column.Name.Length > 0 && column.Name == _target ? ColumnKind.Target
        : column.Name.Length == 0 ? ColumnKind.Ignored // row numbers: see RequireRowNumbers
        : column.Name == _owner ? ColumnKind.Owner
        : _typed.FirstOrDefault(typed => typed.Name == column.Name) is { Name: not null } typed ? typed.Kind
        : ColumnKind.Inferred;

    (TextTable Train, TextTable? Test) Read(DataFolder folder, bool needsTarget)
    {
        TextTable? train = null, test = null;
        foreach (var file in Files) folder.Read(file, (content, path) => Read(content, path, file, needsTarget, ref train, ref test));
        foreach (var table in (TextTable[])[train!, test!]) RequireRowNumbers(table);
        return (train!, test);
    }

    /// <summary>A first column without a name is what pandas writes for the numbers of its rows; anything else
    /// without a name is a mistake.</summary>
    static void RequireRowNumbers(TextTable table)
    {
        if (table.Count == 0 || table.Columns[0] is not { Name.Length: 0 } first) return;
        var odd = first.Texts.ToList().FindIndex(text => TextColumn.Number(text) is not { } number || !double.IsInteger(number));
        if (odd >= 0)
            throw table.Bad(
                first, odd,
                $"'{ColumnRecipe.Shortened(first.Texts[odd])}' stands in a column without a name; "
                + "the first line names every column but that of the row numbers");
    }

    int Read(Stream content, string path, string file, bool needsTarget, ref TextTable? train, ref TextTable? test)
    {
        var records = new CsvReader(content, path, _encoding);
        if (!records.Read()) throw AutoFlipException.BadFile(path, "it is empty");
        var names = Enumerable.Range(0, records.Fields).Select(field => records[field].ToString()).ToArray();
        if (train is null)
        {
            if (names.Skip(1).Any(name => name.Length == 0)) throw records.Bad("the first line names the columns, and one name is empty");
            if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw records.Bad($"the first line names the columns, and '{twice.Key}' is there twice");
            if (needsTarget || _target.Length > 0) Require("Experiment.Target", _target, names, path);
            if (_owner.Length > 0) Require("Experiment.Owner", _owner, names, path);
            foreach (var typed in _typed) Require("Experiment.Columns", typed.Name, names, path);
            if (_owner.Length > 0 && _owner == _target)
                throw AutoFlipException.BadRequest($"Experiment.Owner {_owner}: this column is the target; name another, or none.");
            (train, test) = (new TextTable(names), new TextTable(names));
            train.Begin(path);
        }
        else if (!names.SequenceEqual(train.Columns.Select(column => column.Name)))
        {
            throw records.Bad(
                $"its columns are not those of {TrainFile}, in the same order: "
                + $"{string.Join(", ", train.Columns.Select(column => column.Name))}");
        }
        test!.Begin(path);
        var rows = 0;
        for (; records.Read(); rows++) (IsTest(file, rows) ? test : train).Add(records);
        return rows > 0 ? rows : throw AutoFlipException.BadFile(path, "it has no rows");
    }

    bool IsTest(string file, int row) => Files.Length > 1 ? file == TestFile : row % 5 == 4;

    static void Require(string option, string column, string[] names, string path)
    {
        if (names.Contains(column)) return;
        var (fault, hint) = column.Length == 0
            ? ("name a column", "")
            : ($"there is no column '{column}'", Nearest.Hint(column, names));
        throw AutoFlipException.BadRequest(
            $"{option}: {fault} of '{path}'. "
            + $"Accepted: {string.Join(", ", names.Take(100))}{(names.Length > 100 ? ", ..." : "")}.{hint}");
    }
}
