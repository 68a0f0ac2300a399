namespace AutoFlip.Tests;

public class ClientHostTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment;

    /// <summary>The n-th reading of the clock is n² seconds: 1-4 around decoding, 9-16 around training,
    /// 25-36 around preparing values.</summary>
    [Theory]
    [InlineData(ClientWork.Train, 3, 7, 11), InlineData(ClientWork.Explore, 3, 7, 11), InlineData(ClientWork.Evaluate, 3, 0, 0)]
    [InlineData(ClientWork.Measure, 3, 0, 7)]
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

    /// <summary>Clients that are sent the same bytes share what one of them decoded; others do not, and damage is seen all the
    /// same.</summary>
    [Fact]
    public void A_task_that_comes_again_is_answered_as_if_it_had_come_first()
    {
        var data = TinyFederation.Data(Tiny);
        var network = TinyFederation.Network(Tiny);
        using var workspace = Workspace.Of(Tiny);
        byte[] Task(ClientWork work, int round, ulong seed) => new SentTask(
            Tiny,
            new ClientTask(
                work, round, Tiny.LearningRate,
                Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(seed)), Mask.Dense(network.Layout))).Whole.ToArray();
        ClientHost Host() => new(Tiny, Catalog.Resolve(Tiny), network, new SimulatedData(data), new VolatileStore(), new Clock());
        byte[] Answer(ClientHost host, byte[] message, int client) => host.Handle(workspace, message, client, default).ToArray();
        byte[] first = Task(ClientWork.Train, 1, 1), other = Task(ClientWork.Train, 1, 2), next = Task(ClientWork.Evaluate, 1, 1);
        byte[] damaged = [.. first];
        damaged[damaged.Length / 2] ^= 1;

        var host = Host();
        (byte[], int)[] asked = [(first, 0), (first, 1), (damaged, 1), (first, 2), (other, 1), (next, 0), (next, 1), (first, 1)];
        foreach (var (message, client) in asked)
            Assert.Equal(Answer(Host(), message, client), Answer(host, message, client));
        Assert.NotEqual(Answer(Host(), first, 1), Answer(Host(), other, 1));
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

    /// <summary>The server has nothing of a training that failed, so the next one must not build on it. An evaluation that fails leaves
    /// alone what the training of its round kept.</summary>
    [Fact]
    public void A_training_that_fails_keeps_nothing()
    {
        var store = new VolatileStore();
        var data = TinyFederation.Data(Tiny);

        Assert.NotNull(Handle(ClientWork.Train, data, store: store, algorithm: new KeepsAndFails()).Failure);
        Assert.Null(store.Before(client: 0, "v", round: 2));

        store.Save(client: 0, "v", 1, new(Selection.All(1), new float[1]));
        var unreadable = data with { HeldOut = TinyFederation.With(data, _ => throw new InvalidDataException("It fails.")).Train };
        Assert.NotNull(Handle(ClientWork.Evaluate, unreadable, store: store).Failure);
        Assert.NotNull(store.Before(client: 0, "v", round: 2));
    }

    static ClientReply Handle(
        ClientWork work, FederatedData data, Experiment? experiment = null, IClientStore? store = null,
        FederatedAlgorithm? algorithm = null)
    {
        experiment ??= Tiny;
        var network = TinyFederation.Network(experiment);
        using var workspace = Workspace.Of(experiment);
        var method = Catalog.Resolve(experiment);
        var task = new SentTask(
            experiment, new ClientTask(work, 1, experiment.LearningRate, TinyFederation.Initial(experiment), Mask.Dense(network.Layout))
            {
                Scores = method.Pruner.ScoreParts(network),
            });
        var host = new ClientHost(
            experiment, method with { Algorithm = algorithm ?? method.Algorithm }, network, new SimulatedData(data),
            store ?? new VolatileStore(), new Squares());
        return task.Read(host.Handle(workspace, task.Whole.Span, client: 0, TestContext.Current.CancellationToken), client: 0).Reply;
    }

    sealed record KeepsAndFails : FederatedAlgorithm
    {
        public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
        {
            training.Memory.Write("v", training.Initial.Parameters);
            throw new InvalidDataException("It fails.");
        }
    }

    sealed class FullStore : IClientStore
    {
        public KeptVector? Before(int client, string name, int round) => null;

        public void Save(int client, string name, int round, KeptVector vector) =>
            throw AutoFlipException.RunFailed("It cannot be written.", FullDisk.Failure());

        public void Discard(int client, IReadOnlyCollection<int> rounds) { }
    }

    sealed class Squares : TimeProvider
    {
        long _readings;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_readings * _readings;
    }
}
