using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Whole runs on the embedded digits, with everything they write.</summary>
[Trait("speed", "slow")]
public sealed partial class SimulationTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    static readonly Experiment Small = new()
    {
        Name = "small",
        Seed = 3,
        Dataset = "Digits",
        Resize = 0,
        Model = "TwoNN",
        HiddenSize = 8,
        Clients = 8,
        CohortFraction = 0.25,
        Rounds = 4,
        LocalEpochs = 1,
        BatchSize = 20,
        LearningRate = 0.01,
        EvaluateEvery = 2,
        ExplorerFraction = 0.5,
        PruneFraction = 0.5m,
        Criterion = "CrossEntropyLoss",
        Metrics = ["acc1", "auroc"],
    };

    public void Dispose() => _folder.Dispose();

    RunOptions Options => new() { ResultPath = _folder.Path, Workers = 2, Offline = true };

    string OnlyRun => Assert.Single(Directory.GetDirectories(_folder.Path));

    RunSummary Run(Experiment experiment, RunObserver? observer = null) =>
        Simulation.Run(experiment, Options, observer ?? RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

    RunSummary Resume(string directory, RunObserver? observer = null) =>
        Simulation.Resume(directory, Options, observer ?? RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

    [Fact]
    public void A_run_leaves_what_the_design_promises()
    {
        var summary = Run(Small);

        Assert.StartsWith("small_3_digits_twonn_", Path.GetFileName(OnlyRun));
        foreach (var file in new[] {
            "experiment.json", "results.json", "summary.json", "rounds.jsonl", "checkpoints/initial.safetensors",
            "checkpoints/initial-pruned.safetensors", "checkpoints/final.safetensors" })
            Assert.True(File.Exists(Path.Combine(OnlyRun, file)), file);
        Assert.Empty(Directory.EnumerateFiles(OnlyRun, "*.partial", SearchOption.AllDirectories));
        Assert.Equal(0.5, summary.ModelSize.Density, 1e-3);
        var layout = Catalog.Models["TwoNN"](new SampleShape(1, 8, 8), 10, ModelOptions.Of(Small)).Layout;
        Assert.Equal(
            summary.ModelSha256, Safetensors.Read(Path.Combine(OnlyRun, "checkpoints/final.safetensors")).ToWeights(layout).Sha256());
    }

    [Fact]
    public void Results_have_the_references_schema()
    {
        Run(Small);

        using var results = JsonDocument.Parse(File.ReadAllText(Path.Combine(OnlyRun, "results.json")));
        Assert.Equal(["1", "2", "3", "4"], results.RootElement.EnumerateObject().Select(round => round.Name));
        Assert.Equal(
            ["clients_updated", "clients_evaluated_in"], results.RootElement.GetProperty("1").EnumerateObject().Select(part => part.Name));
        var second = results.RootElement.GetProperty("2");
        Assert.Equal(
            ["clients_updated", "clients_evaluated_in", "clients_evaluated_out", "server_evaluated", "generalization_gap"],
            second.EnumerateObject().Select(part => part.Name));
        Assert.Equal(
            ["weighted", "equal", "std"],
            second.GetProperty("clients_updated").GetProperty("loss").EnumerateObject().Select(part => part.Name));
        Assert.Equal(["loss", "metrics"], second.GetProperty("server_evaluated").EnumerateObject().Select(part => part.Name));
        Assert.Equal(JsonValueKind.Number, second.GetProperty("server_evaluated").GetProperty("metrics").GetProperty("acc1").ValueKind);
        Assert.Equal(
            JsonValueKind.Number, second.GetProperty("generalization_gap").GetProperty("gen_gap_acc1").GetProperty("equal").ValueKind);
        Assert.True(second.GetProperty("generalization_gap").GetProperty("gen_gap_acc1").TryGetProperty("weighted", out _));
    }

    [Fact]
    public void The_summary_has_the_fields_other_programs_read()
    {
        Run(Small);

        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(OnlyRun, "summary.json")));
        foreach (var path in """
            schema version algorithm pruner dataset model seed clients cohort rounds rounds_done metrics.global.acc1 metrics.global.loss metrics.global.best_acc1
            metrics.global.best_round metrics.local.acc1 model_size.parameters model_size.active_parameters model_size.density model_size.trained_parameters
            model_size.bytes compute.macs_per_sample compute.active_macs_per_sample compute.train_samples traffic.down_bytes traffic.up_bytes
            traffic.dense_fp32_bytes traffic.ratio time.total_s time.explore_s time.rounds_s time.median_round_s time.evaluate_s time.mask_s time.fold_s
            time.client_train_s time.client_encode_s time.client_decode_s time.explore_train_s compute.dense_macs compute.active_macs
            compute.explore_macs metrics.global.recent_acc1 workers peak_rss_bytes failures model_sha256
            """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var element = path.Split('.').Aggregate(summary.RootElement, (parent, name) => parent.GetProperty(name));
            Assert.NotEqual(JsonValueKind.Null, element.ValueKind);
        }
    }

    [Fact]
    public void The_ledger_is_the_sum_of_the_rounds_and_the_exploration()
    {
        var summary = Run(Small);

        long[] Sum(string file, string field) => [.. File.ReadLines(Path.Combine(OnlyRun, file)).Select(line =>
            JsonDocument.Parse(line).RootElement.GetProperty(field).GetInt64())];
        Assert.Equal(
            summary.Traffic.DownBytes, Sum("rounds.jsonl", "down_bytes").Sum() + Sum("checkpoints/exploration.jsonl", "down_bytes").Sum());
        Assert.Equal(
            summary.Traffic.UpBytes, Sum("rounds.jsonl", "up_bytes").Sum() + Sum("checkpoints/exploration.jsonl", "up_bytes").Sum());
        Assert.Equal(
            summary.Compute.ActiveMacs,
            Sum("rounds.jsonl", "train_samples").Zip(Sum("rounds.jsonl", "active_macs_per_sample"), (samples, macs) => samples * macs)
                .Sum());
        Assert.InRange(summary.Compute.ActiveMacs, 1, summary.Compute.DenseMacs);
        Assert.InRange(summary.Time.ClientTrain, 1e-9, summary.Time.Rounds * summary.Workers);
        Assert.InRange(summary.Time.ExploreTrain, 1e-9, summary.Time.Explore * summary.Workers);
        Assert.Equal(
            summary.Compute.TrainSamples,
            Sum("rounds.jsonl", "train_samples").Sum() + Sum("checkpoints/exploration.jsonl", "train_samples").Sum());
    }

    [Fact]
    public void Rerunning_the_written_experiment_gives_the_same_model()
    {
        var first = Run(Small);

        var second = Run(ExperimentFile.Load(OnlyRun));

        Assert.Equal(first.ModelSha256, second.ModelSha256);
        Assert.Equal(2, Directory.GetDirectories(_folder.Path).Length); // even within one second
    }

    /// <summary>A run that breaks at its n-th sign of life, for every n there is, goes on to the very same model.</summary>
    [Theory]
    [InlineData(0, MaskRefresh.Once, false), InlineData(2, MaskRefresh.Once, true), InlineData(2, MaskRefresh.Cohort, false)]
    public void A_run_that_breaks_anywhere_resumes_to_the_same_model(int denseRounds, MaskRefresh refresh, bool keepNorm)
    {
        var experiment = Small with { DenseRounds = denseRounds, MaskRefresh = refresh, KeepNorm = keepNorm };
        var whole = new BreakAt(int.MaxValue);
        var want = Run(experiment, whole);
        var pruned = File.ReadAllBytes(Path.Combine(OnlyRun, "checkpoints/initial-pruned.safetensors"));

        for (var moment = 1; moment <= whole.Moments; moment++)
        {
            foreach (var run in Directory.GetDirectories(_folder.Path)) Directory.Delete(run, recursive: true);
            Assert.Throws<BreakAt.Broken>(() => Run(experiment, new BreakAt(moment)));
            var got = Resume(OnlyRun);

            Assert.Equal((want.ModelSha256, want.Traffic, want.Compute), (got.ModelSha256, got.Traffic, got.Compute));
            Assert.Equal(pruned, File.ReadAllBytes(Path.Combine(OnlyRun, "checkpoints/initial-pruned.safetensors")));
        }
    }

    [Theory]
    [InlineData(WireFormat.Fp32, WireFormat.Int8, MaskRefresh.Cohort), InlineData(WireFormat.Int8, WireFormat.Int8, MaskRefresh.Once)]
    [InlineData(WireFormat.Fp16, WireFormat.Fp16, MaskRefresh.Once)]
    [InlineData(WireFormat.Fp16, WireFormat.Int8, MaskRefresh.Once, 2)]
    public void A_run_that_breaks_resumes_to_the_same_model_and_bytes_in_every_format(
        WireFormat down, WireFormat up, MaskRefresh refresh, int denseRounds = 0)
    {
        // the same clients again and again
        var experiment = Small with
        {
            WireDown = down,
            WireUp = up,
            MaskRefresh = refresh,
            DenseRounds = denseRounds,
            CohortFraction = 0.75
        };
        var whole = new BreakAt(int.MaxValue);
        var want = Run(experiment, whole);

        for (var moment = 6; moment <= whole.Moments; moment += 5)
        {
            foreach (var run in Directory.GetDirectories(_folder.Path)) Directory.Delete(run, recursive: true);
            Assert.Throws<BreakAt.Broken>(() => Run(experiment, new BreakAt(moment)));
            var got = Resume(OnlyRun);

            Assert.Equal(want.ModelSha256, got.ModelSha256);
            Assert.Equal(want.Traffic, got.Traffic);
        }
    }

    [Fact]
    public void A_run_broken_again_and_again_resumes_to_the_same_model_and_ledger()
    {
        var want = Run(Small);
        Directory.Delete(OnlyRun, recursive: true);

        Assert.Throws<BreakAt.Broken>(() => Run(Small, new BreakAt(3)));
        for (var k = 0; k < 3; k++) Assert.Throws<BreakAt.Broken>(() => Resume(OnlyRun, new BreakAt(8)));
        var got = Resume(OnlyRun);

        Assert.Equal(want.ModelSha256, got.ModelSha256);
        Assert.Equal(want.Traffic, got.Traffic);
        Assert.Equal(want.Compute, got.Compute);
        Assert.Equal(want.Metrics, got.Metrics);
    }

    [Fact]
    public void A_round_whose_state_was_not_saved_is_done_again()
    {
        byte[]? early = null;
        var want = Run(
            Small, new OnRound(2, () => early = File.ReadAllBytes(Path.Combine(OnlyRun, "checkpoints/resume.safetensors")))).ModelSha256;
        File.WriteAllBytes(Path.Combine(OnlyRun, "checkpoints/resume.safetensors"), early!); // rounds.jsonl is two rounds ahead now

        Assert.Equal(want, Resume(OnlyRun).ModelSha256);
        Assert.Equal(4, File.ReadLines(Path.Combine(OnlyRun, "rounds.jsonl")).Count());
    }

    [Fact]
    public void What_a_pruned_model_began_with_is_what_the_dense_rounds_left_under_the_mask()
    {
        var network = Catalog.Models["TwoNN"](new SampleShape(1, 8, 8), 10, ModelOptions.Of(Small));
        var layout = network.Layout;
        Weights? left = null;
        var experiment = Small with { DenseRounds = 2, KeepNorm = false };
        Run(experiment, new OnRound(2, () => left = ResumeState.Read(
            Path.Combine(OnlyRun, "checkpoints/resume.safetensors"),
            new FedAvg(experiment.ServerMomentum).Initialize(Weights.Zeros(layout)), network, experiment)!.Server.Weights));

        var began = Safetensors.Read(Path.Combine(OnlyRun, "checkpoints/initial-pruned.safetensors")).ToWeights(layout).ToArray();
        Assert.Equal(0.5, began.Count(value => value != 0) / (double)layout.ParameterCount, 0.02);
        Assert.Every(began.Zip(left!.ToArray()), pair => Assert.True(pair.First == 0 || pair.First == pair.Second));
    }

    /// <summary>Four explorers, one second each; a round takes a hundred.</summary>
    [Fact]
    public void Dense_rounds_are_no_time_of_exploration()
    {
        var clock = new Clock();
        var summary = Simulation.Run(
            Small with { DenseRounds = 2 }, Options, new Ticking(clock), clock, TestContext.Current.CancellationToken);

        Assert.Equal((4, 400), (summary.Time.Explore, summary.Time.Rounds));
    }

    [Theory]
    [InlineData(3, null), InlineData(4, "scores for the mask of round 3 are missing")]
    public void Lost_scores_are_asked_for_again_unless_the_model_that_was_explored_is_gone(int begun, string? refusal)
    {
        var experiment = Small with { DenseRounds = 2 };
        var want = Run(experiment).ModelSha256;
        Directory.Delete(OnlyRun, recursive: true);
        Assert.Throws<BreakAt.Broken>(() => Run(experiment, new BreakAtRound(begun)));
        foreach (var file in Directory.GetFiles(Path.Combine(OnlyRun, "checkpoints"), "exploration.*")) File.Delete(file);

        if (refusal is null) Assert.Equal(want, Resume(OnlyRun).ModelSha256);
        else
        {
            var e = Assert.Throws<AutoFlipException>(() => Resume(OnlyRun));
            Assert.Equal(ExitCode.BadData, e.Code);
            Assert.Contains(refusal, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Resuming_a_finished_run_trains_nothing_and_says_the_same()
    {
        var want = Run(Small);
        var got = Resume(OnlyRun, new OnRound(1, () => Assert.Fail("A round was run again.")));

        Assert.Equal(want.ModelSha256, got.ModelSha256);
        Assert.Equal(want.Metrics, got.Metrics);
        Assert.Equal(want.Traffic, got.Traffic);
    }

    [Fact]
    public void A_run_in_progress_cannot_be_resumed_beside_itself()
    {
        AutoFlipException? refused = null;
        Run(Small, new OnRound(1, () => refused = Assert.Throws<AutoFlipException>(() => Resume(OnlyRun))));

        Assert.Equal(ExitCode.RunFailed, refused!.Code);
        Assert.Contains("in use", refused.Message);
    }

    [Fact]
    public void More_rounds_may_be_asked_for_and_nothing_else_changed()
    {
        var want = Run(Small with { Rounds = 6, DenseRounds = 0 }).ModelSha256; // 0: a sixth of the four rounds first asked for
        Directory.Delete(OnlyRun, recursive: true);
        Run(Small);
        void Edit(string from, string to) => File.WriteAllText(
            Path.Combine(OnlyRun, "experiment.json"), File.ReadAllText(Path.Combine(OnlyRun, "experiment.json")).Replace(from, to));

        Edit("\"rounds\": 4", "\"rounds\": 6");
        Assert.Equal(want, Resume(OnlyRun).ModelSha256);
        Edit("\"seed\": 3", "\"seed\": 4");
        var e = Assert.Throws<AutoFlipException>(() => Resume(OnlyRun));

        Assert.Equal(ExitCode.BadRequest, e.Code);
        Assert.Contains("was changed since the run began", e.Message);
    }

    [Fact]
    public void A_folder_that_is_no_run_is_refused() =>
        Assert.Equal(ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => Resume(_folder.Path)).Code);

    [Fact]
    public void A_damaged_state_is_named_and_left_alone()
    {
        Run(Small);
        var state = Path.Combine(OnlyRun, "checkpoints/resume.safetensors");
        File.WriteAllBytes(state, File.ReadAllBytes(state)[..^5]);

        var e = Assert.Throws<AutoFlipException>(() => Resume(OnlyRun));

        Assert.Equal(ExitCode.BadData, e.Code);
        Assert.Contains("resume.safetensors", e.Message);
    }

    [Fact]
    public void Missing_data_leaves_no_directory_behind()
    {
        var e = Assert.Throws<AutoFlipException>(() => Simulation.Run(
            Small with { Dataset = "KMNIST", Resize = 24 }, Options with { DataPath = _folder.Path }, RunObserver.None, TimeProvider.System,
            default));

        Assert.Equal(ExitCode.BadData, e.Code);
        Assert.Contains("DataLocations.Require KMNIST", e.Message);
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void A_fraction_that_no_mask_can_reach_is_refused_before_anything_is_written()
    {
        var e = Assert.Throws<AutoFlipException>(() => Run(Small with { PruneFraction = 0.999m }));

        Assert.Equal(ExitCode.BadRequest, e.Code);
        Assert.Contains("Experiment.PruneFraction", e.Message);
        Assert.Empty(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void A_result_path_that_is_a_file_fails_with_a_sentence()
    {
        var file = _folder["file"];
        File.WriteAllText(file, "");

        var e = Assert.Throws<AutoFlipException>(() =>
            Simulation.Run(Small, Options with { ResultPath = file }, RunObserver.None, TimeProvider.System, default));

        Assert.Equal(ExitCode.RunFailed, e.Code);
        Assert.Contains("RunOptions.ResultPath", e.Message);
    }

    [Fact]
    public void Client_models_are_saved_on_request()
    {
        Simulation.Run(Small, Options with { SaveClients = true }, RunObserver.None, TimeProvider.System, default);

        var models = Directory.GetFiles(Path.Combine(OnlyRun, "checkpoints", "clients")).Select(path => Path.GetFileName(path)!).Order();
        Assert.Equal(Cohort.Sample(Small, 4).Select(client => $"{client:0000}.safetensors"), models);
    }

    /// <summary>Breaks the run at its n-th sign of life, as an exception anywhere would.</summary>
    sealed class BreakAt(int moment) : RunObserver
    {
        public int Moments { get; private set; }

        public override void Started(RunStart start) => Next();

        public override void Explored(int done, int explorers) => Next();

        public override void RoundStarted(int round, int cohort) => Next();

        public override void ClientDone(int round, int done, int cohort) => Next();

        public override void Evaluating(int round) => Next();

        public override void RoundDone(RoundReport report) => Next();

        void Next()
        {
            if (++Moments == moment) throw new Broken();
        }

        public sealed class Broken : Exception;
    }
}
