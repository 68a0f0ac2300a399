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

    readonly string _target, _owner;
    readonly TaskChoice _choice;

    CsvDataSet(string path, Experiment experiment) : base($"csv:{path}") =>
        (_target, _owner, _choice) = (experiment.Target, experiment.Owner, experiment.TaskChoice);

    /// <summary>The table at a path. A path without extension is a folder.</summary>
    /// <param name="path">The file or folder; where it is relative, from here.</param>
    /// <param name="experiment">Names target and owner, and may state the task.</param>
    /// <exception cref="AutoFlipException">The path is empty (exit 2).</exception>
    public static CsvDataSet Of(string path, Experiment experiment)
    {
        if (path.Length == 0) throw AutoFlipException.BadRequest("--dataset csv:PATH: the path of a file, or of a folder with train.csv and test.csv, is expected.");
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
    public override LoadedData Load(Experiment experiment, DataLocations where, RunObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        observer.Loading($"reading {Name}", 0);
        TextTable? train = null, test = null;
        foreach (var file in Files) folder.Read(file, (content, path) => Read(content, path, file, ref train, ref test));
        var data = TableLoader.Load(train!, test, new TableFacts([.. train!.Columns.Select(column => new ColumnFacts(column.Name, KindOf(column.Name)))])
        {
            Choice = _choice,
        });
        observer.Loading($"reading {Name}", 1);
        return data;
    }

    ColumnKind KindOf(string column) => column == _target ? ColumnKind.Target : column == _owner ? ColumnKind.Owner : ColumnKind.Inferred;

    int Read(Stream content, string path, string file, ref TextTable? train, ref TextTable? test)
    {
        var records = new CsvReader(content, path);
        if (!records.Read()) throw AutoFlipException.BadFile(path, "it is empty");
        var names = Enumerable.Range(0, records.Fields).Select(field => records[field].ToString()).ToArray();
        if (train is null)
        {
            if (names.Any(name => name.Length == 0)) throw records.Bad("the first line names the columns, and one name is empty");
            if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw records.Bad($"the first line names the columns, and '{twice.Key}' is there twice");
            Require("--target", _target, names, path);
            if (_owner.Length > 0) Require("--owner", _owner, names, path);
            if (_owner == _target) throw AutoFlipException.BadRequest($"--owner {_owner}: this column is the target; name another, or none.");
            (train, test) = (new TextTable(names), new TextTable(names));
            train.Begin(path);
        }
        else if (!names.SequenceEqual(train.Columns.Select(column => column.Name)))
        {
            throw records.Bad($"its columns are not those of {TrainFile}, in the same order: {string.Join(", ", train.Columns.Select(column => column.Name))}");
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
        throw AutoFlipException.BadRequest($"{option}: {(column.Length == 0 ? "name a column" : $"there is no column '{column}'")} of '{path}'. "
            + $"Accepted: {string.Join(", ", names.Take(100))}{(names.Length > 100 ? ", ..." : "")}.{(column.Length == 0 ? "" : Nearest.Hint(column, names))}");
    }
}
