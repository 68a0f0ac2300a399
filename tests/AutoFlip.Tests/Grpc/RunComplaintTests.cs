namespace AutoFlip.Tests;

/// <summary>Complaints of users of other systems, each named after its address, as in <see cref="ComplaintTests"/>. Here are those that
/// need whole runs.</summary>
[Trait("speed", "slow")] // clients pause before they connect again
public class RunComplaintTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Experiment Digits(int rounds) => new()
    {
        Name = "complaints",
        Dataset = "Digits",
        Model = "LeNet",
        Clients = 2,
        CohortFraction = 1,
        Rounds = rounds,
        LocalEpochs = 1,
        BatchSize = 64,
        Pruner = Experiment.NoPruner,
        Partition = "iid",
        Metrics = ["acc1"],
        WireUp = WireFormat.Int8, // clients keep what must not be lost
        WireDown = WireFormat.Int8,
    };

    static RunSummary Simulate(Experiment experiment, TemporaryFolder folder) => Simulation.Run(
        experiment, new RunOptions { ResultPath = Path.Combine(folder.Path, "sim"), Workers = 1 }, cancel: Cancel);

    /// <summary>securefederatedai/openfederatedlearning: a server that is started again dies without a word, and its clients go on for
    /// ever.</summary>
    [Fact]
    public async Task OpenFL_1620_server_is_started_again_five_times_and_all_processes_end_with_the_run()
    {
        using var folder = new TemporaryFolder();
        var experiment = Digits(rounds: 6);

        var (summary, lines) = await NetworkFederation.RestartAfterEachRoundAsync(experiment, folder.Path, Cancel);

        Assert.Equal(Simulate(experiment, folder).ModelSha256, summary.ModelSha256);
        Assert.Equal(
            experiment.Rounds * experiment.Clients, lines.Count(line => line.EndsWith("begins to train.", StringComparison.Ordinal)));
    }

    /// <summary>adap/flower 775 and 4279: after ten minutes of training the channel is idle, a router or a proxy has ended it, and the
    /// result cannot be sent.</summary>
    [Fact]
    public async Task Flower_775_result_is_sent_though_every_connection_ends_while_clients_train()
    {
        using var folder = new TemporaryFolder();
        var experiment = Digits(rounds: 3);

        var summary = await NetworkFederation.ResetAtWorkAsync(experiment, folder.Path, Cancel);

        Assert.Equal(Simulate(experiment, folder).ModelSha256, summary.ModelSha256);
    }
}
