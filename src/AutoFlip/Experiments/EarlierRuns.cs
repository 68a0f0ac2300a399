namespace AutoFlip;

/// <summary>A run found on disk.</summary>
/// <param name="Directory">Its directory.</param>
/// <param name="Experiment">What is run there.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Summary">Its figures, if it is done.</param>
public sealed record EarlierRun(string Directory, Experiment Experiment, RunStatus Status, RunSummary? Summary);

/// <summary>Runs that lie below a folder, found by what they run rather than by what their directories are called.</summary>
public sealed class EarlierRuns
{
    const int Deepest = 3; // result path / table / run: what lies deeper is the content of runs

    readonly List<EarlierRun> _runs = [];
    readonly List<string> _warnings = [];

    EarlierRuns() { }

    /// <summary>Reasons why run directories were skipped, one sentence each: their description cannot be read.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Looks below a folder; one that does not exist holds nothing.</summary>
    /// <exception cref="AutoFlipException">It cannot be searched (exit 4).</exception>
    public static EarlierRuns Below(string folder)
    {
        var found = new EarlierRuns();
        try
        {
            if (Directory.Exists(folder)) found.Search(folder, depth: 1);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"'{folder}' cannot be searched for earlier runs: {unreadable.Message}", unreadable);
        }
        return found;
    }

    /// <summary>The run of an experiment: the one that has come furthest by its <see cref="RunStage"/>; null if there is none.</summary>
    /// <param name="wanted">A resolved experiment. Its name does not matter, nor what its data decide anyway
    /// (see <see cref="IsRunOf"/>).</param>
    public EarlierRun? Of(Experiment wanted) => _runs.Where(run => IsRunOf(run.Experiment, wanted)).MaxBy(run => run.Status.Stage);

    /// <summary>Tests whether a recorded experiment is the resolved form of a wanted one, with the values that its data
    /// determine.</summary>
    /// <remarks>Only then it is settled how many clients there are, if each owner of samples is one, and which loss and metrics a file of
    /// the user's has: those are the wanted ones if the same was asked for.</remarks>
    internal static bool IsRunOf(Experiment recorded, Experiment wanted)
    {
        var asked = DerivedValue.Undo(recorded);
        return DerivedValue.Comparer.Equals(wanted, recorded with
        {
            Name = wanted.Name,
            Clients = Catalog.Partitions[wanted.Partition](wanted) is NaturalPartition ? wanted.Clients : recorded.Clients,
            Criterion = asked.Criterion == wanted.Criterion ? wanted.Criterion : recorded.Criterion,
            Metrics = asked.Metrics.SequenceEqual(wanted.Metrics) ? wanted.Metrics : recorded.Metrics,
        });
    }

    void Search(string folder, int depth)
    {
        foreach (var directory in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (File.Exists(Path.Combine(directory, ExperimentFile.FileName))) Add(directory);
            else if (depth < Deepest) Search(directory, depth + 1);
        }
    }

    void Add(string directory)
    {
        try
        {
            var experiment = ExperimentFile.OfRun(directory);
            var summary = RunSummary.Find(directory);
            _runs.Add(new(directory, experiment, summary is null ? RunStatus.BeforeEnd(directory) : new(RunStage.Done), summary));
        }
        catch (AutoFlipException unreadable)
        {
            _warnings.Add($"'{directory}' is passed over: {unreadable.Message}");
        }
    }
}
