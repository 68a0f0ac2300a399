using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Whole federations that learn numbers, one of two classes, or a class per step; and what they say about it.</summary>
public sealed class TaskRunTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    static readonly Experiment Small = new()
    {
        Name = "task",
        Seed = 5,
        Dataset = "Digits", // only a name: the data are made here
        Partition = "iid",
        Model = "LogReg",
        Clients = 6,
        CohortFraction = 0.5,
        Rounds = 8,
        LocalEpochs = 2,
        BatchSize = 10,
        LearningRate = 0.05,
        ServerMomentum = 0,
        EvaluateEvery = 2,
        ExplorerFraction = 1,
        PruneFraction = 0,
    };

    public void Dispose() => _folder.Dispose();

    string OnlyRun => Assert.Single(Directory.GetDirectories(_folder.Path));

    RunSummary Run(Experiment experiment, LoadedData data, RunObserver? observer = null) => Simulation.Run(
        experiment, new RunOptions { ResultPath = _folder.Path, Workers = 2 }, (resolved, _) => FederatedData.Assign(resolved, data),
        observer ?? RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

    static float[] Gaussian(int count, ulong seed)
    {
        var random = new KeyedRandom(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }

    /// <summary>y = 2a - b + 1/2 of two normal numbers.</summary>
    static LoadedData Line()
    {
        static VectorSet Set(int count, ulong seed)
        {
            var values = Gaussian(2 * count, seed);
            return new VectorSet(2, values, Targets.Numbers([.. values.Chunk(2).Select(x => 2 * x[0] - x[1] + 0.5f)]));
        }
        return new LoadedData(Set(240, 1), Set(60, 2), LearningTask.Regression);
    }

    /// <summary>Class 1, one sample in six, is shifted by 1 and spread alike: the best logit is far from 0.</summary>
    /// <param name="flip">Whether the server's test labels are turned round.</param>
    /// <param name="samples">Training samples; a quarter as many are the server's.</param>
    static LoadedData Rare(bool flip = false, int samples = 240)
    {
        static VectorSet Set(int count, ulong seed, bool flip)
        {
            var values = Gaussian(2 * count, seed);
            for (var i = 0; i < count; i += 6) values[2 * i] += 1;
            return new VectorSet(2, values, Targets.Classes([.. Enumerable.Range(0, count).Select(i => (i % 6 == 0) != flip ? 1 : 0)]));
        }
        return new LoadedData(Set(samples, 3, false), Set(samples / 4, 4, flip), LearningTask.Classification("often", "rare"));
    }

    [Fact]
    public void Numbers_are_learnt_with_the_defaults_and_shown_everywhere()
    {
        var rounds = new Rounds();

        var summary = Run(Small, Line(), rounds);

        var written = ExperimentFile.OfRun(OnlyRun);
        Assert.Equal("MSELoss", written.Criterion);
        Assert.Equal(["mse", "mae", "r2"], written.Metrics);
        var main = summary.Metrics.Primary;
        Assert.Equal(("mse", true, 8), (main.Name, main.LowerIsBetter, main.BestRound));
        Assert.InRange(main.Global!.Value, 0, 0.1);
        Assert.Equal(main.Best, main.Global);
        Assert.Equal(summary.Metrics.Global.Loss!.Value, main.Global.Value, 1e-5); // the loss is the metric here
        Assert.True(main.Recent > main.Best && main.Local > 0);
        Assert.Null(summary.Metrics.Global.Acc1);
        Assert.True(rounds.Reports[^1].ClientsUpdated["loss"].Equal < rounds.Reports[0].ClientsUpdated["loss"].Equal / 5);
        Assert.True(rounds.Reports[^1].ServerEvaluated!.Metrics["r2"] > 0.9);
        Assert.Every(rounds.Reports, report => Assert.Null(report.CutOff));

        Assert.Contains("mse 0.0", RoundLine.Of(rounds.Reports[^1], Metric.MainOf(written)).ToText(8, "mse"), StringComparison.Ordinal);
        Assert.StartsWith("mse 0.0", Results.Line(summary), StringComparison.Ordinal);
        Assert.Contains("mse, best", Shell.Run("report", OnlyRun).Out, StringComparison.Ordinal);
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(OnlyRun, "summary.json")));
        Assert.Equal("mse", file.RootElement.GetProperty("metrics").GetProperty("main").GetProperty("name").GetString());
    }

    [Fact]
    public void Two_classes_train_one_logit_whatever_cross_entropy_is_called()
    {
        Run(Small with { Criterion = "CrossEntropyLoss", Rounds = 1, Metrics = ["acc1", "auprc"] }, Rare());

        Assert.Equal("BCEWithLogitsLoss", ExperimentFile.OfRun(OnlyRun).Criterion);
    }

    [Fact]
    public void A_cut_off_is_fitted_on_training_scores_and_serves_the_rare_class()
    {
        var (fitted, half) = (new Rounds(), new Rounds());
        var experiment = Small with { BatchSize = 40, Metrics = ["recall"], Average = Average.Macro };
        var data = Rare(samples: 2400);

        Run(experiment, data, fitted);
        Run(experiment with { CutOff = CutOffRule.Half }, data, half);

        Assert.Every(fitted.Reports, report => Assert.InRange(report.CutOff!.Value, 0.01, 0.49)); // logits of a class of one in six lie low
        Assert.Every(half.Reports, report => Assert.Null(report.CutOff));
        Assert.Equal(fitted.Reports[^1].ServerEvaluated!.Loss, half.Reports[^1].ServerEvaluated!.Loss); // it changes no model
        double Recall(Rounds rounds) => rounds.Reports[^1].ServerEvaluated!.Metrics["recall"]!.Value;
        Assert.True(Recall(fitted) > Recall(half) + 0.05, $"{Recall(fitted)} {Recall(half)}");
        // what crossed to the clients is used there
        double Local(Rounds rounds) => rounds.Reports[^1].ClientsEvaluatedOut!["recall"].Equal!.Value;
        Assert.True(Local(fitted) > Local(half), $"{Local(fitted)} {Local(half)}");
    }

    /// <summary>The law that the reference breaks (D48).</summary>
    [Fact]
    public void No_test_label_moves_a_cut_off()
    {
        var (straight, flipped) = (new Rounds(), new Rounds());
        var experiment = Small with { Rounds = 4, Metrics = ["acc1", "youdenj"] };

        Run(experiment, Rare(), straight);
        Run(experiment, Rare(flip: true), flipped);

        Assert.Equal(straight.Reports.Select(report => report.CutOff), flipped.Reports.Select(report => report.CutOff));
        var (one, other) = (straight.Reports[^1].ServerEvaluated!.Metrics, flipped.Reports[^1].ServerEvaluated!.Metrics);
        Assert.Equal(1, one["acc1"]!.Value + other["acc1"]!.Value, 1e-12); // the same predictions, judged the other way round
        Assert.NotEqual(one["youdenj"], other["youdenj"]);
    }

    [Fact]
    public async Task A_cut_off_is_the_same_for_any_number_of_workers_and_after_a_break()
    {
        var experiment = TaskRules.Settle(Small with { Metrics = ["acc1", "f1"], Pruner = "none" }, Rare().Task);
        var data = FederatedData.Assign(experiment, Rare());
        var network = RunNetwork.Build(experiment, Catalog.Resolve(experiment), data.Contract);

        var whole = await TinyFederation.RunAsync(experiment, data: data, network: network);
        var wide = await TinyFederation.RunAsync(experiment, workers: 3, data: data, network: network);
        var resumed = await TinyFederation.RunAsync(experiment, data: data, network: network, from: whole.Rounds[4].State);

        static string Said(RoundResult round) =>
            $"{round.Report.CutOff} {string.Join(' ', round.Report.ServerEvaluated?.Metrics.Values ?? [])} "
            + $"{round.Report.ClientsEvaluatedOut?["f1"]}";
        Assert.Equal(whole.Rounds.Select(Said), wide.Rounds.Select(Said));
        Assert.Equal(whole.Rounds[5..].Select(Said), resumed.Rounds.Select(Said));
    }

    /// <summary>The class of a step is its token's number modulo 3; sequences are padded to 6 steps.</summary>
    [Fact]
    public async Task Steps_of_sequences_are_learnt_and_padding_counts_nowhere()
    {
        const int Steps = 6, Tokens = 9;
        static VectorSet Set(int count)
        {
            float[] values = [.. Enumerable.Range(0, count * Steps).Select(i => (float)(i * 7 % Tokens))];
            return new VectorSet(
                Steps, values,
                Targets.Steps([.. values.Select((token, i) => i % Steps < 2 + i / Steps % 4 ? (int)token % 3 : Targets.Ignored)], Steps));
        }
        var loaded = new LoadedData(Set(120), Set(30), LearningTask.Labelling("0", "1", "2"));
        var experiment = ExperimentRules.Settle(Small with { Rounds = 6, Pruner = "none" }, loaded.Task);
        var network = new NetworkBuilder("steps", loaded.Train.Shape).Sequence("features", f => f.Embedding(Tokens, 8).Lstm(8))
            .Linear(3, "classifier").Build(3);

        var outcome = await TinyFederation.RunAsync(experiment, data: FederatedData.Assign(experiment, loaded), network: network);

        var (first, last) = (outcome.Rounds[0].Report, outcome.Rounds[^1].Report);
        Assert.Equal(("CrossEntropyLoss", "seqacc"), (experiment.Criterion, Metric.MainOf(experiment)));
        Assert.True(last.ClientsUpdated["loss"].Equal < first.ClientsUpdated["loss"].Equal / 2);
        Assert.Equal(1, last.ServerEvaluated!.Metrics["seqacc"]!.Value, 0.05);
        Assert.Null(last.CutOff);
    }

    [Fact]
    public void Several_classes_send_nothing_more_and_know_no_cut_off()
    {
        var rounds = new Rounds();

        Simulation.Run(
            Small with { Resize = 0, Rounds = 1, LocalEpochs = 1, Metrics = ["acc1"] },
            new RunOptions { ResultPath = _folder.Path, Offline = true },
            rounds, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Null(Assert.Single(rounds.Reports).CutOff);
        Assert.Equal("CrossEntropyLoss", ExperimentFile.OfRun(OnlyRun).Criterion);
    }

    public static TheoryData<Experiment, string> Unfitting => new()
    {
        { Small with { Metrics = ["mse", "acc1"] }, "Experiment.Metrics: acc1 compares classes; this data set has numbers. Use mse, "
            + "rmse, mae, mape, r2 or d2." },
        { Small with { Criterion = "CrossEntropyLoss" }, "Experiment.Criterion: 'CrossEntropyLoss' is not accepted. Accepted: MSELoss, "
            + "L1Loss, SmoothL1Loss, the losses for the numbers of Digits." },
    };

    [Theory, MemberData(nameof(Unfitting))]
    public void What_does_not_fit_loaded_data_is_refused_before_anything_is_written(Experiment experiment, string sentence)
    {
        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment, Line()));

        Assert.Equal((ExitCode.BadRequest, sentence), (refused.Code, refused.Message));
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void Negative_log_likelihood_needs_log_probabilities()
    {
        var three = new LoadedData(
            new VectorSet(2, Gaussian(240, 1), Targets.Classes([.. Enumerable.Range(0, 120).Select(i => i % 3)])), null,
            LearningTask.Classification("0", "1", "2"));
        var experiment = Small with { Criterion = "NLLLoss", Rounds = 1, EvaluationScope = EvaluationScope.Local, Metrics = ["acc1"] };

        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment with { Model = "TwoNN" }, three));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.StartsWith(
            "Experiment.Criterion: NLLLoss needs a model that puts out log-probabilities, such as LogReg", refused.Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_folder.Path));

        Assert.Equal(1, Run(experiment, three).RoundsDone);
    }

    sealed class Rounds : RunObserver
    {
        public List<RoundReport> Reports { get; } = [];

        public override void RoundDone(RoundReport report) => Reports.Add(report);
    }
}
