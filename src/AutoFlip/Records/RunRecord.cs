using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Content of a run directory: the source of reports, plots and tables.</summary>
/// <remarks>Reading changes nothing and takes no lock, so a run in progress can be read too, up to its last finished round.</remarks>
public sealed record RunRecord
{
    /// <summary>The run directory, as it was named.</summary>
    public required string Directory { get; init; }

    /// <summary>The experiment of the run.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>The rounds done, in order.</summary>
    public required ImmutableArray<RoundReport> Rounds { get; init; }

    /// <summary>Cost of each explorer, in the order of their replies.</summary>
    public ImmutableArray<ExplorerReport> Explorers { get; init; } = [];

    /// <summary>Status of the run.</summary>
    public RunStatus Status { get => field ?? new(Summary is null ? RunStage.Running : RunStage.Done); init; }

    /// <summary>The figures of the whole run; null until it has ended.</summary>
    public RunSummary? Summary { get; init; }

    /// <summary>Figures of the whole run, or of the rounds so far. The number of workers and the model's hash are known only at the
    /// end.</summary>
    public RunSummary Figures => Summary ?? Summaries.SoFar(Experiment, Catalog.MainMetricOf(Experiment), Explorers, Rounds);

    /// <summary>The partition of samples among clients; null in directories of earlier versions.</summary>
    public PartitionCounts? Partition { get; init; }

    /// <summary>Results of exploration; null if there was none (yet).</summary>
    public GuidanceReport? Guidance { get; init; }

    /// <summary>The last part of its path: what people call it.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Directory)));

    /// <summary>Names of the files below <c>checkpoints/</c> that hold models, sorted.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>The options that the run was started with: where its data was looked for, above all.</summary>
    /// <param name="directory">The run directory.</param>
    /// <exception cref="AutoFlipException">They are missing or damaged (exit 3).</exception>
    public static RunOptions OptionsOf(string directory) => RunDirectory.OptionsOf(directory);

    /// <summary>Reads a run directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="AutoFlipException">It is none (exit 2), or a file in it is damaged (exit 3).</exception>
    public static RunRecord Load(string directory)
    {
        ExperimentFile.RequireRun(directory);
        var checkpoints = Path.Combine(directory, "checkpoints");
        var status = RunStatus.Of(directory); // before the summary: a run that ends meanwhile is then done and not stopped
        var summary = File.Exists(Path.Combine(directory, RunSummary.FileName)) ? RunSummary.Load(directory) : null;
        return new RunRecord
        {
            Directory = directory,
            Experiment = ExperimentFile.ToShow(directory),
            Rounds = JsonLog<RoundReport>.ReadLines(Path.Combine(directory, RunDirectory.RoundsFile)),
            Explorers = JsonLog<ExplorerReport>.ReadLines(Path.Combine(checkpoints, "exploration.jsonl")),
            Summary = summary,
            Status = summary is null ? status : new(RunStage.Done),
            Partition = RunJson.Load<PartitionCounts>(Path.Combine(directory, PartitionCounts.FileName)),
            Guidance = RunJson.Load<GuidanceReport>(Path.Combine(directory, RunDirectory.GuidanceFile)),
            Models = System.IO.Directory.Exists(checkpoints)
                ? [.. System.IO.Directory.EnumerateFiles(checkpoints, "*.safetensors").Select(file => Path.GetFileName(file))
                    .Where(file => file != "resume.safetensors").Order(StringComparer.Ordinal)]
                : [],
        };
    }
}
