using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip data</c>: lists data sets and their folders, downloads them, and shows the partition of a run.</summary>
sealed class DataCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "data";

    /// <inheritdoc/>
    public string Usage => "data list|show|get|partition|...";

    /// <inheritdoc/>
    public string Summary => "Show, download and partition data sets.";

    /// <inheritdoc/>
    public string Details => """
          data list                      all data sets, and where they are installed
          data show NAME                 one data set: size, classes, licence, location or how to get it
          data get NAME                  download a data set into the cache, unless installed
          data partition [run options]   samples per client and class
          data contract NAME [-o FILE] [run options]
                                         what server and clients agree on about data: task, classes,
                                         columns and preprocessing, as JSON
          data cache [--clear]           location and size of the cache of decoded images; --clear deletes it
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.DataSets;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        var where = DataLocations.Of(request.Options);
        switch (words)
        {
            case ["list"]: List(where, request.Show.Json, host); break;
            case ["show", var name]: Show(DataSet.Of(request.Experiment with { Dataset = name }), where, request.Show.Json, host); break;
            case ["get", var name]: Get(DataSet.Of(new() { Dataset = name }), where, request.Show, host); break;
            case ["partition"]: ShowPartition(request.Resolve(host.Warn), where, host); break;
            case ["contract", var name]:
                var named = request with { Experiment = request.Experiment with { Dataset = name } };
                WriteContract(named.Resolve(host.Warn), where, host);
                break;
            case ["cache"]: Cache(where, request.Cache.Clear, host); break;
            case ["show" or "get" or "contract"]:
                throw AutoFlipException.BadRequest(
                    $"data {words[0]}: the name of a data set is expected: {string.Join(", ", Catalog.DataSets.Names)}.");
            default:
                throw AutoFlipException.BadRequest(
                    $"data: '{string.Join(' ', words)}' is not accepted. Accepted: list, show NAME, get NAME, partition, contract NAME, "
                    + "cache. "
                    + "See 'autoflip data --help'.");
        }
        return ExitCode.Done;
    }

    static void Cache(DataLocations where, bool clear, Host host)
    {
        if (where.CachePath is null)
            throw AutoFlipException.BadRequest("data cache: this system has no cache folder. Set HOME or XDG_CACHE_HOME.");
        var folder = new PixelFolder(where.CachePath);
        var files = folder.Files;
        if (clear) folder.Clear();
        host.Print(
            $"{folder.Path}: {Readable.Count(files.Count)} files of decoded images, "
            + $"{Readable.Bytes(files.Sum(file => file.Length))}{(clear ? ", deleted" : "")}");
    }

    static void List(DataLocations where, bool json, Host host)
    {
        if (json)
        {
            host.Out.WriteLine(new JsonArray([.. Catalog.DataSets.Select(entry => ToJson(entry.Value, where))])
                .ToJsonString(ReportJson.Options));
            return;
        }
        var width = Catalog.DataSets.Names.Max(name => name.Length) + 2;
        foreach (var (name, set) in Catalog.DataSets)
        {
            host.Print(
                $"{name.PadRight(width)}{ShapeOf(set),-9} {TaskOf(set),12} {Readable.Count(set.TrainSamples),10} + "
                + $"{Readable.Count(set.TestSamples),-7} "
                + State(set, where));
        }
    }

    static void Show(DataSet set, DataLocations where, bool json, Host host)
    {
        if (json)
        {
            host.Out.WriteLine(ToJson(set, where).ToJsonString(ReportJson.Options));
            return;
        }
        host.Print($"{set.Name}: {set.Title}");
        host.Print(set.TrainSamples == 0
            ? $"  samples   all, {SizeOf(set)}"
            : $"  samples   {Readable.Count(set.TrainSamples)} for training, {Readable.Count(set.TestSamples)} for testing, {SizeOf(set)}");
        host.Print($"  task      {TaskOf(set)}{(set.Task is { Classes: > 0 } task ? $": {string.Join(", ", task.ClassNames)}" : "")}");
        host.Print($"  licence   {set.Licence}");
        host.Print($"  cite      {set.Citation}");
        if (set.Remarks is { } remarks) host.Print($"  remarks   {Spelling.Of(remarks)}");
        var more = set.Files.Length > MostFiles ? $" and {set.Files.Length - MostFiles} more" : "";
        if (!set.Files.IsEmpty) host.Print($"  files     {string.Join(", ", set.Files.Take(MostFiles))}{more}");
        if (set.FilesPassedOver is { } passedOver) host.Print($"  note      {passedOver}");
        var search = where.Locate(set);
        host.Print($"  where     {State(set, where)}");
        foreach (var column in ColumnsOf(set, where)) host.Print($"  {column}");
        foreach (var tried in search.Tried) host.Print($"            not in {tried}");
        if (search.Folder is null) host.Print($"            {Spelling.Of(search.Advice)}");
    }

    const int MostFiles = 12; // by name

    static void Get(DataSet set, DataLocations where, Presentation show, Host host)
    {
        var display = RunDisplay.For(show with { Quiet = !show.Plain && host.Terminal is null || show.Quiet }, host);
        using var warning = Session.WarnOnStop(display, host);
        try
        {
            host.Out.WriteLine(where.Require(set, display, host.Cancel).Path);
        }
        catch (OperationCanceledException stopped) when (host.Cancel.IsCancellationRequested)
        {
            throw new AutoFlipException(ExitCode.Interrupted, $"interrupted. To resume: autoflip data get {set.Name}", stopped);
        }
    }

    static void ShowPartition(Request request, DataLocations where, Host host)
    {
        var notes = new NotedDisplay(host);
        var table = FederatedData.Load(request.Experiment, where, notes, host.Cancel).Table;
        var clients = Enumerable.Range(0, table.Listed).ToList();
        if (request.Show.Json)
        {
            host.Out.WriteLine(new JsonObject
            {
                ["sha256"] = table.Sha256,
                ["classes"] = Texts(table.ClassNames),
                ["owners"] = table.OwnerNames is { } owners ? Texts(owners) : null,
                ["number_of_clients"] = table.Clients,
                ["columns"] = notes.Lines.Count > 0 ? Texts(notes.Lines) : null,
                ["clients"] = new JsonArray([.. clients.Select(client =>
                    new JsonObject { ["train"] = Numbers(table.Train(client)), ["held_out"] = Numbers(table.HeldOut(client)) })]),
            }.ToJsonString(ReportJson.Options));
            return;
        }
        PartitionText.Write(table, request.Experiment, host);
        if (notes.Lines.Count > 0) host.Print("");
        foreach (var line in notes.Lines) host.Print(line);
    }

    static void WriteContract(Request request, DataLocations where, Host host)
    {
        var contract = FederatedData.Load(request.Experiment, where, new QuietDisplay(host), host.Cancel).Contract;
        if (request.Ship.Output is not { } path)
        {
            host.Out.Write(contract.ToJson());
            return;
        }
        contract.Write(path);
        host.Out.WriteLine(path);
    }

    static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>Keeps what is noted, to be printed behind the table.</summary>
    sealed class NotedDisplay(Host host) : QuietDisplay(host)
    {
        public List<string> Lines { get; } = [];

        public override void Note(string message) => Lines.Add(message);
    }

    /// <summary>Types of the columns of an installed table.</summary>
    static ImmutableArray<string> ColumnsOf(DataSet set, DataLocations where) =>
        set is OwnTableDataSet table && where.Locate(set).Folder is not null ? table.Describe(where) : [];

    static string ShapeOf(DataSet set) => set.Shape is { } shape ? $"{shape}" : "varies";

    static string SizeOf(DataSet set) => set.Shape is { } shape ? $"{shape} each" : "of varying size";

    static string TaskOf(DataSet set) => set.Task switch
    {
        null => "by its files",
        { Kind: TaskKind.Regression } => "numbers",
        var task => $"{Readable.Count(task.Classes)} classes",
    };

    static JsonArray Numbers(ReadOnlySpan<int> counts) => new([.. counts.ToArray().Select(count => (JsonNode)count)]);

    static string State(DataSet set, DataLocations where) =>
        set.Files.IsEmpty ? "built in"
        : where.Locate(set).Folder is { } folder ? $"in {folder.Path}"
        : set.Downloads.IsEmpty ? "not installed (manual download)"
        : $"not installed ({Readable.Bytes(set.DownloadBytes)} to download)";

    static JsonObject ToJson(DataSet set, DataLocations where) => new()
    {
        ["name"] = set.Name,
        ["title"] = set.Title,
        ["task"] = set.Task is { } task ? JsonNamingPolicy.SnakeCaseLower.ConvertName(task.Kind.ToString()) : null,
        ["classes"] = set.Task?.Classes,
        ["shape"] = set.Shape is { } shape ? Numbers([shape.Channels, shape.Height, shape.Width]) : null,
        ["train_samples"] = set.TrainSamples,
        ["test_samples"] = set.TestSamples,
        ["licence"] = set.Licence,
        ["built_in"] = set.Files.IsEmpty,
        ["path"] = where.Locate(set).Folder?.Path,
        ["download_bytes"] = set.DownloadBytes,
        ["origin"] = set.Origin,
        ["remarks"] = set.Remarks is { } remarks ? Spelling.Of(remarks) : null,
        ["files"] = Texts(set.Files),
        ["columns"] = set is OwnTableDataSet ? Texts(ColumnsOf(set, where)) : null,
    };
}
