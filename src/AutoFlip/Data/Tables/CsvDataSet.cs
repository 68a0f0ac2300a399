namespace AutoFlip;

/// <summary>Any table as text: a file of separated values with a header, or a folder with <c>train.csv</c> and <c>test.csv</c>.</summary>
public sealed record CsvDataSet : OwnTableDataSet
{
    const string TrainFile = "train.csv", TestFile = "test.csv";

    readonly string _encoding;

    CsvDataSet(string path, Experiment experiment, DataContract? contract)
        : base($"csv:{path}", experiment with { Image = "" }, new TableFormat(experiment.Decimal, experiment.Missing), contract) =>
        _encoding = experiment.Encoding;

    /// <summary>The table at a path. A path without extension is a folder.</summary>
    /// <param name="path">The file or folder; where it is relative, from here.</param>
    /// <param name="experiment">Names target and owner, and may state the task.</param>
    /// <param name="contract">The contract under which the rows of a file are a client's; null for a table of its own.</param>
    /// <exception cref="AutoFlipException">The path is empty (exit 2), or rows cannot be samples of the contract (exit 3).</exception>
    public static CsvDataSet Of(string path, Experiment experiment, DataContract? contract = null)
    {
        if (path.Length == 0)
            throw AutoFlipException.BadRequest(
                "Experiment.Dataset csv:PATH: the path of a file, or of a folder with train.csv and test.csv, is expected.");
        var isFolder = Directory.Exists(path) || !Path.HasExtension(path);
        if (contract?.Recipe is ImageRecipe)
            throw AutoFlipException.BadData(
                $"'csv:{path}' does not fit the data contract: it asks for images, and these are rows of a table.");
        if (isFolder && contract is not null)
            throw AutoFlipException.BadRequest(
                $"csv:{path}: of a client the path of a file is expected; all of its rows are the client's.");
        return new CsvDataSet(path, experiment, contract)
        {
            Title = "a table of yours",
            Task = null,
            Shape = null,
            TrainSamples = 0,
            TestSamples = 0,
            Licence = "its owner's",
            Citation = "none",
            Files = isFolder ? [TrainFile, TestFile] : [Path.GetFileName(path)],
            TestFiles = isFolder ? [TestFile] : [],
            Place = isFolder ? path : Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".",
            Folders = ["."],
        };
    }

    private protected override int ReadFile(string path, TableReader read) => DataFolder.ReadFile(path, (content, file) =>
    {
        var records = new CsvReader(content, file, _encoding);
        if (!records.Read()) throw AutoFlipException.BadFile(file, "it is empty");
        var names = Enumerable.Range(0, records.Fields).Select(field => records[field].ToString()).ToArray();
        if (names.Skip(1).Any(name => name.Length == 0)) throw records.Bad("the first line names the columns, and one name is empty");
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw records.Bad($"the first line names the columns, and '{ForeignText.Quote(twice.Key)}' is there twice");
        return read(names, records);
    });
}
