namespace AutoFlip.Tests;

/// <summary>Runs that have ended, for tests that only look at them: digits under a mask of whole units, and a table of two
/// classes with a fitted cut-off.</summary>
public sealed class FinishedRuns : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    internal static Experiment Small { get; } = new()
    {
        Name = "shipped",
        Seed = 3,
        Dataset = "Digits",
        Resize = 0,
        Partition = "iid",
        Model = "TwoNN",
        HiddenSize = 8,
        Clients = 3,
        CohortFraction = 0.7,
        Rounds = 2,
        LocalEpochs = 2,
        BatchSize = 20,
        LearningRate = 0.01,
        ServerMomentum = 0,
        EvaluateEvery = 2,
        DenseRounds = 0,
        ExplorerFraction = 1,
        ExplorationEpochs = 1,
        PruneFraction = 0.4m,
        UnitMultiple = 1,
        ImageNetNormalization = true,
    };

    public FinishedRuns()
    {
        var random = new KeyedRandom(5);
        // A number in thousands, a town, and a class that the number decides with some luck, one in three.
        string Row(int i) => FormattableString.Invariant(
            $"{(i % 3 == 0 ? 3000 : 1000) + 900 * random.NextGaussian():0.0},{"abc"[i % 3 * (i % 2)]},{(i % 3 == 0 ? "rare" : "often")}");
        File.WriteAllText(TablePath, "income,town,kind\n" + string.Join('\n', Enumerable.Range(0, 300).Select(Row)));
        Digits = Run(Small);
        Table = Run(Small with
        {
            Name = "table",
            Dataset = $"csv:{TablePath}",
            Target = "kind",
            PruneFraction = 0,
            Pruner = "none",
            Metrics = ["acc1", "f1", "youdenj"]
        });
    }

    /// <summary>The run directory.</summary>
    public string Digits { get; }

    /// <summary>The run directory.</summary>
    public string Table { get; }

    /// <summary>The table it learnt from.</summary>
    public string TablePath => _folder["people.csv"];

    public void Dispose() => _folder.Dispose();

    internal static ServerEvaluation LastEvaluation(string run) =>
        System.Text.Json.JsonSerializer.Deserialize<RoundReport>(
            File.ReadLines(Path.Combine(run, "rounds.jsonl")).Last(), RunJson.Line)!.ServerEvaluated!;

    string Run(Experiment experiment)
    {
        var results = _folder[experiment.Name];
        Directory.CreateDirectory(results);
        Simulation.Run(
            experiment, new RunOptions { ResultPath = results, Workers = 2, Offline = true }, RunObserver.None, TimeProvider.System,
            CancellationToken.None);
        return Directory.GetDirectories(results).Single();
    }
}
