namespace AutoFlip.Cli;

/// <summary><c>autoflip demo</c>: the same small federation twice, without and with AutoFLIP, and what that gained and lost.</summary>
sealed class DemoCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "demo";

    /// <inheritdoc/>
    public string Usage => "demo [options]";

    /// <inheritdoc/>
    public string Summary => "FedAvg against AutoFLIP, in half a minute.";

    /// <inheritdoc/>
    public string Details => """
        Trains on the built-in handwritten digits, first with FedAvg, then with AutoFLIP and the same
        seed, and compares the results. All other options of 'autoflip run' are accepted.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings =>
        [.. Cli.Settings.All.Where(setting => setting.Property?.DeclaringType != typeof(MethodChoice))];

    /// <inheritdoc/>
    public Request Defaults { get; } = new()
    {
        Experiment = new Experiment
        {
            Name = "demo",
            Dataset = "Digits",
            Clients = 10,
            CohortFraction = 0.5,
            Rounds = 20,
            LocalEpochs = 3,
            BatchSize = 32,
            LearningRate = 0.001,
            ServerMomentum = 0, // the reference's 0.9 pays off over hundreds of rounds, not over twenty
            Partition = "diri",
            Concentration = 1,
            RandomHorizontalFlip = 0, // a mirrored digit is no digit
            ColorJitter = 0,
            ExplorationEpochs = 3,
            ExplorerFraction = 1,
            PruneFraction = 0.3m, // the paper's
            EvaluateEvery = 5,
            Metrics = ["acc1"],
        },
        Options = new RunOptions { ResultPath = Path.Combine("runs", "demo") },
    };

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(Defaults);
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals.Count > 0)
            throw AutoFlipException.BadRequest($"demo: '{positionals[0]}' is not accepted; only options are. See 'autoflip demo --help'.");
        request = request.Resolve(host.Warn);

        using var live = LiveRuns.Of(request.Show, host);
        RunSummary Under(Experiment experiment) =>
            Session.Watch(
                request.Show, host, display => host.Engine.Run(experiment, request.Options, display, host.Time, host.Cancel), live);
        var (dense, pruned) = (Under(ExperimentRules.WithoutPruning(request.Experiment)), Under(request.Experiment.WithMethod("autoflip")));
        if (request.Show.Json) return ExitCode.Done;
        WriteComparison(dense, pruned, host);
        host.Out.WriteLine($"\n{ReportCommand.Hint(live.Directories, "demo.html")}");
        return ExitCode.Done;
    }

    /// <summary>Writes the table and the sentences, on a terminal or as plain lines.</summary>
    internal static void WriteComparison(RunSummary dense, RunSummary pruned, Host host)
    {
        if (host.Terminal is null) host.Out.WriteLine();
        Comparison.Table(dense, pruned).Write(host);
        if (host.Terminal is null) host.Out.WriteLine();
        foreach (var sentence in Comparison.Verdict(dense, pruned).Split('\n')) host.Print(sentence);
    }
}
