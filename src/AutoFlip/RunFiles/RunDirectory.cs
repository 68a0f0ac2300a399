using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary>The one place that a run writes to.</summary>
/// <remarks>
/// Everything but the two append-only logs is replaced atomically. A round counts once its line is in <c>rounds.jsonl</c> and the
/// state behind it in <c>checkpoints/resume.safetensors</c>; whichever of the two a kill leaves ahead is cut back on opening.
/// </remarks>
sealed class RunDirectory : IDisposable
{
    readonly FileStream _lock;
    readonly JsonLog<RoundReport> _rounds;

    RunDirectory(string path, Experiment experiment)
    {
        (Path, Experiment) = (path, experiment);
        try
        {
            _lock = OwnFile.Open(System.IO.Path.Combine(OwnFile.Folder(path, CheckpointsFolder), LockFile), FileShare.None);
        }
        catch (IOException e)
        {
            throw AutoFlipException.RunFailed($"{path} is in use: another process is running it. Wait for it to end, or stop it.", e);
        }
        try
        {
            _rounds = new JsonLog<RoundReport>(File(RoundsFile));
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>The file with a line for each round.</summary>
    public const string RoundsFile = "rounds.jsonl";

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Name of the file with a client's own model.</summary>
    public static string PersonalModelOf(int client) => $"{client:0000}-personal.safetensors";

    /// <summary>The experiment of the run.</summary>
    public Experiment Experiment { get; }

    /// <summary>The rounds that are done, in order.</summary>
    public IReadOnlyList<RoundReport> Rounds => _rounds.Lines;

    /// <summary>True if every file has a checksum, as in all runs but those begun by an earlier version.</summary>
    public bool HasChecksums => Seal.IsRequired(File(RoundsFile));

    /// <summary>The folder of weights and resume state.</summary>
    public string Checkpoints => File(CheckpointsFolder);

    /// <summary>The folder of what clients keep between rounds; version 0.1 called it residuals.</summary>
    public string ClientMemory => ClientMemoryOf(Checkpoints);

    /// <summary>Makes the directory of a new run: <c>name_seed_dataset_model_yyMMdd_HHmmss</c>, with a number
    /// behind it if that is taken.</summary>
    /// <param name="experiment">What is run.</param>
    /// <param name="options">Where, and how.</param>
    /// <param name="partition">The partition of samples among clients: see <see cref="RequirePartition"/>. Null if each client has its own
    /// data, which this machine does not know.</param>
    /// <param name="device">The kind of device that it begins on.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AutoFlipException">It cannot be made (exit 4).</exception>
    public static RunDirectory Create(
        Experiment experiment, RunOptions options, PartitionTable? partition, string device, TimeProvider time)
    {
        var stamp = time.GetLocalNow().ToString("yyMMdd_HHmmss", CultureInfo.InvariantCulture);
        // of a path, its last part: a name has 255 characters at most
        var dataset = DataSetName.WithoutFolders(experiment.Dataset).Split(':')[^1];
        var name = FileName(
            $"{experiment.Name}_{experiment.Seed}_{dataset.ToLowerInvariant()}_{experiment.Model.ToLowerInvariant()}_{stamp}");
        var first = System.IO.Path.GetFullPath(System.IO.Path.Combine(options.ResultPath, name));
        try
        {
            var path = first;
            for (var number = 2; Directory.Exists(path) || !Take(path); number++) path = $"{first}_{number}";
            if (partition is not null)
                AtomicFile.Write(
                    System.IO.Path.Combine(path, PartitionCounts.FileName), RunJson.Sealed(PartitionCounts.Of(partition), RunJson.Line));
            AtomicFile.Write(System.IO.Path.Combine(path, CheckpointsFolder, OptionsFile), RunJson.Sealed(options, RunJson.Document));
            AtomicFile.Write(
                System.IO.Path.Combine(path, CheckpointsFolder, RunStamp.FileName),
                RunStamp.Of(experiment, path, device, time.GetUtcNow()).ToBytes());
            // last: it makes this a run that can be gone on with
            AtomicFile.Write(
                System.IO.Path.Combine(path, ExperimentFile.FileName), ExperimentFile.Write(experiment, partition?.Sha256 ?? ""));
            return new RunDirectory(path, experiment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed(
                $"RunOptions.ResultPath {options.ResultPath}: the run directory cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Makes a directory with the file that is locked later; false if another run made that file first.</summary>
    static bool Take(string path)
    {
        var file = System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(path, CheckpointsFolder)).FullName, LockFile);
        try
        {
            new FileStream(file, FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException) when (System.IO.File.Exists(file))
        {
            return false;
        }
    }

    /// <summary>Opens the directory of an earlier run.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="schema">What its experiment may hold.</param>
    /// <exception cref="AutoFlipException">It is none, or its experiment was changed (exit 2); a file is damaged (exit 3); another
    /// process runs it (exit 4).</exception>
    internal static RunDirectory Open(string path, ExperimentSchema schema)
    {
        var checkpoints = System.IO.Path.Combine(path, CheckpointsFolder);
        ExperimentFile.RequireRun(path);
        if (!Directory.Exists(checkpoints))
            throw AutoFlipException.BadRequest(
                $"'{path}' is no run directory: it has no folder {CheckpointsFolder} beside {ExperimentFile.FileName}.");
        var experiment = ExperimentFile.OfRun(path, schema);
        if (RunStamp.Load(checkpoints) is { } stamp)
        {
            stamp.Require(experiment);
            RequireOwnState(checkpoints, stamp, experiment.Rounds);
        }
        return new RunDirectory(System.IO.Path.GetFullPath(path), experiment);
    }

    /// <summary>Refuses state that another run has left: what is done would not fit what is left.</summary>
    static void RequireOwnState(string checkpoints, RunStamp run, int rounds)
    {
        static AutoFlipException OfAnother(string path) => AutoFlipException.BadRequest(
            $"'{path}' is of another run than the {RunStamp.FileName} in {CheckpointsFolder}. Put back this run's, or start a new run.");

        var state = System.IO.Path.Combine(checkpoints, ResumeState.FileName);
        var memory = ClientMemoryOf(checkpoints);
        var facts = ResumeState.FactsOf(state);
        if (facts.Identity is { } identity && identity != run.Identity) throw OfAnother(state);
        if (RunStamp.Load(memory) is { } owner && owner.Id != run.Id) throw OfAnother(memory);
        if (facts.ClientsKeep && RunStamp.Load(memory) is null && facts.Round != rounds)
            throw AutoFlipException.BadData(
                $"'{memory}' is missing or incomplete, and it holds what clients keep from round to round. Put it back, or start a "
                + "new run.");
    }

    static string ClientMemoryOf(string checkpoints) =>
        System.IO.Path.Combine(checkpoints, "residuals") is var earlier && Directory.Exists(earlier)
            ? earlier
            : System.IO.Path.Combine(checkpoints, "clients-memory");

    /// <summary>True if the run's clients are on other machines.</summary>
    public bool IsOfNetwork => IsNetworkAt(Path);

    /// <summary>True if the clients of a directory's run are on other machines.</summary>
    public static bool IsNetworkAt(string path) =>
        ExperimentFile.PartitionSha256Of(System.IO.Path.Combine(path, ExperimentFile.FileName)) == "";

    /// <summary>Options that the run was started with, such as the folders searched for its data.</summary>
    public RunOptions Options => OptionsOf(Path);

    /// <summary>Options that the run of a directory was started with.</summary>
    /// <exception cref="AutoFlipException">The directory lacks the options (exit 3).</exception>
    public static RunOptions OptionsOf(string path)
    {
        var file = System.IO.Path.Combine(path, CheckpointsFolder, OptionsFile);
        return RunJson.Load<RunOptions>(file)
            ?? throw AutoFlipException.BadFile(file, "it does not exist, and it holds the options of the run");
    }

    /// <summary>Makes sure that clients have the samples with which the run began.</summary>
    /// <param name="partitionSha256">Hash of the partition now.</param>
    /// <exception cref="AutoFlipException">They have others (exit 3).</exception>
    public void RequirePartition(string partitionSha256)
    {
        if (ExperimentFile.PartitionSha256Of(File(ExperimentFile.FileName)) is not { } before || before == partitionSha256) return;
        throw AutoFlipException.BadData(
            $"The data of {Experiment.Dataset} differ from those this run started with: clients would get different samples "
            + $"(partition_sha256 {partitionSha256[..8]} "
            + $"instead of {(before.Length > 8 ? before[..8] : before)}). Name the folder of the data used then with RunOptions.DataPath, "
            + "or start a new run.");
    }

    /// <summary>Makes sure that the run goes on on the kind of device that it began on.</summary>
    /// <param name="device">The kind of device now.</param>
    /// <exception cref="AutoFlipException">It is another (exit 2).</exception>
    public void RequireDevice(string device)
    {
        var before = RunStamp.Load(Checkpoints)?.Device ?? ComputeDevice.Cpu.Name;
        if (before != device)
            throw AutoFlipException.BadRequest(
                $"The run began on {before}, and this is {device}, which rounds differently: the result would be that of neither. "
                + $"Resume it on {before}, or accept that with RunOptions.ChangeDevice.");
    }

    /// <summary>The state after the last round that counts; null before round 1.</summary>
    public RunState? LoadState(ServerState initial, Network network)
    {
        var state = ResumeState.Read(Checkpoint(ResumeState.FileName), initial, network, Experiment);
        if (Rounds.Count < (state?.Round ?? 0))
            throw AutoFlipException.BadData(
                $"{File(RoundsFile)} ends before round {state!.Round}, which checkpoints/{ResumeState.FileName} was written after: "
                + "a line was removed.");
        _rounds.Truncate(state?.Round ?? 0);
        return state;
    }

    /// <summary>Enters a finished round.</summary>
    public void Save(RoundResult round)
    {
        _rounds.Append(round.Report);
        ResumeState.Write(Checkpoint(ResumeState.FileName), round.State, Experiment, Directory.Exists(ClientMemory));
    }

    /// <summary>Writes a model below the checkpoints.</summary>
    public void SaveModel(string name, Weights weights, ModelCard card)
    {
        if (System.IO.Path.GetDirectoryName(name) is { Length: > 0 } folder) OwnFile.Folder(Path, CheckpointsFolder, folder);
        Safetensors.Write(Checkpoint(name), weights, card.Metadata(Experiment));
    }

    /// <summary>Writes what exploration found.</summary>
    public void SaveGuidance(GuidanceReport guidance) => AtomicFile.Write(File(GuidanceFile), RunJson.Sealed(guidance, RunJson.Line));

    /// <summary>Writes what is read after a run: <c>results.json</c> in the reference's schema, and <c>summary.json</c>.</summary>
    public void SaveResults(RunSummary summary)
    {
        var results = new JsonObject();
        foreach (var report in Rounds) results[report.Round.ToString(CultureInfo.InvariantCulture)] = ReferenceSchema(report);
        AtomicFile.Write(File("results.json"), results.ToJsonString(RunJson.Document) + "\n");
        AtomicFile.Write(File(RunSummary.FileName), RunJson.Sealed(summary, RunJson.Document));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rounds.Dispose();
        _lock.Dispose();
    }

    internal const string GuidanceFile = "guidance.json";

    const string OptionsFile = "options.json", CheckpointsFolder = "checkpoints", LockFile = "lock";

    string File(string name) => System.IO.Path.Combine(Path, name);

    string Checkpoint(string name) => System.IO.Path.Combine(Checkpoints, name);

    /// <summary>Only what was computed is there, as in the reference.</summary>
    static JsonObject ReferenceSchema(RoundReport report)
    {
        var entry = new JsonObject { ["clients_updated"] = Node(report.ClientsUpdated) };
        if (report.ClientsEvaluatedIn is { } inside) entry["clients_evaluated_in"] = Node(inside);
        if (report.ClientsEvaluatedOut is { } outside) entry["clients_evaluated_out"] = Node(outside);
        if (report.ClientsPersonalIn is { } personalInside) entry["clients_personal_in"] = Node(personalInside);
        if (report.ClientsPersonalOut is { } personalOutside) entry["clients_personal_out"] = Node(personalOutside);
        if (report.ServerEvaluated is { } server) entry["server_evaluated"] = Node(server);
        if (report.GeneralizationGap is { } gap) entry["generalization_gap"] = Node(gap);
        return entry;

        static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, RunJson.Document);
    }

    /// <summary>The name with everything that some file system refuses replaced; no name can leave its folder.</summary>
    static string FileName(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).TrimStart('.');
}
