namespace AutoFlip.Bench;

/// <summary>What a client more costs where clients' samples are computed: up to 15,000,000 clients.</summary>
static class ClientsBench
{
    const double Mebibyte = 1 << 20;
    const int Cohort = 50, Draws = 200;

    /// <summary>Fifty rounds on the built-in data set.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "Digits",
        Model = "TwoNN",
        Resize = 0,
        SamplesPerClient = 50,
        Rounds = 50,
        LocalEpochs = 1,
        BatchSize = 10,
        Pruner = Experiment.NoPruner,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
    };

    sealed record Case(string Partition, int Clients)
    {
        /// <summary>The word that chooses it.</summary>
        public string Name => $"{Partition}:{Clients}";
    }

    /// <summary>Measurements of a case.</summary>
    /// <param name="DrawMilliseconds">Median time to draw a round's cohort and evaluators and to compute the rows of both.</param>
    /// <param name="Seconds">Wall-clock of the whole run.</param>
    /// <param name="RoundSeconds">Of a round in it.</param>
    /// <param name="PeakBytes">Largest resident memory.</param>
    /// <param name="PartitionBytes">Length of partition.json.</param>
    sealed record Outcome(double DrawMilliseconds, double Seconds, double RoundSeconds, long PeakBytes, long PartitionBytes);

    /// <summary>Measures each case in a process of its own: what was once resident stays in a process's peak.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        Case[] cases =
        [
            .. from partition in (string[])["virtual-iid", "virtual-diri"]
               from clients in (int[])[1_000, 1_000_000, 15_000_000]
               select new Case(partition, clients),
        ];
        if (context.Bench.Case is { } name) return OwnProcess.Answer(context, Run(context, cases.First(one => one.Name == name)));

        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        foreach (var one in cases)
        {
            context.Cancel.ThrowIfCancellationRequested();
            var outcome = OwnProcess.Measure<Outcome>(context, one.Name);
            context.Progress.WriteLine($"{one.Name}: {outcome.PeakBytes / Mebibyte:0} MiB, {outcome.Seconds:0.0} s");
            rows.Add([
                one.Partition, $"{one.Clients:N0}", $"{outcome.DrawMilliseconds:0.00}", $"{outcome.RoundSeconds:0.000}",
                $"{outcome.Seconds:0.0}", $"{outcome.PeakBytes / Mebibyte:0}", $"{outcome.PartitionBytes / 1e3:0}"]);
            if (one.Clients < 15_000_000) continue;
            targets.Add(new($"{one.Name}: peak memory", "below 1 GB", $"{outcome.PeakBytes / 1e9:0.00} GB", outcome.PeakBytes < 1e9));
            targets.Add(new(
                $"{one.Name}: cohort, evaluators and rows", "below 1 ms a round", $"{outcome.DrawMilliseconds:0.00} ms",
                outcome.DrawMilliseconds < 1));
        }
        var experiment = context.Experiment;
        return new BenchReport(
            "Millions of clients",
            $"""
            {experiment.Rounds} rounds of {Cohort} clients with {experiment.SamplesPerClient} samples each, {experiment.Model} on
            {experiment.Dataset}, batches of {experiment.BatchSize}, {context.Options.Workers} workers. {Cohort} other clients evaluate each
            round's model, and the server its test set. Each case is a process of its own. The time to draw is the median of {Draws} rounds:
            numbers of the clients that train and evaluate, and the rows of all of them. Up to 1,000,000 clients all numbers are shuffled;
            above that they are drawn one by one.
            """,
            [new(["partition", "clients", "ms to draw", "s a round", "s in all", "peak MiB", "kB of partition.json"], [.. rows])],
            [.. targets]);
    }

    static Outcome Run(BenchContext context, Case one)
    {
        var experiment = context.Experiment with
        {
            Partition = one.Partition,
            Clients = one.Clients,
            CohortFraction = (Cohort + 0.1) / one.Clients,
            EvaluationFraction = (Cohort + 0.1) / one.Clients,
        };
        return context.InFolder(options =>
        {
            var started = context.Time.GetTimestamp();
            var summary = Simulation.Run(experiment, options, new ToProgress(context.Progress), context.Time, context.Cancel);
            var seconds = context.Time.GetElapsedTime(started).TotalSeconds;
            var length = new FileInfo(Path.Combine(summary.Directory, "partition.json")).Length;
            var data = FederatedData.Load(experiment, DataLocations.Of(context.Options), RunObserver.None, context.Cancel);
            var draws = Enumerable.Range(1, Draws).Select(round => 1e3 * context.Seconds(() => Draw(experiment, data, round))).Order();
            return new Outcome(draws.ElementAt(Draws / 2), seconds, seconds / experiment.Rounds, summary.PeakRssBytes, length);
        });
    }

    static void Draw(Experiment experiment, FederatedData data, int round)
    {
        var cohort = AutoFlip.Cohort.Sample(experiment, round);
        foreach (var client in cohort.Concat(AutoFlip.Cohort.Evaluators(experiment, round, cohort))) _ = data.Clients[client];
    }
}
