using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Runs without training that leave directories as real ones do: begun, broken off, or ended.</summary>
sealed class DiskEngine
{
    readonly List<string> _seen = [];

    /// <summary>What was asked for: <c>run none 1</c>, <c>resume autoflip 2</c>.</summary>
    public IReadOnlyList<string> Seen => _seen;

    /// <summary>The main metric of a run.</summary>
    public Func<Experiment, double> Score { get; set; } = _ => 0.5;

    /// <summary>Called where a run would compute, its directory being there already.</summary>
    public Action<Experiment> Step { get; set; } = _ => { };

    public Engine Engine => new(
        (experiment, options, observer, _, cancel) =>
        {
            var resolved = ExperimentRules.Resolve(experiment);
            var directory = Path.Combine(options.ResultPath, $"{experiment.Name}_{experiment.Seed}");
            Begin(directory, resolved);
            return Finish("run", directory, resolved, options, observer, cancel);
        },
        (directory, options, observer, _, cancel) => Finish(
            "resume", directory, ExperimentFile.OfRun(directory), options, observer, cancel));

    /// <summary>A directory of a run that has begun.</summary>
    public static void Begin(string directory, Experiment experiment)
    {
        Directory.CreateDirectory(Path.Combine(directory, "checkpoints"));
        File.WriteAllText(Path.Combine(directory, "checkpoints", "lock"), "");
        File.WriteAllText(Path.Combine(directory, ExperimentFile.FileName), ExperimentFile.Write(experiment));
    }

    /// <summary>The figures of a run.</summary>
    public RunSummary Summary(Experiment e, RunOptions options) => FakeEngine.Summary(e, options) with
    {
        Metrics = new(
            new(Score(e), 0.25, null, null), new(null),
            new SummaryMain("acc1", LowerIsBetter: false, Score(e), Score(e), 1, Score(e), null)),
    };

    RunSummary Finish(string how, string directory, Experiment e, RunOptions options, RunObserver observer, CancellationToken cancel)
    {
        _seen.Add($"{how} {e.Pruner} {e.Seed}");
        observer.Started(new RunStart(e, directory, FakeEngine.Parameters, 5_000, 2_000, 500, 1_000, 0));
        Step(e);
        cancel.ThrowIfCancellationRequested();
        var summary = Summary(e, options);
        File.WriteAllText(Path.Combine(directory, RunSummary.FileName), JsonSerializer.Serialize(summary, RunJson.Document));
        observer.Finished(summary);
        return summary;
    }
}
