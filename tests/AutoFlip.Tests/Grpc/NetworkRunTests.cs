using System.Text.Json;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>Runs over a Unix socket in this process that are interrupted. <see cref="ChannelContract"/> has those that are not.</summary>
public class NetworkRunTests
{
    static Experiment Digits => new()
    {
        Name = "network",
        Dataset = "Digits",
        Model = "LeNet",
        Clients = 4,
        CohortFraction = 0.5,
        Rounds = 4,
        DenseRounds = 1,
        LocalEpochs = 1,
        BatchSize = 32,
        Pruner = "autoflip",
        PruneFraction = 0.3m,
        ExplorerFraction = 0.5,
        ExplorationEpochs = 1,
        Partition = "iid",
        Metrics = ["acc1"],
        WireUp = WireFormat.Int8,
        WireDown = WireFormat.Int8,
    };

    [Fact]
    public async Task A_reply_that_the_server_has_lost_with_the_power_is_sent_again()
    {
        using var folder = new TemporaryFolder();
        var options = new RunOptions { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1 };
        var simulated = Simulation.Run(Digits, options, cancel: TestContext.Current.CancellationToken);

        var network = await NetworkFederation.LoseRepliesAndResumeAsync(
            Digits, round: 3, folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(simulated.ModelSha256, network.ModelSha256);
        Assert.Equal(simulated.Traffic, network.Traffic);
    }

    /// <summary>120 replies of 20 kB are more than the connection's window of 1 MB. The server gives up a reply that waits for others
    /// after 30 s.</summary>
    [Fact]
    public async Task Replies_of_many_seats_do_not_wait_for_each_other_until_they_are_given_up()
    {
        using var folder = new TemporaryFolder();
        var experiment = Digits with
        {
            Model = "LogReg",
            Clients = 120,
            CohortFraction = 0,
            Rounds = 2,
            Pruner = "none",
            WireUp = WireFormat.Fp32,
            EvaluationScope = EvaluationScope.Global,
        };

        var summary = await NetworkFederation.OfOneProcessAsync(experiment, folder.Path, TestContext.Current.CancellationToken);

        var rounds = File.ReadLines(Path.Combine(summary.Directory!, "rounds.jsonl")).Select(line => JsonDocument.Parse(line)).ToList();
        Assert.Equal(2, rounds.Count);
        Assert.Every(rounds, round => Assert.InRange(round.RootElement.GetProperty("seconds").GetDouble(), 0, 29));
    }

    /// <summary>As each was last evaluated: outside the last cohort with what the server sent last, as a simulation saves them.</summary>
    [Theory, InlineData("fedper"), InlineData("ditto")]
    public async Task Clients_have_their_personal_models_when_the_run_is_over(string algorithm)
    {
        using var folder = new TemporaryFolder();
        var experiment = Digits with { Algorithm = algorithm, WireDown = WireFormat.Fp32 }; // int8 would round what clients have
        var options = new RunOptions { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1, SaveClients = true };
        var simulated = Simulation.Run(experiment, options, cancel: TestContext.Current.CancellationToken);

        var network = await NetworkFederation.OfOneProcessAsync(experiment, folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(simulated.ModelSha256, network.ModelSha256);
        var models = Assert.Single(Directory.GetDirectories(Path.Combine(folder.Path, "state-0", "personal")));
        var simulation = Path.Combine(simulated.Directory!, "checkpoints/clients");
        var cohort = Cohort.Sample(experiment, experiment.Rounds);
        Assert.Every(Enumerable.Range(0, experiment.Clients), client =>
        {
            SavedModel Load(string folder) => SavedModel.Load(Path.Combine(folder, $"{client:0000}-personal.safetensors"));
            var own = Load(models);
            Assert.Equal(experiment.Rounds, own.Card.Round);
            if (!cohort.Contains(client)) Assert.Equal(Load(simulation).Weights.Sha256(), own.Weights.Sha256());
        });
    }

    [Fact]
    public void The_time_until_the_clients_are_there_is_of_no_round()
    {
        using var folder = new TemporaryFolder();
        var clock = new StoppedClock();

        var summary = Simulation.RunThrough(
            Digits with { Model = "LogReg", Rounds = 1, DenseRounds = 0, Pruner = "none" }, session => new Late(session.Clients, clock),
            new RunOptions { ResultPath = folder.Path, Workers = 1 }, time: clock, cancel: TestContext.Current.CancellationToken);

        var round = JsonDocument.Parse(Assert.Single(File.ReadLines(Path.Combine(summary.Directory!, "rounds.jsonl"))));
        Assert.Equal(0, round.RootElement.GetProperty("seconds").GetDouble());
        Assert.Equal(3600, clock.Now.TotalSeconds);
    }

    /// <summary>Clients that come after an hour, and take no time then.</summary>
    sealed class Late(IMessageChannel inner, StoppedClock clock) : ChannelThrough(inner)
    {
        public override ValueTask ReadyAsync(CancellationToken ct)
        {
            clock.Now = TimeSpan.FromHours(1);
            return base.ReadyAsync(ct);
        }

        public override async ValueTask BeginAsync(CohortTask task, CancellationToken ct)
        {
            await ReadyAsync(ct);
            await base.BeginAsync(task, ct);
        }
    }

    [Fact]
    public void Name_of_the_test_set_is_kept_for_when_the_run_is_resumed()
    {
        using var folder = new TemporaryFolder();
        var started = new Beginning();
        var options = new ServerOptions
        {
            Listen = $"unix:{folder["s"]}",
            Test = "folder:holdout",
            StartTimeout = TimeSpan.Zero, // nobody comes
            Rules = new() { Timeout = null, MinClients = 1 },
        };

        Assert.Throws<AutoFlipException>(() => NetworkServer.Run(
            Digits, (settled, all) => ServerData.Of(FederatedData.Load(settled, DataLocations.Of(new()), all)), options,
            new RunOptions { ResultPath = folder.Path, Workers = 1 }, started, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal("folder:holdout", NetworkServer.TestOf(started.Directory!));
    }

    sealed class Beginning : RunObserver
    {
        public string? Directory { get; private set; }

        public override void Started(RunStart start) => Directory = start.Directory;
    }

    [Fact]
    public async Task A_drained_run_that_is_resumed_gives_the_model_of_the_simulation()
    {
        using var folder = new TemporaryFolder();
        var options = new RunOptions { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1 };
        var simulated = Simulation.Run(Digits, options, cancel: TestContext.Current.CancellationToken);

        var network = await NetworkFederation.DrainAndResumeAsync(Digits, round: 2, folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(simulated.ModelSha256, network.ModelSha256);
        Assert.Equal(simulated.Traffic, network.Traffic);
        var ended = Shell.Run(
            "server", network.Directory!, "--continue", "--result-path", Path.Combine(folder.Path, "net"), "--listen", "unix:none",
            "--insecure", "--min-clients", "1", "--round-timeout", "1m");
        Assert.Equal((0, $"{network.Directory} is done.\n"), (ended.Code, ended.Out));
    }
}
