using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A table whose columns its authors describe, in files without a header unless <see cref="HasHeader"/>.</summary>
/// <param name="Name">The catalogue name.</param>
public sealed partial record TableDataSet(string Name) : DataSet(Name)
{
    /// <summary>The columns.</summary>
    public required TableFacts Facts { get; init; }

    /// <summary>Members of <see cref="DataSet.Files"/> that are the server's test set.</summary>
    public ImmutableArray<string> TestFiles { get; init; } = [];

    /// <summary>True if files begin with the names of their columns, which must be those of <see cref="Facts"/>.</summary>
    public bool HasHeader { get; init; }

    /// <summary>Prefix of comment lines, which are skipped; empty if there are none.</summary>
    public string Comment { get; init; } = "";

    /// <inheritdoc/>
    /// <remarks>Warns where the files hold other numbers of rows than the published set does.</remarks>
    public override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        observer.Loading($"reading {Name}", 0);
        TextTable train = NewTable(), test = NewTable();
        foreach (var file in Files) folder.Read(file, (content, path) => Read(content, path, TestFiles.Contains(file) ? test : train));
        observer.Loading($"reading {Name}", 0.5);
        var data = TableLoader.Load(train, test, Facts with { Task = Task });
        observer.Loading($"reading {Name}", 1);
        if (TrainSamples > 0 && (train.Count != TrainSamples || test.Count != TestSamples))
        {
            observer.Warning($"{Name} in '{folder.Path}' has {train.Count} training and {test.Count} test rows; " +
                $"the published set has {TrainSamples} and {TestSamples}.");
        }
        return data;

        TextTable NewTable() => new(Facts.Columns.Select(column => column.Name));
    }

    int Read(Stream content, string path, TextTable into)
    {
        var records = new CsvReader(content, path);
        var before = into.Count;
        into.Begin(path, records.Unit);
        if (HasHeader && records.Read()) CheckHeader(records);
        while (records.Read())
            if (Comment.Length == 0 || !records[0].StartsWith(Comment)) into.Add(records);
        return into.Count > before ? into.Count - before : throw AutoFlipException.BadFile(path, "it has no rows");
    }

    void CheckHeader(CsvReader header)
    {
        for (var c = 0; c < Math.Max(header.Fields, Facts.Columns.Length); c++)
        {
            if (c < header.Fields && c < Facts.Columns.Length
                && header[c].Equals(Facts.Columns[c].Name, StringComparison.OrdinalIgnoreCase))
                continue;
            throw header.Bad(
                $"the columns of {Name} are {string.Join(", ", Facts.Columns.Select(column => column.Name))}, in this order, "
                + "and the first line names them");
        }
    }
}
