using System.Collections.Immutable;

namespace AutoFlip.Bench;

/// <summary>Every algorithm with every pruner: each pair that the rules accept runs, and ends with the same model if it is stopped after
/// any round and resumed.</summary>
static class CombinationBench
{
    /// <summary>Skewed clients, stragglers and half precision on the wire, on little data. The first round is dense. Units go in blocks of
    /// eight, or in smaller ones where these are too coarse.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "Digits",
        Resize = 0,
        Partition = "diri",
        Concentration = 0.5,
        Model = "TwoNN",
        HiddenSize = 16,
        Clients = 8,
        CohortFraction = 0.88,
        Rounds = 6,
        DenseRounds = 1,
        LocalEpochs = 2,
        BatchSize = 20,
        Optimizer = "SGD",
        LearningRate = 0.05,
        ServerMomentum = 0.9,
        StragglerFraction = 0.3,
        ExplorerFraction = 1,
        ExplorationEpochs = 1,
        PruneFraction = 0.4m,
        WireDown = WireFormat.Fp16,
        WireUp = WireFormat.Fp16,
        EvaluateEvery = 3,
        Metrics = ["auto"],
        Criterion = "auto",
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context) =>
        Measure(context, Variants(context.Experiment), [.. Catalog.Algorithms.Names]);

    /// <summary>Measures these pairs.</summary>
    internal static BenchReport Measure(BenchContext context, ImmutableArray<Variant> variants, ImmutableArray<string> algorithms)
    {
        var results = variants.Select(variant => Measure(context, variant, algorithms)).ToList();
        var faults = results.SelectMany(result => result.Faults).ToList();
        var pairs = results.Sum(result => result.Pairs.Count);
        var experiment = context.Experiment;
        return new BenchReport(
            "Every algorithm with every pruner",
            $"""
            Each pair that the rules accept runs for {experiment.Rounds} rounds: {experiment.Dataset}, {experiment.Clients} clients,
            partition {experiment.Partition}, {experiment.Model}, {experiment.Optimizer}, stragglers, {Text(experiment.WireDown)} down and
            {Text(experiment.WireUp)} up, round 1 dense where a pruner has dense rounds. It runs again once for each of the other rounds:
            it is stopped after that round and resumed from its directory. All of these must end with the model of the unbroken run, to the bit,
            and no client may fail. Refused pairs are refused before anything is written (`list algorithms`, `list pruners`).
            There are fewer different models than pairs where algorithms agree: with their default options, in a network without batch
            normalisation, which has nothing for `fedbn` to keep.
            """,
            [
                new(
                    ["pruner", "pairs", "resumed runs", "other models", "failed clients", "different models", "refused algorithms"],
                    [.. results.Select(result => (string[])[
                        result.Variant.Name, $"{result.Pairs.Count}", $"{result.Pairs.Sum(pair => pair.Resumed)}",
                        $"{result.Pairs.Sum(pair => pair.Differing)}", $"{result.Pairs.Sum(pair => pair.Failures)}",
                        $"{result.Pairs.DistinctBy(pair => pair.Model).Count()}",
                        result.Refused is [] ? "none" : $"{result.Refused.Count}: {string.Join(", ", result.Refused)}"])]),
                new(
                    ["variants of pruners", "algorithms", "pairs", "resumed runs", "refused pairs"],
                    [
                        $"{variants.Length}", $"{algorithms.Length}", $"{pairs}",
                        $"{results.Sum(result => result.Pairs.Sum(pair => pair.Resumed))}",
                        $"{results.Sum(result => result.Refused.Count)}",
                    ]),
            ],
            [new("resumed runs that end with another model, and failed clients", "0", $"{faults.Count}", faults is [])],
            [.. faults.Take(20)]);
    }

    static string Text(WireFormat format) => ExperimentOption.Text(format);

    /// <summary>Variants of every pruner of the catalogue: granularities, masks made once or each round, one step or two, as far as the
    /// pruner has them. Intervals are short, so that masks change within a few rounds.</summary>
    internal static ImmutableArray<Variant> Variants(Experiment experiment) =>
    [
        .. from name in Catalog.Pruners.Names
           let plain = WithShortIntervals(experiment with { Pruner = name })
           from granularity in Granularities(plain)
           from refresh in Refreshes(granularity.Experiment)
           from steps in Steps(refresh.Experiment)
           select new Variant(string.Join(", ", [name, .. granularity.Words, .. refresh.Words, .. steps.Words]), steps.Experiment),
    ];

    static Experiment WithShortIntervals(Experiment experiment) =>
        Has(experiment, "adjustmentInterval") ? experiment.WithOption("adjustmentInterval", 2) : experiment;

    static IEnumerable<(string[] Words, Experiment Experiment)> Granularities(Experiment experiment) =>
        PrunerOf(experiment) is NoPruning or { HasSubModels: true }
            ? [([], experiment)]
            :
            from granularity in (IEnumerable<(string[] Words, Experiment Experiment)>)
            [
                (["units"], experiment with { Pruning = PruningKind.Structured }),
                (["single weights"], experiment with { Pruning = PruningKind.Unstructured }),
                (["both"], experiment with { Pruning = PruningKind.Hybrid, StructuredShare = 0.5 }),
            ]
            let pruner = PrunerOf(granularity.Experiment)
            where pruner.Refuses(granularity.Experiment) is null
            where !pruner.OnlyWeights || granularity.Experiment.Pruning == PruningKind.Unstructured
            select granularity;

    static IEnumerable<(string[] Words, Experiment Experiment)> Refreshes(Experiment experiment)
    {
        yield return ([], experiment);
        var each = experiment with { MaskRefresh = MaskRefresh.Cohort };
        if (!PrunerOf(experiment).Refreshes && PrunerOf(each).Refreshes) yield return (["a mask each round"], each);
    }

    static IEnumerable<(string[] Words, Experiment Experiment)> Steps(Experiment experiment)
    {
        yield return ([], experiment);
        if (!Has(experiment, "pruningSteps")) yield break;
        var two = experiment.WithOption("pruningSteps", 2).WithOption("pruningInterval", 2);
        if (ExperimentRules.Violations(two) is []) yield return (["two steps"], two);
    }

    static bool Has(Experiment experiment, string option) => MethodOptions.Complete(experiment).Options[option] is not null;

    static Pruner PrunerOf(Experiment experiment) => Catalog.Pruners[experiment.Pruner](experiment);

    static Result Measure(BenchContext context, Variant variant, ImmutableArray<string> algorithms)
    {
        var accepted = algorithms.ToLookup(name => ExperimentRules.Violations(variant.Experiment with { Algorithm = name }) is []);
        List<Pair> pairs = [.. accepted[true].Select(name => Measure(context, variant.Experiment with { Algorithm = name }))];
        context.Progress.WriteLine($"{variant.Name}: {pairs.Count} pairs, {pairs.Sum(pair => pair.Faults)} faults");
        return new(variant, pairs, [.. accepted[false]]);
    }

    static Pair Measure(BenchContext context, Experiment experiment)
    {
        var (unbroken, failures) = Run(context, experiment, stopAfter: null);
        var resumed = Enumerable.Range(1, experiment.Rounds - 1).Select(after => Run(context, experiment, after)).ToList();
        return new(
            experiment.Algorithm, unbroken, resumed.Count, resumed.Count(run => run.Model != unbroken),
            failures + resumed.Sum(run => run.Failures));
    }

    /// <summary>The model's hash at the end of a run, and how many clients failed in it.</summary>
    static (string Model, int Failures) Run(BenchContext context, Experiment experiment, int? stopAfter) => context.InFolder(options =>
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancel);
        var watch = new Watch(stopAfter, stop);
        try
        {
            var whole = Simulation.Run(experiment, options, watch, context.Time, stop.Token);
            return stopAfter is null
                ? (whole.ModelSha256, watch.Failures)
                : throw new InvalidOperationException($"The run went on after round {stopAfter}, after which it was to be stopped.");
        }
        catch (OperationCanceledException) when (stopAfter is not null && !context.Cancel.IsCancellationRequested)
        {
            var directory = Directory.GetDirectories(options.ResultPath).Single();
            return (Simulation.Resume(directory, options, watch, context.Time, context.Cancel).ModelSha256, watch.Failures);
        }
    });

    /// <summary>A pruner with some of its options.</summary>
    /// <param name="Name">For the report: <c>autoflip, units</c>.</param>
    /// <param name="Experiment">The setting with them.</param>
    internal sealed record Variant(string Name, Experiment Experiment);

    /// <summary>An algorithm's runs under a variant.</summary>
    /// <param name="Algorithm">Its name.</param>
    /// <param name="Model">Hash of the model of the unbroken run.</param>
    /// <param name="Resumed">Runs that were stopped and resumed.</param>
    /// <param name="Differing">How many of them ended with another model.</param>
    /// <param name="Failures">Clients that failed, in all runs.</param>
    sealed record Pair(string Algorithm, string Model, int Resumed, int Differing, int Failures)
    {
        public int Faults => Differing + Failures;
    }

    sealed record Result(Variant Variant, List<Pair> Pairs, List<string> Refused)
    {
        public IEnumerable<string> Faults =>
            from pair in Pairs
            where pair.Faults > 0
            select $"{Variant.Name}, {pair.Algorithm}: {pair.Differing} of {pair.Resumed} resumed runs end with another model; "
                + $"{pair.Failures} clients failed";
    }

    sealed class Watch(int? stopAfter, CancellationTokenSource stop) : RunObserver
    {
        public int Failures { get; private set; }

        /// <inheritdoc/>
        public override void RoundDone(RoundReport report)
        {
            Failures += report.Failures.Length;
            if (report.Round == stopAfter) stop.Cancel();
        }
    }
}
