using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Any table: a file of separated values with a header, or a folder with <c>train.csv</c> and <c>test.csv</c>.</summary>
/// <remarks>
/// Of a single file every fifth row (the 5th, 10th, ...) is the server's test set. What columns hold, and what the task is, is taken from
/// training rows alone: <see cref="ColumnKind.Inferred"/>, <see cref="TaskChoice"/>. With <see cref="Experiment.Text"/> samples are the
/// texts of that column.
/// </remarks>
public sealed record CsvDataSet : DataSet
{
    const string TrainFile = "train.csv", TestFile = "test.csv";

    readonly string _target, _text, _owner, _encoding;
    readonly TaskChoice _choice;
    readonly TableFormat _format;
    readonly ImmutableArray<ColumnFacts> _typed;

    CsvDataSet(string path, Experiment experiment) : base($"csv:{path}")
    {
        (_target, _text, _owner) = (experiment.Target, experiment.Text, experiment.Owner);
        (_encoding, _choice) = (experiment.Encoding, experiment.TaskChoice);
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
        var data = _text.Length > 0 ? LoadTexts(folder, experiment, cancellation) : LoadTable(folder);
        foreach (var line in data.Description) observer.Note(line);
        observer.Loading($"reading {Name}", 1);
        return data;
    }

    LoadedData LoadTable(DataFolder folder)
    {
        var (train, test) = Read(folder, needsTarget: true, (table, record, _) => table.Add(record));
        return TableLoader.Load(train, test, FactsOf(train));
    }

    /// <summary>Of the rows only target and owner stay in memory, and the texts as tokens.</summary>
    LoadedData LoadTexts(DataFolder folder, Experiment experiment, CancellationToken cancellation)
    {
        var recipe = TextSamples.RecipeOf(experiment, counts => ReadTexts(counts, null));
        var (trainTexts, testTexts) = (new TextSamples(recipe), new TextSamples(recipe));
        var (train, test) = ReadTexts(trainTexts, testTexts);
        var facts = FactsOf(train);
        return TableLoader.Load(
            train, test, facts, new ColumnInference(train, facts.Format),
            (table, targets) => (table == train ? trainTexts : testTexts).With(targets)) with
        {
            Description =
            [
                $"column '{_text}': texts", .. train.Columns.Where(IsKept).Select(column => ColumnDescription.Of(column, KindOf(column))),
            ],
        };

        (TextTable Train, TextTable? Test) ReadTexts(ITextSink ofTrain, ITextSink? ofTest)
        {
            var place = -1;
            return Read(folder, needsTarget: true, (table, record, isTest) =>
            {
                cancellation.ThrowIfCancellationRequested();
                table.Add(record, IsKept);
                if (place < 0) place = table.Columns.ToList().FindIndex(column => column.Name == _text);
                (isTest ? ofTest : ofTrain)?.Add(record[place]);
            });
        }
    }

    /// <summary>Tests whether the cells of a column are needed beside texts; those without a name are checked to be row numbers.</summary>
    bool IsKept(TextColumn column) => column.Name.Length == 0 || column.Name == _target || column.Name == _owner;

    /// <summary>Describes the inferred kinds of the columns, one line each, with or without a named target.</summary>
    /// <param name="where">Where to look.</param>
    /// <exception cref="AutoFlipException">Missing or unreadable (exit 3).</exception>
    public ImmutableArray<string> Describe(DataLocations where)
    {
        var (train, _) = Read(where.Require(this, ILoadObserver.None), needsTarget: false, (table, record, _) => table.Add(record));
        return new TableSchema(train, FactsOf(train)).Description;
    }

    TableFacts FactsOf(TextTable train) =>
        new([.. train.Columns.Select(column => new ColumnFacts(column.Name, KindOf(column)))]) { Choice = _choice, Format = _format };

    ColumnKind KindOf(TextColumn column) => column.Name.Length > 0 && column.Name == _target ? ColumnKind.Target
        : column.Name.Length == 0 ? ColumnKind.Ignored // row numbers: see RequireRowNumbers
        : column.Name == _owner ? ColumnKind.Owner
        : _text.Length > 0 ? ColumnKind.Ignored
        : _typed.FirstOrDefault(typed => typed.Name == column.Name) is { Name: not null } typed ? typed.Kind
        : ColumnKind.Inferred;

    (TextTable Train, TextTable? Test) Read(DataFolder folder, bool needsTarget, Action<TextTable, CsvReader, bool> add)
    {
        TextTable? train = null, test = null;
        foreach (var file in Files) folder.Read(file, (content, path) => Read(content, path, file, needsTarget, add, ref train, ref test));
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

    int Read(
        Stream content, string path, string file, bool needsTarget, Action<TextTable, CsvReader, bool> add,
        ref TextTable? train, ref TextTable? test)
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
            if (_text.Length > 0) Require("Experiment.Text", _text, names, path);
            if (_text.Length > 0 && (_text == _target || _text == _owner))
                throw AutoFlipException.BadRequest($"Experiment.Text {_text}: this column is the target or the owner; name another.");
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
        for (; records.Read(); rows++)
        {
            var isTest = IsTest(file, rows);
            add(isTest ? test : train, records, isTest);
        }
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
