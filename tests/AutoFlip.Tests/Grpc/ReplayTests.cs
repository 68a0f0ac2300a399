using System.Net;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A run that lost replies, simulated again without them.</summary>
[Trait("speed", "slow")] // waits for the deadline of a round
public class ReplayTests
{
    static Experiment Digits => new()
    {
        Name = "replay",
        Dataset = "Digits",
        Clients = 3,
        CohortFraction = 1,
        Rounds = 3,
        LocalEpochs = 1,
        BatchSize = 32,
        Pruner = Experiment.NoPruner,
        Partition = "iid",
        Metrics = ["acc1"],
        WireUp = WireFormat.Int8, // clients keep residuals, which a reply that did not count must not change
        WireDown = WireFormat.Int8,
    };

    [Fact]
    public async Task A_run_without_a_late_reply_has_the_model_of_the_simulation_without_it()
    {
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        var (observed, listening) = (new Observed(), new ServerAddress());
        var server = Task.Run(() => NetworkServer.Run(
            Digits, (settled, all) => ServerData.Of(FederatedData.Load(settled, DataLocations.Of(new()), all, ct)),
            new ServerOptions
            {
                Listen = "127.0.0.1:0",
                MinSamples = 1,
                Listening = listening.Set,
                Rules = new RoundRules { Timeout = TimeSpan.FromSeconds(4), MinClients = 1, Attempts = 100 },
            },
            new RunOptions { ResultPath = Path.Combine(folder.Path, "net"), Workers = 1 }, observed, TimeProvider.System, ct), ct);
        var address = await listening.EndPointOfAsync(server);
        await using var proxy = new FaultProxy(address, TimeProvider.System);
        observed.RoundDoneAction = () => proxy.Faults = Faults.None;
        var late = ClientAsync(proxy.Address, 2, folder.Path, note =>
        {
            if (note.Contains("Round 1: seat 2 begins", StringComparison.Ordinal)) proxy.Faults = new() { IsBlackHole = true };
        }, ct);
        await Task.WhenAll(late, ClientAsync(address, 0, folder.Path, _ => { }, ct), ClientAsync(address, 1, folder.Path, _ => { }, ct));
        var run = await server;

        var replay = Replay.Run(
            run.Directory!, new() { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1 }, RunObserver.None, TimeProvider.System,
            ct);

        Assert.True(replay.Missing > 0);
        Assert.Null(replay.BrokenAuditLine);
        Assert.Equal(run.ModelSha256, replay.Expected);
        Assert.Equal(replay.Expected, replay.Simulated.ModelSha256);
        Assert.NotEqual(
            run.ModelSha256,
            Simulation.Run(Digits, new() { ResultPath = Path.Combine(folder.Path, "all"), Workers = 1 }, cancel: ct).ModelSha256);
    }

    /// <summary>Two of three clients take part in each round, and all three are asked.</summary>
    [Fact]
    public async Task A_round_that_asks_more_clients_than_it_needs_is_closed_by_the_first_replies()
    {
        using var folder = new TemporaryFolder();
        var ct = TestContext.Current.CancellationToken;
        var experiment = Digits with { CohortFraction = 0.67, Oversample = 1.5 };

        var run = await NetworkFederation.RunAsync(experiment, folder.Path, ct);

        var audit = Path.Combine(run.Directory!, "network", AuditLog.FileName);
        File.WriteAllLines(audit, File.ReadLines(audit).Skip(1).ToArray());
        var rounds = RunRecord.Load(run.Directory!).Rounds;
        Assert.Every(rounds, round => Assert.Equal([0, 1, 2], round.Cohort));
        Assert.Every(rounds, round => Assert.Equal(
            "surplus: enough other clients had replied.",
            Assert.Single(round.Failures, failure => failure.Work == ClientWork.Train).Reason));
        var replay = Replay.Run(
            run.Directory!, new() { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1 }, RunObserver.None, TimeProvider.System,
            ct);
        Assert.Equal((experiment.Rounds, true), (replay.Missing, replay.IsEqual));
        Assert.Equal(1, replay.BrokenAuditLine);
    }

    [Fact]
    public void A_simulation_is_not_replayed()
    {
        using var folder = new TemporaryFolder();
        var run = Simulation.Run(
            Digits with { Rounds = 1 }, new() { ResultPath = folder.Path, Workers = 1 }, cancel: TestContext.Current.CancellationToken);

        var failure = Assert.Throws<AutoFlipException>(
            () => Replay.Run(run.Directory!, new(), RunObserver.None, TimeProvider.System, CancellationToken.None));

        Assert.Equal(ExitCode.BadRequest, failure.Code);
        Assert.Contains("is not the run of a server", failure.Message);
    }

    /// <summary>A client may fail at one kind of work of a round and not at the others.</summary>
    [Theory]
    [InlineData(ClientWork.Explore, 2)]
    [InlineData(ClientWork.Train, 0)]
    [InlineData(ClientWork.Evaluate, 1)]
    public async Task A_failure_is_replayed_in_the_work_that_failed(ClientWork work, int failed)
    {
        var record = new RunRecord
        {
            Directory = "none",
            Experiment = Digits,
            Explorers = [new(2, 0, 0, 0, 0, "It broke.")],
            Rounds = [Reports.Round(1) with { Failures = [new(0, "It broke."), new(1, "It broke.") { Work = ClientWork.Evaluate }] }],
        };
        var channel = new ReplayedChannel(new Answering(), [], record, new(new MemoryDisk()));

        await channel.BeginAsync(CoordinatorRig.TaskOf(1, work), CancellationToken.None);

        for (var client = 0; client < channel.Clients; client++)
        {
            var answer = await channel.SendAsync(client, default, CancellationToken.None);
            Assert.Equal(client == failed ? "It broke." : null, answer.Failure);
        }
    }

    sealed class Answering : IMessageChannel
    {
        public int Clients => 3;

        public int AtOnce => 1;

        public int? SamplesOf(int client) => null;

        public ValueTask BeginAsync(CohortTask task, CancellationToken ct) => ValueTask.CompletedTask;

        public Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
            Task.FromResult(Answer.Of(new byte[1]));
    }

    static async Task ClientAsync(IPEndPoint server, int seat, string folder, Action<string> noted, CancellationToken ct)
    {
        using var client = new NetworkClient(
            new ClientOptions
            {
                Server = $"http://{server}",
                Name = $"c{seat}",
                Seats = [seat],
                State = Path.Combine(folder, $"state-{seat}"),
                Workers = 1,
                Once = true,
            },
            run => ClientData.Dealt(run.Experiment, DataLocations.Of(new()), RunObserver.None, ct), new Log(noted), TimeProvider.System);
        await client.RunAsync(ct);
    }

    sealed class Log(Action<string> noted) : IClientLog
    {
        public void Note(string message) => noted(message);

        public void Warning(string message) { }
    }

    sealed class Observed : RunObserver
    {
        public Action? RoundDoneAction { get; set; }

        public override void RoundDone(RoundReport report) => RoundDoneAction?.Invoke();
    }
}
