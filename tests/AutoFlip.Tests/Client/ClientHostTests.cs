namespace AutoFlip.Tests;

public class ClientHostTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment;

    /// <summary>The n-th reading of the clock is n² seconds: 1-4 around decoding, 9-16 around training, 25-36 around preparing values.</summary>
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

    static ClientReply Handle(ClientWork work, FederatedData data)
    {
        var network = TinyFederation.Network(Tiny);
        using var workspace = Workspace.Of(Tiny);
        var task = new SentTask(Tiny, new ClientTask(work, 1, Tiny.LearningRate, TinyFederation.Initial(Tiny), Mask.Dense(network.Layout)));
        var host = new ClientHost(Tiny, Catalog.Resolve(Tiny), network, data, new ResidualMemory(), new Squares());
        return task.Read(host.Handle(workspace, task.Whole.Span, client: 0, TestContext.Current.CancellationToken)).Reply;
    }

    sealed class Squares : TimeProvider
    {
        long _readings;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_readings * _readings;
    }
}
