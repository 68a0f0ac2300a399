using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Any table of the user's, in one file or in files for training and for testing.</summary>
/// <remarks>
/// Without files for testing every fifth row (the 5th, 10th, ..., counted over all files) is the server's test set. What columns hold, and
/// what the task is, is taken from training rows alone: <see cref="ColumnKind.Inferred"/>, <see cref="TaskChoice"/>. With
/// <see cref="Experiment.Text"/> or <see cref="Experiment.Image"/> samples are the texts or images of that column.
/// </remarks>
public abstract record OwnTableDataSet : DataSet
{
    readonly string _target, _text, _image, _owner;
    readonly TaskChoice _choice;
    readonly TableFormat _format;
    readonly ImmutableArray<ColumnFacts> _typed;

    /// <summary>Describes a table.</summary>
    /// <param name="name">Kind and path.</param>
    /// <param name="experiment">Names the columns, and may state the task.</param>
    /// <param name="format">Spelling of cells.</param>
    /// <param name="contract">The contract under which rows are a client's; null for a table that decides itself.</param>
    /// <exception cref="AutoFlipException">Rows cannot be samples of the contract (exit 3).</exception>
    private protected OwnTableDataSet(string name, Experiment experiment, TableFormat format, DataContract? contract = null) : base(name)
    {
        Contract = contract;
        (_target, _owner) = (experiment.Target, experiment.Owner);
        (_text, _image) = (experiment.Text, experiment.Image);
        (_choice, _format) = (experiment.TaskChoice, format);
        _typed = [.. experiment.Columns.Select(TypedColumn.Parse)];
        if (contract is null) return;
        _format = ClientTable.FormatOf(contract, format);
        ClientTable.Check(name, contract, _text, _image);
    }

    /// <summary>Members of <see cref="DataSet.Files"/> that are the server's test set; empty if every fifth row is.</summary>
    internal ImmutableArray<string> TestFiles { get; init; } = [];

    /// <summary>Receives the rows of a file.</summary>
    /// <param name="names">Names of its columns.</param>
    /// <param name="rows">The rows.</param>
    private protected delegate int TableReader(string[] names, ITableRecords rows);

    /// <summary>Opens a file and hands on its rows.</summary>
    private protected abstract int ReadFile(string path, TableReader read);

    /// <inheritdoc/>
    public sealed override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        observer.Loading($"reading {Name}", 0);
        var data = _text.Length > 0 ? LoadTexts(folder, experiment, observer, cancellation)
            : _image.Length > 0 ? LoadImages(folder, experiment, where, observer, cancellation)
            : LoadTable(folder, observer, cancellation);
        foreach (var line in data.Description) observer.Note(line);
        observer.Loading($"reading {Name}", 1);
        return IsTable ? data : data with { Columns = data.Columns! with { Input = _text.Length > 0 ? _text : _image } };
    }

    LoadedData LoadTable(DataFolder folder, ILoadObserver observer, CancellationToken cancellation)
    {
        var (train, test) = ReadKept(folder, cancellation);
        var facts = FactsOf(train);
        if (Contract is { Recipe: TableRecipe agreed })
        {
            var known = new TableSchema(train, agreed.Columns, _format);
            if (known.Unflagged(train) is { } unflagged) observer.Warning(unflagged);
            return TableLoader.Load(train, test: null, facts, known);
        }
        var schema = new TableSchema(train, facts);
        foreach (var sentence in schema.Unseen(test!)) observer.Warning($"{Name}: {sentence}");
        WarnOfOwners(train, test!, observer);
        return TableLoader.Load(train, test, facts, schema) with { Description = schema.Description };
    }

    /// <summary>Warns of owners that have test rows alone: a client is an owner of training rows.</summary>
    private protected void WarnOfOwners(TextTable train, TextTable test, ILoadObserver observer)
    {
        if (_owner.Length == 0) return;
        var place = train.Columns.ToList().FindIndex(column => column.Name == _owner);
        var lost = test.Columns[place].Texts.Except(train.Columns[place].Texts).Count();
        if (lost > 0)
            observer.Warning($"{Name}: {lost} owners in column '{_owner}' have test rows and no training rows: none of them is a client.");
    }

    /// <summary>Samples that are the images of a column.</summary>
    private protected virtual LoadedData LoadImages(
        DataFolder folder, Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation) =>
        throw new InvalidOperationException($"{Name} has no columns of images.");

    /// <summary>Reads the columns that are kept in memory.</summary>
    private protected (TextTable Train, TextTable? Test) ReadKept(
        DataFolder folder, CancellationToken cancellation, bool needsTarget = true) =>
        Read(folder, needsTarget, (table, record, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            table.Add(record, IsKept);
        });

    /// <summary>Of the rows only target and owner stay in memory, and the texts as tokens.</summary>
    LoadedData LoadTexts(DataFolder folder, Experiment experiment, ILoadObserver observer, CancellationToken cancellation)
    {
        var recipe = TextSamples.RecipeOf(experiment, Contract, counts => ReadTexts(counts, null));
        var (trainTexts, testTexts) = (new TextSamples(recipe), new TextSamples(recipe));
        var (train, test) = ReadTexts(trainTexts, testTexts);
        WarnOfOwners(train, test!, observer);
        var facts = FactsOf(train);
        return TableLoader.Load(
            train, test, facts, new ColumnInference(train, facts.Format),
            (table, targets) => (table == train ? trainTexts : testTexts).With(targets)) with
        {
            Description = DescriptionOf(train),
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

    /// <summary>Describes the inferred kinds of the columns, one line each, with or without a named target.</summary>
    /// <param name="where">Where to look.</param>
    /// <exception cref="AutoFlipException">Missing or unreadable (exit 3).</exception>
    public ImmutableArray<string> Describe(DataLocations where)
    {
        var folder = where.Require(this, ILoadObserver.None);
        var (train, _) = ReadKept(folder, CancellationToken.None, needsTarget: false);
        return IsTable ? new TableSchema(train, FactsOf(train)).Description : DescriptionOf(train);
    }

    /// <summary>Tests whether samples are rows of numbers, not texts or images.</summary>
    bool IsTable => _text.Length == 0 && _image.Length == 0;

    /// <summary>Describes the columns of texts or images.</summary>
    private protected ImmutableArray<string> DescriptionOf(TextTable train) =>
    [
        _text.Length > 0 ? $"column '{_text}': texts" : $"column '{_image}': images",
        .. train.Columns.Where(IsKept).Select(column => ColumnDescription.Of(column, KindOf(column))),
    ];

    /// <summary>Tests whether the cells of a column are needed: all in a table, few beside texts and images. Those without a name are
    /// checked to be row numbers.</summary>
    private protected virtual bool IsKept(TextColumn column) =>
        Contract is { Recipe: TableRecipe agreed } && agreed.Columns.Any(recipe => recipe.Name == column.Name)
        || IsTable && Contract is null || column.Name.Length == 0 || column.Name == _target || column.Name == _owner;

    private protected virtual TableFacts FactsOf(TextTable train) =>
        new([.. train.Columns.Select(column => new ColumnFacts(column.Name, KindOf(column)))])
        {
            Choice = _choice,
            Format = _format,
            Task = Contract?.Task,
            ClassTexts = Contract is null ? [] : ClientTable.TextsOf(Contract.Task),
        };

    private protected ColumnKind KindOf(TextColumn column) => column.Name.Length > 0 && column.Name == _target ? ColumnKind.Target
        : column.Name.Length == 0 ? ColumnKind.Ignored // row numbers: see RequireRowNumbers
        : column.Name == _owner ? ColumnKind.Owner
        : !IsTable ? ColumnKind.Ignored
        : _typed.FirstOrDefault(typed => typed.Name == column.Name) is { Name: not null } typed ? typed.Kind
        : ColumnKind.Inferred;

    (TextTable Train, TextTable? Test) Read(DataFolder folder, bool needsTarget, Action<TextTable, ITableRecords, bool> add)
    {
        TextTable? train = null, test = null;
        foreach (var file in Files)
        {
            var path = folder.Files[file];
            ReadFile(path, (names, rows) =>
            {
                if (train is null)
                {
                    Check(names, path, needsTarget);
                    (train, test) = (new TextTable(names), new TextTable(names));
                }
                else if (!names.SequenceEqual(train.Columns.Select(column => column.Name)))
                {
                    throw rows.Bad(
                        $"its columns are not those of {Files[0]}, in the same order: "
                        + $"{string.Join(", ", train.Columns.Select(column => column.Name))}");
                }
                train.Begin(path, rows.Unit);
                test!.Begin(path, rows.Unit);
                var before = train.Count + test.Count;
                while (rows.Read())
                {
                    var isTest = IsTest(file, train.Count + test.Count);
                    add(isTest ? test : train, rows, isTest);
                }
                var read = train.Count + test.Count - before;
                return read > 0 ? read : throw AutoFlipException.BadFile(path, "it has no rows");
            });
        }
        foreach (var table in (TextTable[])[train!, test!]) RequireRowNumbers(table);
        return (train!, test);
    }

    /// <summary>Tests whether a row is for testing.</summary>
    /// <param name="file">The file that it is in.</param>
    /// <param name="row">Its number over all files, from 0.</param>
    private protected bool IsTest(string file, int row) => TestFiles.IsEmpty ? IsTest(row) : TestFiles.Contains(file);

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

    /// <summary>Refuses columns that are asked for and not there, and columns with two uses.</summary>
    void Check(string[] names, string path, bool needsTarget)
    {
        if (Contract is not null) ClientTable.Require(Contract, [_target, _text, _image], names, path);
        if (needsTarget || _target.Length > 0) Require("Experiment.Target", _target, names, path);
        CheckInput("Experiment.Text", _text, names, path);
        CheckInput("Experiment.Image", _image, names, path);
        if (_owner.Length > 0) Require("Experiment.Owner", _owner, names, path);
        foreach (var typed in _typed) Require("Experiment.Columns", typed.Name, names, path);
        if (_owner.Length > 0 && _owner == _target)
            throw AutoFlipException.BadRequest($"Experiment.Owner {_owner}: this column is the target; name another, or none.");
    }

    void CheckInput(string option, string column, string[] names, string path)
    {
        if (column.Length == 0) return;
        Require(option, column, names, path);
        if (column == _target || column == _owner)
            throw AutoFlipException.BadRequest($"{option} {column}: this column is the target or the owner; name another.");
    }

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
