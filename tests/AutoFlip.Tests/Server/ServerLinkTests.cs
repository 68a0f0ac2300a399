using System.Runtime.CompilerServices;

namespace AutoFlip.Tests;

public class ServerLinkTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "random", PruneFraction = 0.5m, CohortFraction = 1 };

    static readonly Network Network = TaskCodecTests.Linear(640);

    static readonly Mask Some = Mask.OfWeights(Network.Layout, Selection.Highest(Masks.Values(Network.Layout, 1).Values, 300));

    static SentTask Task(ServerLink link, Mask mask, int round = 1) =>
        link.Prepare(new ClientTask(ClientWork.Evaluate, round, 0, Masks.Values(Network.Layout, 2), mask));

    static readonly UInt128 Id = TaskId.Of(run: 0, round: 1, ClientWork.Evaluate);

    static ReadOnlyMemory<byte> Done(int client) => ReplyCodec.Finish(ReplyCodec.Begin(Id, client), new ClientReply { Client = client });

    static ClientReply Ask(ServerLink link, SentTask task, int client, params ReadOnlyMemory<byte>[] answers)
    {
        var exchange = link.Ask(task, client);
        foreach (var answer in answers) exchange.Answer(answer);
        return exchange.Reply;
    }

    [Fact]
    public void A_mask_is_sent_once_to_each_client_and_again_when_it_changes()
    {
        var link = new ServerLink(Tiny);
        var (first, other) = (Task(link, Some), Task(link, Other()));

        Assert.Equal(first.Whole.Length, Ask(link, first, 0, Done(0)).DownBytes);
        Assert.Equal(first.ByReference.Length, Ask(link, first, 0, Done(0)).DownBytes);
        Assert.Equal(first.Whole.Length, Ask(link, first, 1, Done(1)).DownBytes);
        Assert.Equal(other.Whole.Length, Ask(link, other, 0, Done(0)).DownBytes);
        Assert.Equal(other.ByReference.Length, Ask(link, Task(link, Other()), 0, Done(0)).DownBytes); // an equal mask, made anew

        static Mask Other() => Mask.OfWeights(Network.Layout, Selection.Highest(Masks.Values(Network.Layout, 3).Values, 300));
    }

    [Fact]
    public void A_client_that_failed_or_was_lost_counts_as_not_having_the_mask()
    {
        var link = new ServerLink(Tiny);
        var task = Task(link, Some);

        Ask(link, task, 0, Done(0));
        Assert.Equal("no", Ask(link, task, 0, ReplyCodec.Without(ReplyStatus.Failed, Id, 0, "no")).Failure);
        Assert.Equal(task.Whole.Length, Ask(link, task, 0, Done(0)).DownBytes);
        link.Ask(task, 0).Fail("it did not answer in time.");
        Assert.Equal(task.Whole.Length, Ask(link, task, 0, Done(0)).DownBytes);
    }

    /// <summary>Client 1 failed to train and then evaluated, client 2 trained and then failed to evaluate, client 3
    /// failed to compute statistics.</summary>
    [Fact]
    public void A_resumed_server_knows_of_masks_what_it_knew_before()
    {
        var experiment = Tiny with { EvaluateEvery = 1 };
        var report = Reports.Round(2) with
        {
            Cohort = [0, 1, 2, 3, 4, 5],
            Failures = [new(1, "no"), new(2, "no") { Work = ClientWork.Evaluate }, new(3, "no") { Work = ClientWork.Measure }],
            Mask = WireMask.NameOf(Some),
        };
        var mask = WireMask.Of(Some).Hash;
        bool[] Known(bool areMeasured, bool areEvaluated)
        {
            var link = new ServerLink(experiment);
            link.Recall([areEvaluated ? report : report with { ClientsEvaluatedOut = null }], areMeasured);
            return [.. Enumerable.Range(1, 3).Select(client => link.Has(client, mask))];
        }

        Assert.NotNull(report.ClientsEvaluatedOut);
        Assert.Equal([true, false, true], Known(areMeasured: false, areEvaluated: true));
        Assert.Equal([false, true, true], Known(areMeasured: false, areEvaluated: false));
        Assert.Equal([true, true, false], Known(areMeasured: true, areEvaluated: false));
        Assert.Equal([true, false, true], Known(areMeasured: true, areEvaluated: true));
    }

    /// <summary>A client that asks for the mask is answered on a thread of its own, while others' answers are read.</summary>
    [Fact]
    public void Masks_of_clients_can_be_noted_by_several_threads()
    {
        const int Clients = 200_000;
        var link = new ServerLink(Tiny);

        Parallel.For(0, Clients, new ParallelOptions { MaxDegreeOfParallelism = 4 }, client =>
        {
            link.Learn(client, 7);
            if (client % 2 == 1) link.Learn(client, null);
        });

        Assert.Equal(Clients / 2, Enumerable.Range(0, Clients).Count(client => link.Has(client, 7)));
    }

    [Fact]
    public void A_client_that_lacks_a_mask_is_sent_it_and_both_messages_count()
    {
        var link = new ServerLink(Tiny);
        var task = Task(link, Some);
        Ask(link, task, 0, Done(0));
        var unknown = ReplyCodec.Without(ReplyStatus.MaskUnknown, Id, 0);

        var reply = Ask(link, task, 0, unknown, Done(0));

        Assert.Null(reply.Failure);
        Assert.Equal(task.ByReference.Length + task.Whole.Length, reply.DownBytes);
        Assert.Equal(unknown.Length + Done(0).Length, reply.UpBytes);
    }

    [Fact]
    public void A_client_that_lacks_what_it_was_sent_has_failed()
    {
        var link = new ServerLink(Tiny);

        Assert.Contains(
            "asks for a mask that it was sent", Ask(link, Task(link, Some), 0, ReplyCodec.Without(ReplyStatus.MaskUnknown, Id, 0)).Failure);
    }

    [Fact]
    public void An_answer_that_cannot_be_read_or_is_anothers_is_a_failure_of_that_client()
    {
        var link = new ServerLink(Tiny);

        Assert.Contains("cannot be read: The message is cut off", Ask(link, Task(link, Some), 0, new byte[5]).Failure);
        Assert.Contains("answers another task", Ask(link, Task(link, Some), 0, Done(1)).Failure);
        Assert.Contains("answers another task", Ask(link, Task(link, Some, round: 2), 0, Done(0)).Failure); // a late answer
        Assert.Contains(
            "answers another task", Ask(new ServerLink(Tiny, run: 9), Task(new ServerLink(Tiny, run: 9), Some), 0, Done(0)).Failure);
    }

    [Fact]
    public void A_dense_model_has_no_mask_to_send()
    {
        var task = Task(new ServerLink(Tiny), Mask.Dense(Network.Layout));

        Assert.Null(task.Mask);
        Assert.Equal(task.Whole, task.ByReference);
    }

    /// <summary>A client that loses its masks between two rounds, as one that was started anew.</summary>
    [Fact]
    public async Task A_run_whose_clients_forget_their_masks_ends_in_the_same_model()
    {
        var want = await TinyFederation.RunAsync(Tiny with { MaskRefresh = MaskRefresh.Once });
        var data = TinyFederation.Data(Tiny);
        var network = TinyFederation.Network(Tiny);
        using var pool = new WorkerPool(2, 1, () => Workspace.Of(Tiny));
        var transport = new Forgetful(
            new ServerLink(Tiny),
            () => new ClientHost(Tiny, Catalog.Resolve(Tiny), network, new SimulatedData(data), new VolatileStore(), TimeProvider.System),
            data, pool);
        var run = new RecordedRun(
            Tiny, Catalog.Resolve(Tiny), network, transport, new MemoryScores(), null, RunObserver.None,
            TimeProvider.System);

        RoundResult? last = null;
        await foreach (var round in run.RunAsync(TinyFederation.Initial(Tiny), null, TestContext.Current.CancellationToken)) last = round;

        Assert.Equal(want.Global.Sha256(), last!.Mask.Apply(last.State.Server.Weights).Sha256());
        Assert.True(last.Report.DownBytes > want.Rounds[^1].Report.DownBytes);
        Assert.Empty(last.Report.Failures);
    }

    [Fact]
    public async Task A_later_round_is_smaller_by_the_mask_and_the_ledger_says_so()
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { EvaluationScope = EvaluationScope.Global });

        var task = new SentTask(
            Tiny,
            new ClientTask(ClientWork.Train, 2, Tiny.LearningRateOf(2), outcome.Rounds[0].State.Server.Weights, outcome.Rounds[1].Mask));
        Assert.Equal(6 * task.ByReference.Length, outcome.Rounds[1].Report.DownBytes);
        Assert.True(task.Whole.Length > task.ByReference.Length);
        Assert.Equal(WireMask.NameOf(outcome.Rounds[1].Mask), outcome.Rounds[1].Report.Mask);
    }

    [Theory]
    [InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public async Task It_learns_in_every_format(WireFormat format)
    {
        var outcome = await TinyFederation.RunAsync(
            TinyFederation.Experiment with
            {
                WireDown = format,
                WireUp = format,
                Pruner = "none",
                Rounds = 20,
                ServerMomentum = 0,
                CohortFraction = 1
            });

        Assert.True(outcome.Rounds[^1].Report.ServerEvaluated!.Metrics["acc1"] > 0.9);
    }

    /// <summary>Asks a new host every time.</summary>
    sealed class Forgetful(ServerLink link, Func<ClientHost> host, FederatedData data, WorkerPool pool) : IClientTransport
    {
        public ValueTask<int> CountAsync(CancellationToken ct) => ValueTask.FromResult(data.Clients.Count);

        public async IAsyncEnumerable<ClientReply> DispatchAsync(
            ClientTask task, IReadOnlyList<int> cohort, [EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var reply in new Dispatch(link, new InProcessChannel(host(), data, pool)).DispatchAsync(task, cohort, ct))
                yield return reply;
        }
    }
}
