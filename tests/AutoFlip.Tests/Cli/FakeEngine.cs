using System.Collections.Immutable;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Runs without training: it calls the observer as a run would, with figures that follow from the round's number.</summary>
static class FakeEngine
{
    public const int Parameters = 1_000;

    /// <summary>An engine.</summary>
    /// <param name="seen">Is told what was asked for.</param>
    /// <param name="step">Called where a run would compute.</param>
    /// <param name="directory">What run directories begin with; none is made.</param>
    public static Engine Create(Action<Experiment, RunOptions>? seen = null, Action? step = null, string directory = "runs/fake_1") =>
        new(
            (experiment, options, observer, time, cancel) =>
            {
                seen?.Invoke(experiment, options);
                return Run(experiment, options, observer, time, step ?? (() => { }), $"{directory}_{experiment.Pruner}", 0, cancel);
            },
            (from, options, observer, time, cancel) =>
            {
                var experiment = ExperimentFile.Load(from);
                seen?.Invoke(experiment, options);
                return Run(experiment, options, observer, time, step ?? (() => { }), from, Math.Min(1, experiment.Rounds - 1), cancel);
            });

    static RunSummary Run(
        Experiment e, RunOptions options, RunObserver observer, TimeProvider time, Action step, string directory, int done,
        CancellationToken cancel)
    {
        for (var i = 0; i <= 2; i++)
        {
            observer.Loading($"reading {e.Dataset}", i / 2.0);
            step();
        }
        observer.Started(new RunStart(e, directory, Parameters, 5_000, 2_000, 500, 1_000, done));
        var explorers = e.Pruner == "autoflip" && done == 0 ? e.ExplorerCount : 0;
        for (var i = 1; i <= explorers; i++)
        {
            step();
            cancel.ThrowIfCancellationRequested();
            observer.Explored(i, explorers);
        }
        for (var round = done + 1; round <= e.Rounds; round++)
        {
            observer.RoundStarted(round, e.CohortSize);
            for (var i = 1; i <= e.CohortSize; i++)
            {
                step();
                cancel.ThrowIfCancellationRequested();
                observer.ClientDone(round, i, e.CohortSize);
            }
            if (round == 2) observer.Warning("client 3 sent nothing [in time]");
            var evaluated = round % e.EvaluateEvery == 0 || round == e.Rounds;
            if (evaluated)
            {
                observer.Evaluating(round);
                step();
            }
            observer.RoundDone(Report(e, round, evaluated, time));
        }
        var summary = Summary(e, options);
        observer.Finished(summary);
        return summary;
    }

    static decimal Kept(Experiment e) => e.Pruner == "none" ? 1 : 1 - e.PruneFraction;

    static RoundReport Report(Experiment e, int round, bool evaluated, TimeProvider time) => new()
    {
        Round = round,
        Time = time.GetUtcNow(),
        Seconds = 2.5,
        MaskSeconds = 0.1,
        EvaluateSeconds = 0.5,
        Cohort = [.. Enumerable.Range(0, e.CohortSize)],
        Density = (double)Kept(e),
        DownBytes = 4_000L * e.CohortSize,
        UpBytes = 4_000L * e.CohortSize,
        DenseFp32Bytes = 12_000L * e.CohortSize,
        ModelBytes = 4_000,
        TrainSamples = 500,
        LearningRate = e.LearningRateOf(round),
        Failures = round == 2 ? [new ClientFailure(3, "it sent nothing [in time]")] : [],
        ClientsUpdated = Figures("loss", 2.0 / round, "acc1", 0.5),
        ClientsEvaluatedOut = evaluated ? Figures("loss", double.NaN, "acc1", 0.25) : null,
        ServerEvaluated = evaluated
            ? new ServerEvaluation(1.5 / round, ImmutableSortedDictionary<string, double?>.Empty.Add("acc1", 1 - 1.0 / (round + 1)))
            : null,
    };

    static ImmutableSortedDictionary<string, MetricSummary> Figures(string one, double value, string other, double otherValue) =>
        ImmutableSortedDictionary<string, MetricSummary>.Empty
            .Add(one, new MetricSummary(value, value, 0)).Add(other, new MetricSummary(otherValue, otherValue, 0));

    public static RunSummary Summary(Experiment e, RunOptions options)
    {
        var active = (int)(Kept(e) * Parameters);
        long dense = 8_000L * e.CohortSize * e.Rounds, sent = dense * active / Parameters;
        return new RunSummary
        {
            Version = "0.0.0",
            Algorithm = e.Algorithm,
            Pruner = e.Pruner,
            Dataset = e.Dataset,
            Model = e.Model,
            Seed = e.Seed,
            Clients = e.Clients,
            Cohort = e.CohortSize,
            Rounds = e.Rounds,
            RoundsDone = e.Rounds,
            Metrics = new SummaryMetrics(new SummaryGlobal(e.Pruner == "none" ? 0.75 : 0.70, 0.5, 0.76, 2), new SummaryLocal(0.6)),
            ModelSize = new SummaryModelSize(Parameters, active, (double)Kept(e), Parameters, 4_000),
            Compute = new SummaryCompute(5_000, 5_000, 500L * e.Rounds),
            Traffic = new SummaryTraffic(sent / 2, sent / 2, dense, (double)sent / dense, e.Pruner == "autoflip" ? 8_000 : 0),
            Time = new SummaryTime(e.Pruner == "none" ? 20 : 25, e.Pruner == "autoflip" ? 5 : 0, 20, 2.5, 1),
            Workers = options.Workers,
            PeakRssBytes = 1,
            Failures = 1,
            ModelSha256 = "00",
        };
    }
}
