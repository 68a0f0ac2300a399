using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Laws of all algorithms with personal models.</summary>
public sealed class PersonalModelTests : IDisposable
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "none", ServerMomentum = 0, EvaluateEvery = 1 };

    static readonly Network Network = new NetworkBuilder("norm", new SampleShape(1, 4, 4))
        .Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(5).ReLU().Linear(3).Build(3);

    readonly TemporaryDirectory _folder = new();

    public static TheoryData<string> Methods => ["fedbn", "fedper", "fedrep", "ditto"];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Methods))]
    public async Task Personal_figures_stand_beside_those_of_the_global_model(string method)
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { Algorithm = method, Rounds = 8 }, network: Network);

        Assert.Every(outcome.Rounds, round =>
        {
            Assert.Equal(round.Report.ClientsEvaluatedIn!.Keys, round.Report.ClientsPersonalIn!.Keys);
            Assert.Equal(round.Report.ClientsEvaluatedOut!.Keys, round.Report.ClientsPersonalOut!.Keys);
        });
        var (first, last) = (outcome.Rounds[0].Report, outcome.Rounds[^1].Report);
        Assert.True(last.ClientsPersonalIn!["loss"].Equal < first.ClientsPersonalIn!["loss"].Equal);
        Assert.True(last.ClientsPersonalOut!["loss"].Equal < first.ClientsPersonalOut!["loss"].Equal);
    }

    /// <summary>Under a mask of units. Of fedper the body is the global one, and each client has a last layer of its own.</summary>
    [Theory, InlineData("fedper"), InlineData("ditto")]
    public void Personal_models_are_saved_with_a_run_or_after_it(string method)
    {
        var experiment = FinishedRuns.Small with { Algorithm = method, Rounds = 3, CohortFraction = 1, DenseRounds = 1 };
        var options = new RunOptions { ResultPath = _folder.Path, Workers = 2, Offline = true };
        var run = Simulation.Run(experiment, options with { SaveClients = true }).Directory;
        var later = Simulation.Run(experiment with { Name = "later" }, options).Directory;
        Assert.False(Directory.Exists(Path.Combine(later, "checkpoints/clients")));
        var ended = RunSummary.Load(later);
        Simulation.Resume(later, options with { SaveClients = true });
        Assert.Equal((ended.Time, ended.PeakRssBytes), (RunSummary.Load(later).Time, RunSummary.Load(later).PeakRssBytes));
        Assert.Equal(method == "ditto", File.Exists(Path.Combine(run, "checkpoints/clients/0000.safetensors")));

        static SavedModel Personal(string run, int client) =>
            SavedModel.Load(Path.Combine(run, $"checkpoints/clients/{client:0000}-personal.safetensors"));
        var global = RunModel.Load(run);
        var models = Enumerable.Range(0, 3).Select(client => Personal(run, client)).ToArray();

        Assert.NotNull(models[0].Card.Widths);
        Assert.Equal(3, models.DistinctBy(model => model.Weights.Sha256()).Count());
        for (var client = 0; client < 3; client++)
        {
            Assert.Equal(global.Network.Layout, models[client].Network.Layout);
            Assert.Equal(models[client].Weights.Sha256(), Personal(later, client).Weights.Sha256());
            var body = global.Network.Layout.Entries.TakeWhile(tensor => tensor.Shape[0] != 10).Sum(tensor => tensor.Length);
            Assert.Equal(
                method == "fedper",
                global.Weights.Values[..body].SequenceEqual(models[client].Weights.Values[..body]));
        }
    }

    [Fact]
    public async Task Other_algorithms_have_none()
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { Algorithm = "fedavg", Rounds = 1 });

        Assert.Null(outcome.Rounds[0].Report.ClientsPersonalIn);
        Assert.Null(outcome.Rounds[0].Report.ClientsPersonalOut);
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task The_number_of_workers_does_not_matter(string method)
    {
        var experiment = Tiny with { Algorithm = method };

        Assert.Equal(
            Facts(await TinyFederation.RunAsync(experiment, network: Network)),
            Facts(await TinyFederation.RunAsync(experiment, workers: 3, network: Network)));
    }

    [Theory, MemberData(nameof(Methods))]
    public void A_run_that_is_stopped_after_any_round_and_resumed_has_the_same_model_and_the_same_personal_figures(string method)
    {
        var experiment = FinishedRuns.Small with { Algorithm = method, Rounds = 4, EvaluateEvery = 1, DenseRounds = 1 };
        if (method == "fedbn") experiment = experiment with { Model = "ResNet10", WidthMultiplier = 0.1 };
        Assert.NotEqual(Experiment.NoPruner, experiment.Pruner);
        var (hash, figures) = Finish(experiment, "whole");
        Assert.Every(figures, figure => Assert.True(figure > 0));

        for (var after = 1; after < experiment.Rounds; after++)
        {
            Assert.Equal(hash, ResumedRuns.Resumed(experiment, _folder[$"{after}"], after));
            Assert.Equal(figures, FiguresOf(_folder[$"{after}"]));
        }
    }

    [Theory, MemberData(nameof(Methods))]
    public void Without_samples_to_evaluate_on_it_is_refused_before_data_are_loaded(string method)
    {
        foreach (var experiment in (Experiment[])[
            FinishedRuns.Small with { Algorithm = method, TestFraction = 0 },
            FinishedRuns.Small with { Algorithm = method, EvaluationScope = EvaluationScope.Global }])
        {
            var refused = Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(experiment));

            Assert.Equal(ExitCode.BadRequest, refused.Code);
            Assert.Equal(
                $"Experiment.Algorithm {method}: it makes a model for each client, which is evaluated on samples that the client holds "
                + "out. Accepted: Experiment.TestFraction above 0 and Experiment.EvaluationScope local or both.",
                refused.Message);
        }
    }

    /// <summary>The fraction is above 0, and no client has a sample to hold out: int(0.001 n) = 0.</summary>
    [Theory, MemberData(nameof(Methods))]
    public void Without_a_held_out_sample_it_is_refused_before_anything_is_written(string method)
    {
        foreach (var (experiment, reader) in ((Experiment, string)[])[
            (new() { Algorithm = method }, $"the personal models of Experiment.Algorithm {method} are evaluated on nothing else"),
            (new() { EvaluationScope = EvaluationScope.Local }, "Experiment.EvaluationScope local evaluates on nothing else")])
        {
            var refused = Assert.Throws<AutoFlipException>(() => ResumedRuns.Unbroken(
                FinishedRuns.Small with
                {
                    Algorithm = experiment.Algorithm,
                    EvaluationScope = experiment.EvaluationScope,
                    TestFraction = 0.001,
                },
                _folder["refused"]));

            Assert.Equal(ExitCode.BadRequest, refused.Code);
            Assert.Equal(
                $"Experiment.TestFraction 0.001: no client has so many samples that it holds one out, and {reader}. "
                + "Accepted: at least 1/n for a client with n samples.",
                refused.Message);
            Assert.Empty(Directory.GetDirectories(_folder["refused"]));
        }
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task A_client_whose_training_fails_keeps_the_model_that_it_had(string method)
    {
        var experiment = Tiny with { Algorithm = method, CohortFraction = 1, Rounds = 3 };
        var store = new VolatileStore();
        var data = TinyFederation.Data(experiment);

        var outcome = await TinyFederation.RunAsync(
            experiment, network: Network, data: TinyFederation.WithPoison(data, client: 2), store: store);

        Assert.Every(outcome.Rounds, round => Assert.Equal(2, Assert.Single(round.Report.Failures).Client));
        foreach (var name in (string[])["local", "personal"]) Assert.Null(store.Before(client: 2, name, int.MaxValue));
        Assert.Contains((string[])["local", "personal"], name => store.Before(client: 1, name, int.MaxValue) is not null);
    }

    /// <summary>Hash and personal losses of every round.</summary>
    static ImmutableArray<object?> Facts(TinyFederation.Outcome outcome) =>
    [
        .. outcome.Rounds.SelectMany(round => (object?[])[
            round.State.Server.Weights.Sha256(), round.Report.ClientsPersonalIn?["loss"].Equal,
            round.Report.ClientsPersonalOut?["loss"].Equal]),
    ];

    (string Hash, double?[] Figures) Finish(Experiment experiment, string name) =>
        (ResumedRuns.Unbroken(experiment, _folder[name]), FiguresOf(_folder[name]));

    static double?[] FiguresOf(string folder)
    {
        var record = RunRecord.Load(Assert.Single(Directory.GetDirectories(folder)));
        return
        [
            .. record.Rounds.SelectMany(round => (double?[])[
                round.ClientsPersonalIn!["loss"].Equal, round.ClientsPersonalOut!["loss"].Equal]),
            record.Summary!.Metrics.Primary.Personal,
        ];
    }
}
