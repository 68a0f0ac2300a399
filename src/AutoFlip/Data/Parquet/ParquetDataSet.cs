using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A data set in Parquet: a file, or the folder of a repository of Hugging Face as downloaded.</summary>
/// <remarks>
/// A table as <see cref="CsvDataSet"/> is, with typed cells. Where the options name no columns, the features decide that Hugging Face's
/// libraries write beside the data: the only column of classes is the target, and the only column of images, or a single column of texts,
/// is the model's input.
/// </remarks>
public sealed record ParquetDataSet : OwnTableDataSet
{
    readonly string _target, _image;
    readonly bool _isRegression;
    readonly ImmutableArray<ParquetColumn> _columns;
    readonly HuggingFaceFeatures _features;

    ParquetDataSet(string path, Experiment experiment, ParquetRows first, DataContract? contract)
        : base($"parquet:{path}", experiment, new TableFormat(DecimalChoice.Point, experiment.Missing), contract)
    {
        (_target, _image) = (experiment.Target, experiment.Image);
        _isRegression = experiment.TaskChoice == TaskChoice.Regression;
        (_columns, _features) = ([.. first.Columns], first.Features);
    }

    /// <summary>The data set at a path. Reads the footer of its first file.</summary>
    /// <param name="path">The file or folder; where it is relative, from here.</param>
    /// <param name="experiment">Names columns, and may state the task.</param>
    /// <exception cref="AutoFlipException">There are no files that can be read (exit 3), or the path is empty (exit 2).</exception>
    /// <param name="contract">The contract under which all rows are a client's; null for a data set of its own.</param>
    public static ParquetDataSet Of(string path, Experiment experiment, DataContract? contract = null)
    {
        if (path.Length == 0)
            throw AutoFlipException.BadRequest(
                "Experiment.Dataset parquet:PATH: the path of a file, or of a folder with such files, is expected.");
        if (experiment.Text.Length > 0 && experiment.Image.Length > 0)
            throw AutoFlipException.BadRequest(
                $"Experiment.Image {experiment.Image}, Experiment.Text {experiment.Text}: a model reads images or texts; name one column.");
        var files = ParquetFiles.Of(path);
        if (contract is not null && files.Test.Length > 0)
            throw AutoFlipException.BadRequest(
                $"parquet:{path}: of a client files of one part are expected, and '{files.Test[0]}' is for testing. Name a file.");
        using var first = ParquetRows.Open(Path.Combine(files.Folder, files.Train[0]), target: "");
        return new ParquetDataSet(path, contract?.Columns is null ? Named(experiment, first.Features) : experiment, first, contract)
        {
            Title = "a data set of yours",
            Task = null,
            Shape = null,
            TrainSamples = 0,
            TestSamples = 0,
            Licence = "its owner's",
            Citation = "none",
            Files = [.. files.Train, .. files.Test],
            TestFiles = files.Test,
            Place = files.Folder,
            Folders = ["."],
        };
    }

    /// <summary>The experiment with the columns that features decide, where it names none.</summary>
    static Experiment Named(Experiment experiment, HuggingFaceFeatures features)
    {
        if (experiment.Target.Length == 0 && features.Classes is [var only]) experiment = experiment with { Target = only.Column };
        if (experiment.Text.Length > 0 || experiment.Image.Length > 0) return experiment;
        if (features.Images is [var image]) return experiment with { Image = image };
        return features is { Count: 2, Texts: [var text] } && features.ClassesOf(experiment.Target) is not null
            ? experiment with { Text = text }
            : experiment;
    }

    private protected override LoadedData LoadImages(
        DataFolder folder, Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation)
    {
        if (Contract is null) ImageLoader.RequireSide(Name, experiment.Resize);
        var (train, test) = ReadKept(folder, cancellation);
        if (Contract is null) WarnOfOwners(train, test!, observer);
        var facts = FactsOf(train);
        var key = where.CachePath is null ? null : PixelKey.Of(this, folder, experiment.Resize, _image);
        var loader = new ImageLoader(Name, where.CachePath, key, observer, cancellation);
        var shape = Contract?.Shape ?? new SampleShape(3, experiment.Resize, experiment.Resize);
        return TableLoader.Load(train, test, facts, new ColumnInference(train, facts.Format), (table, targets) =>
        {
            if (targets.AreNumbers)
                throw AutoFlipException.BadRequest(
                    $"Experiment.Target {_target}: images are classified, and this column holds numbers; name a column of classes.");
            var isTest = table == test;
            var images = loader.Load(isTest, () => new StreamedImages(
                targets.Labels.ToArray(), () => ImagesOf(folder, isTest), shape, resize: true));
            return images.With(targets).With(ImageTransform.Of(experiment));
        }) with
        {
            Description = DescriptionOf(train),
        };
    }

    /// <summary>The images of one part as they are stored.</summary>
    IEnumerable<EncodedImage> ImagesOf(DataFolder folder, bool test)
    {
        var (place, row) = (_columns.ToList().FindIndex(column => column.Name == _image), 0);
        foreach (var file in Files)
        {
            if (!TestFiles.IsEmpty && TestFiles.Contains(file) != test) continue;
            using var rows = ParquetRows.Open(folder.Files[file], _target);
            while (rows.Read())
                if (IsTest(file, row++) == test) yield return new($"{folder.Files[file]}, row {rows.Line}", rows.Image(place).ToArray());
        }
    }

    private protected override int ReadFile(string path, TableReader read)
    {
        using var rows = ParquetRows.Open(path, _target);
        var odd = rows.Columns.Zip(_columns).FirstOrDefault(pair => !IsAlike(pair.First, pair.Second));
        if (rows.Columns.Count != _columns.Length || odd.First is not null)
        {
            throw AutoFlipException.BadFile(
                path, $"its columns are not those of {Files[0]}, in the same order and of the same types"
                    + (odd.First is null ? "" : $": {Difference(odd.First, odd.Second)}"));
        }
        return read([.. rows.Columns.Select(column => column.Name)], rows);
    }

    /// <summary>Tests whether columns of two files are the same. Only in one of them values may be missing.</summary>
    static bool IsAlike(ParquetColumn one, ParquetColumn other) => one.Name == other.Name && one.Kind == other.Kind
        && one.Values?.Meaning == other.Values?.Meaning && one.Values?.Type == other.Values?.Type
        && one.Values?.Scale == other.Values?.Scale && one.Bytes is null == other.Bytes is null;

    static string Difference(ParquetColumn one, ParquetColumn other) => one.Name != other.Name
        ? $"'{ForeignText.Quote(one.Name)}' is there instead of '{ForeignText.Quote(other.Name)}'"
        : $"'{ForeignText.Quote(one.Name)}' is {one.TypeName} and not {other.TypeName}";

    private protected override bool IsKept(TextColumn column) =>
        base.IsKept(column) && (Contract is not null || KindOf(column) != ColumnKind.Ignored);

    private protected override TableFacts FactsOf(TextTable train)
    {
        var facts = base.FactsOf(train);
        if (_isRegression || _features.ClassesOf(_target) is not { } names) return facts;
        if (names.Count is < 2 or > TableLoader.MostClasses)
        {
            throw AutoFlipException.BadFile(
                train.FileOf(0), $"the target '{_target}' has {names.Count} classes; 2 to {TableLoader.MostClasses} are accepted");
        }
        if (Contract is not null) return facts with { ClassTexts = CodesOf(Contract, names, train.FileOf(0)) };
        return facts with
        {
            Task = LearningTask.Classification([.. names]),
            ClassTexts = [.. Enumerable.Range(0, names.Count).Select(code => ImmutableArray.Create($"{code}"))],
        };
    }

    /// <summary>The code of each class of a contract in a column of classes; none of a class that the column does not have.</summary>
    ImmutableArray<ImmutableArray<string>> CodesOf(DataContract contract, IReadOnlyList<string> names, string path)
    {
        if (names.FirstOrDefault(name => !contract.Task.ClassNames.Contains(name)) is { } unknown)
            throw AutoFlipException.BadData(
                $"'{path}' is not usable: the data contract has no class '{unknown}', which is one of the column '{_target}'. "
                + $"Its classes are {contract.Classes}.{Nearest.Hint(unknown, contract.Task.ClassNames)}");
        return [.. contract.Task.ClassNames.Select(name =>
            names.ToList().IndexOf(name) is >= 0 and var code ? ImmutableArray.Create($"{code}") : [])];
    }
}
