using System.Diagnostics;

namespace AutoFlip;

/// <summary>Summarises a run from its reports alone, so that a resumed run has the summary of an uninterrupted one.</summary>
static class Summaries
{
    /// <summary>The figures of a run that has ended.</summary>
    /// <param name="experiment">What was run.</param>
    /// <param name="main">The metric that stands for all (<see cref="Metric.IsMain"/>).</param>
    /// <param name="workers">Clients that trained side by side.</param>
    /// <param name="network">The model.</param>
    /// <param name="global">The final full global vector.</param>
    /// <param name="mask">The last mask.</param>
    /// <param name="explorers">What exploration cost.</param>
    /// <param name="rounds">All rounds.</param>
    /// <param name="elapsed">Seconds since this process began with the run.</param>
    public static RunSummary Of(
        Experiment experiment, Metric main, int workers, Network network, Weights global, Mask mask,
        IReadOnlyList<ExplorerReport> explorers, IReadOnlyList<RoundReport> rounds, double elapsed)
    {
        var sums = SoFar(experiment, main, explorers, rounds);
        return sums with
        {
            ModelSize = sums.ModelSize with
            {
                Parameters = mask.Count,
                ActiveParameters = mask.Kept,
                Density = mask.Density,
            },
            Compute = sums.Compute with
            {
                MacsPerSample = network.MacsPerSample,
                ExploreMacs = MacsOf(explorers, network.MacsPerSample),
            },
            Time = sums.Time with { Total = Math.Max(elapsed, sums.Time.Total) },
            Workers = workers,
            PeakRssBytes = Math.Max(Process.GetCurrentProcess().PeakWorkingSet64, sums.PeakRssBytes),
            ModelSha256 = global.Sha256(),
        };
    }

    /// <summary>Summary of the rounds so far, also of a run in progress. Workers, the model's hash, and time outside exploration and
    /// rounds are not included.</summary>
    /// <param name="experiment">What is run.</param>
    /// <param name="main">The metric that stands for all.</param>
    /// <param name="explorers">What exploration cost.</param>
    /// <param name="rounds">The rounds so far.</param>
    public static RunSummary SoFar(
        Experiment experiment, Metric main, IReadOnlyList<ExplorerReport> explorers, IReadOnlyList<RoundReport> rounds)
    {
        var evaluated = rounds.Where(round => round.ServerEvaluated is not null).ToArray();
        long down = rounds.Sum(round => round.DownBytes) + explorers.Sum(explorer => explorer.DownBytes);
        long up = rounds.Sum(round => round.UpBytes) + explorers.Sum(explorer => explorer.UpBytes);
        var dense = rounds.Sum(round => round.DenseFp32Bytes);
        var explore = explorers.Count == 0 ? 0 : explorers[^1].Seconds;
        var seconds = rounds.Sum(round => round.Seconds);
        var clients = rounds.Aggregate(ClientSeconds.Zero, (sum, round) => sum + round.ClientSeconds);
        var latest = rounds.Count == 0 ? null : rounds[^1];
        var costs = RunCosts.Of(experiment, explorers, rounds);
        var accuracy = Track("acc1", false, rounds);

        return new RunSummary
        {
            Version = ExperimentFile.ProgramVersion,
            Algorithm = experiment.Algorithm,
            Pruner = experiment.Pruner,
            Dataset = DataSetName.WithoutFolders(experiment.Dataset),
            Model = experiment.Model,
            Seed = experiment.Seed,
            Clients = experiment.Clients,
            Cohort = experiment.CohortSize,
            Rounds = experiment.Rounds,
            RoundsDone = rounds.Count,
            Metrics = new SummaryMetrics(
                new SummaryGlobal(
                    accuracy.Global, evaluated is [.., { ServerEvaluated: { } evaluation }] ? evaluation.Loss : null, accuracy.Best,
                    accuracy.BestRound, accuracy.Recent),
                new SummaryLocal(accuracy.Local),
                Track(main.Name, main.LowerIsBetter, rounds)),
            Evaluations =
            [
                .. from place in Enumerable.Range(0, rounds.Count)
                   let server = rounds[place].ServerEvaluated
                   let onClients = rounds[place].OnClients(main.Name)
                   where server is not null || onClients is not null
                   select new SummaryEvaluation(
                       rounds[place].Round, server?.Metrics.GetValueOrDefault(main.Name), costs.Bytes(place), costs.Macs[place],
                       costs.Seconds[place], onClients),
            ],
            ModelSize = new SummaryModelSize(
                latest?.Layers.Sum(layer => layer.Parameters) ?? 0, latest?.Layers.Sum(layer => layer.Kept) ?? 0, latest?.Density ?? 1,
                latest?.TrainedParameters ?? 0, latest?.ModelBytes ?? 0),
            Compute = new SummaryCompute(
                latest?.MacsPerSample ?? 0, latest?.ActiveMacsPerSample ?? 0,
                rounds.Sum(round => round.TrainSamples) + explorers.Sum(explorer => explorer.TrainSamples),
                rounds.Sum(round => (double)(round.DenseTrainSamples ?? round.TrainSamples) * round.MacsPerSample),
                rounds.Sum(round => (double)round.TrainSamples * round.ActiveMacsPerSample),
                MacsOf(explorers, latest?.MacsPerSample ?? 0)),
            Traffic = new SummaryTraffic(
                down, up, dense, dense == 0 ? 0 : (double)(down + up) / dense,
                explorers.Sum(explorer => explorer.DownBytes + explorer.UpBytes)),
            Time = new SummaryTime(
                explore + seconds, explore, seconds, Median([.. rounds.Select(round => round.Seconds)]),
                rounds.Sum(round => round.EvaluateSeconds), rounds.Sum(round => round.MaskSeconds),
                rounds.Sum(round => round.FoldSeconds), clients.Train, clients.Encode, clients.Decode,
                explorers.Sum(explorer => explorer.ClientSeconds?.Train ?? 0)),
            Workers = 0,
            PeakRssBytes = rounds.Select(round => round.PeakRssBytes).DefaultIfEmpty().Max(),
            Failures = rounds.Sum(round => round.Failures.Length) + explorers.Count(explorer => explorer.Failure is not null),
            ModelSha256 = "",
        };
    }

    /// <summary>A metric over a run.</summary>
    /// <param name="name">Which; all is null if it was not measured.</param>
    /// <param name="lowerIsBetter">Whether it is an error.</param>
    /// <param name="rounds">The rounds so far.</param>
    static SummaryMain Track(string name, bool lowerIsBetter, IReadOnlyList<RoundReport> rounds)
    {
        (int Round, double? Value)[] values = [.. rounds.Where(round => round.ServerEvaluated is not null).Select(round =>
            (round.Round, round.ServerEvaluated!.Metrics.GetValueOrDefault(name)))];
        var defined = values.Where(at => at.Value is not null).ToArray();
        (int Round, double? Value)? best =
            defined is [] ? null : lowerIsBetter ? defined.MinBy(at => at.Value) : defined.MaxBy(at => at.Value);
        var recent = Recent(values.Select(at => at.Value));
        RoundReport[] onClients = [.. rounds.Where(round => round.ClientsEvaluatedOut is not null)];
        var outside = onClients.LastOrDefault();
        return new(
            name, lowerIsBetter, values is [.., var last] ? last.Value : null, best?.Value, best?.Round, Mean(recent),
            outside?.ClientsEvaluatedOut?.GetValueOrDefault(name)?.Equal, recent.Length,
            outside?.ClientsPersonalOut?.GetValueOrDefault(name)?.Equal, Mean(Recent(onClients.Select(round => round.OnClients(name)))));

        static double[] Recent(IEnumerable<double?> evaluations) =>
            [.. evaluations.TakeLast(RunSummary.RecentEvaluations).OfType<double>()];

        static double? Mean(double[] values) => values is [] ? null : Spread.MeanOf(values);
    }

    static double MacsOf(IReadOnlyList<ExplorerReport> explorers, long perSample) =>
        explorers.Sum(explorer => (double)explorer.TrainSamples * perSample);

    static double Median(double[] values)
    {
        if (values is []) return 0;
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
