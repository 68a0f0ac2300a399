namespace AutoFlip.Tests;

public class ClientHostTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment;

    /// <summary>The n-th reading of the clock is n² seconds: 1-4 around decoding, 9-16 around training,
    /// 25-36 around preparing values.</summary>
    [Theory]
    [InlineData(ClientWork.Train, 3, 7, 11), InlineData(ClientWork.Explore, 3, 7, 11), InlineData(ClientWork.Evaluate, 3, 0, 0)]
    public void A_reply_says_what_each_part_of_the_work_cost(ClientWork work, double decode, double train, double encode)
    {
        var reply = Handle(work, TinyFederation.Data(Tiny));

        Assert.Null(reply.Failure);
        Assert.Equal(new ClientSeconds(decode, train, encode), reply.Seconds);
    }

    [Fact]
    public void A_client_that_fails_claims_no_cost()
    {
        var reply = Handle(ClientWork.Train, TinyFederation.WithPoison(TinyFederation.Data(Tiny), client: 0));

        Assert.NotNull(reply.Failure);
        Assert.Null(reply.Seconds);
    }

    /// <summary>As a failed client, it would be left out of the round, and the run would end with another model.</summary>
    [Fact]
    public void A_residual_that_cannot_be_written_ends_the_run()
    {
        var rounded = Tiny with { WireUp = WireFormat.Int8 };

        var failure = Assert.Throws<AutoFlipException>(() =>
            Handle(ClientWork.Train, TinyFederation.Data(rounded), rounded, new FullStore()));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
    }

    static ClientReply Handle(ClientWork work, FederatedData data, Experiment? experiment = null, IClientStore? store = null)
    {
        experiment ??= Tiny;
        var network = TinyFederation.Network(experiment);
        using var workspace = Workspace.Of(experiment);
        var task = new SentTask(
            experiment, new ClientTask(work, 1, experiment.LearningRate, TinyFederation.Initial(experiment), Mask.Dense(network.Layout)));
        var host = new ClientHost(
            experiment, Catalog.Resolve(experiment), network, new SimulatedData(data), store ?? new VolatileStore(), new Squares());
        return task.Read(host.Handle(workspace, task.Whole.Span, client: 0, TestContext.Current.CancellationToken), client: 0).Reply;
    }

    sealed class FullStore : IClientStore
    {
        public KeptVector? Before(int client, string name, int round) => null;

        public void Save(int client, string name, int round, KeptVector vector) =>
            throw AutoFlipException.RunFailed("It cannot be written.", FullDisk.Failure());
    }

    sealed class Squares : TimeProvider
    {
        long _readings;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_readings * _readings;
    }
}
