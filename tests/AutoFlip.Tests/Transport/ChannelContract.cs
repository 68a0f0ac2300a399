using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Laws of every channel between a server and its clients. A new channel needs a <see cref="TestFederation"/> and a subclass
/// that opens it.</summary>
public abstract class ChannelContract
{
    const string Int8 = "int8 with residuals, a mask for each cohort, removed weights become zero";
    static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(60);

    // the data set is a name that clients know; they are given stripes
    static readonly Experiment Tiny = TinyFederation.Experiment with { Dataset = "Digits", CohortFraction = 1 };

    static readonly Dictionary<string, Experiment> Experiments = new()
    {
        ["float32, dense"] = Tiny with { Pruner = "none" },
        ["float32, one mask, removed weights become zero"] = Tiny with { MaskRefresh = MaskRefresh.Once, Regrow = Regrow.Zero },
        ["float16, a mask for each cohort"] = With(WireFormat.Fp16, WireFormat.Fp16) with { CohortFraction = 0.5 },
        [Int8] = With(WireFormat.Int8, WireFormat.Int8) with
        {
            CohortFraction = 0.5,
            Pruning = PruningKind.Unstructured,
            Regrow = Regrow.Zero,
        },
        ["float32 down, int8 up with residuals, a dense round first"] = With(WireFormat.Fp32, WireFormat.Int8) with { DenseRounds = 1 },
        ["int8 down, float16 up, control variates"] =
            With(WireFormat.Int8, WireFormat.Fp16) with
            {
                Algorithm = "scaffold",
                Optimizer = "SGD",
                ServerMomentum = 0,
                MaskRefresh = MaskRefresh.Once
            },
        ["int8, sub-models of five widths, other units in each round"] =
            (With(WireFormat.Int8, WireFormat.Int8) with { Pruner = "fedrolex", MaskRefresh = MaskRefresh.Once })
            .WithOption("dynamicRates", true),
        ["float16, sub-models, clients report their classes"] =
            (With(WireFormat.Fp16, WireFormat.Fp16) with { Pruner = "heterofl", MaskRefresh = MaskRefresh.Once })
            .WithOption("maskedLoss", true),
        ["int8 with residuals, weights swapped by positions and values"] =
            (With(WireFormat.Int8, WireFormat.Int8) with { Pruner = "fedmef", CohortFraction = 0.5 }).WithOption("adjustmentInterval", 1),
        ["float16, weights swapped by positions"] =
            (With(WireFormat.Fp16, WireFormat.Fp16) with { Pruner = "fedrts" }).WithOption("adjustmentInterval", 1),
        ["float32, units swapped"] =
            (With(WireFormat.Fp32, WireFormat.Fp32) with { Pruner = "prunefl", Pruning = PruningKind.Structured, UnitMultiple = 1 })
            .WithOption("adjustmentInterval", 2),
        ["int8 with residuals, units drawn from posteriors"] =
            (With(WireFormat.Int8, WireFormat.Int8) with { Pruner = "fedrts", Pruning = PruningKind.Structured, UnitMultiple = 1 })
            .WithOption("adjustmentInterval", 2),
        ["float32, personal layers, a mask for each cohort"] =
            With(WireFormat.Fp32, WireFormat.Fp32) with { Algorithm = "fedper", CohortFraction = 0.5, EvaluateEvery = 1 },
        ["int8 with residuals, personal layers"] =
            With(WireFormat.Int8, WireFormat.Int8) with { Algorithm = "fedrep", CohortFraction = 0.5, DenseRounds = 1 },
        ["float16, statistics of batch normalisation, units removed"] =
            With(WireFormat.Fp16, WireFormat.Fp16) with
            {
                Model = "WideResNet",
                Depth = 10,
                WidenFactor = 1,
                WidthMultiplier = 0.25,
                CohortFraction = 0.5,
                StaticBatchNorm = true,
            },
        ["float32, all explorers join the last dense round"] =
            (Tiny with { CohortFraction = 0.34, DenseRounds = 2 }).WithOption("explorationRound", true),
        ["float16, clients' own models"] = With(WireFormat.Fp16, WireFormat.Fp16) with { Algorithm = "ditto", DenseRounds = 1 },
    };

    static readonly ConcurrentDictionary<string, Lazy<Task<TinyFederation.Outcome>>> Simulated = [];

    public static TheoryData<string> Names => [.. Experiments.Keys];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>True if clients that are started anew have no mask, and ask for it.</summary>
    protected virtual bool ClientsForget => true;

    /// <summary>True if all clients are in one process, and a mask that one asked for is there for all. False if those with even and with
    /// odd numbers are in two.</summary>
    protected virtual bool ClientsShareMasks => false;

    /// <summary>Starts the clients.</summary>
    /// <param name="experiment">What they run.</param>
    /// <param name="data">Their samples.</param>
    internal abstract Task<TestFederation> OpenAsync(Experiment experiment, FederatedData data);

    [Theory, MemberData(nameof(Names))]
    public async Task A_run_has_the_masks_the_bytes_and_the_model_of_a_simulation_with_one_worker(string name)
    {
        var experiment = Experiments[name];
        await using var federation = await OpenAsync(experiment, TinyFederation.Data(experiment));

        AssertSame(await SimulatedAsync(name), await TinyFederation.RunAsync(experiment, channel: federation.Channel));
    }

    [Fact]
    public async Task Nothing_is_shared_a_buffer_that_is_overwritten_after_its_use_changes_nothing()
    {
        var experiment = Experiments[Int8];
        await using var federation = await OpenAsync(experiment, TinyFederation.Data(experiment));

        AssertSame(
            await SimulatedAsync(Int8), await TinyFederation.RunAsync(experiment, channel: new Overwriting(federation.Channel)));
    }

    [Fact]
    public async Task A_client_that_fails_is_a_reply_that_has_no_influence_on_the_others()
    {
        var data = TinyFederation.Data(Tiny);
        var failing = TinyFederation.With(data, read: client =>
        {
            if (client == 2) throw new InvalidOperationException("unreadable");
        });
        var want = await TinyFederation.RunAsync(Tiny, data: failing);
        await using var federation = await OpenAsync(Tiny, failing);

        var got = await TinyFederation.RunAsync(Tiny, channel: federation.Channel);

        Assert.Equal(want.Global.Sha256(), got.Global.Sha256());
        Assert.Every(got.Rounds, round => Assert.Equal(2, Assert.Single(round.Report.Failures).Client));
    }

    [Fact]
    public async Task Each_member_of_a_cohort_has_one_reply_in_the_order_of_the_cohort_in_each_of_several_dispatches()
    {
        await using var federation = await OpenAsync(Tiny, TinyFederation.Data(Tiny));
        var dispatch = new Dispatch(new ServerLink(Tiny), federation.Channel);
        int[][] cohorts = [[0, 1, 2, 3, 4, 5], [1, 3, 4], [5], [0, 4, 5]];

        Assert.Equal(6, await dispatch.CountAsync(Stop));
        foreach (var (round, cohort) in cohorts.Index())
        {
            var replies = await AllAsync(dispatch, TaskOf(ClientWork.Train, round + 1), cohort);
            Assert.Equal(cohort, replies.Select(reply => reply.Client));
            Assert.Every(replies, reply => Assert.Equal((null, 17), (reply.Failure, reply.Examples))); // 21 samples less 4 held out
            Assert.Every(cohort, client => Assert.Equal(17, dispatch.SamplesOf(client)));
        }
    }

    [Fact]
    public async Task A_mask_is_sent_once_again_when_it_has_changed_and_again_to_clients_that_have_lost_it()
    {
        await using var federation = await OpenAsync(Tiny, TinyFederation.Data(Tiny));
        var dispatch = new Dispatch(new ServerLink(Tiny), federation.Channel);
        var (one, other) = (MaskOf(seed: 1), MaskOf(seed: 2));

        Assert.Equal(SizesOf(one).Whole, await DownAsync(1, one));
        Assert.Equal(SizesOf(one).ByReference, await DownAsync(2, one));
        Assert.Equal(SizesOf(other).Whole, await DownAsync(3, other));
        Assert.Equal(SizesOf(other).ByReference, await DownAsync(4, other));
        await federation.ForgetAsync();
        var has = SizesOf(other).ByReference;
        var asks = has + (ClientsForget ? SizesOf(other).Whole : 0);
        Assert.Equal(asks, await DownAsync(5, other, 0)); // one at a time: at once, who asks is a matter of who computes first
        Assert.Equal(has, await DownAsync(6, other, 2));
        Assert.Equal(ClientsShareMasks ? has : asks, await DownAsync(7, other, 5));
        Assert.Equal(has, await DownAsync(8, other));

        async Task<long> DownAsync(int round, Mask mask, params int[] clients)
        {
            var replies = await AllAsync(dispatch, TaskOf(ClientWork.Evaluate, round, mask), clients is [] ? [0, 2, 5] : clients);
            Assert.Every(replies, reply => Assert.Null(reply.Failure));
            return Assert.Single(replies.Select(reply => reply.DownBytes).Distinct());
        }

        static (long Whole, long ByReference) SizesOf(Mask mask)
        {
            var task = new SentTask(Tiny, TaskOf(ClientWork.Evaluate, 1, mask));
            return (task.Whole.Length, task.ByReference.Length);
        }
    }

    [Fact]
    public async Task A_cancelled_dispatch_ends_though_all_answers_have_arrived()
    {
        await using var federation = await OpenAsync(Tiny, TinyFederation.Data(Tiny));
        using var cancel = new CancellationTokenSource();
        var arrived = new Arrivals(federation.Channel);
        var dispatch = new Dispatch(new ServerLink(Tiny), arrived);
        await using var replies = dispatch.DispatchAsync(TaskOf(ClientWork.Evaluate, 1), [0, 1, 2], cancel.Token).GetAsyncEnumerator(Stop);
        Assert.True(await replies.MoveNextAsync());
        await arrived.AllAsync(3);

        cancel.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await replies.MoveNextAsync());
    }

    [Fact]
    public async Task Cancelling_ends_a_dispatch_and_training_within_one_batch()
    {
        using var entered = new SemaphoreSlim(0);
        using var released = new ManualResetEventSlim();
        var batches = 0;
        var data = TinyFederation.With(TinyFederation.Data(Tiny), read: _ =>
        {
            Interlocked.Increment(ref batches);
            entered.Release();
            released.Wait(Stop);
        });
        var federation = await OpenAsync(Tiny, data);
        using var cancel = new CancellationTokenSource();
        var dispatch = AllAsync(new Dispatch(new ServerLink(Tiny), federation.Channel), TaskOf(ClientWork.Train, 1), [1], cancel.Token);
        Assert.True(await entered.WaitAsync(HungAfter, Stop));

        cancel.Cancel();
        federation.Stop(); // clients over a network do not depend on the server's process: they go on without it
        released.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dispatch);
        await federation.DisposeAsync();
        Assert.Equal(1, batches); // of 2 epochs of 4
    }

    static Experiment With(WireFormat down, WireFormat up) =>
        Tiny with { WireDown = down, WireUp = up, MaskRefresh = MaskRefresh.Cohort };

    static Task<TinyFederation.Outcome> SimulatedAsync(string name) =>
        Simulated.GetOrAdd(name, _ => new(() => TinyFederation.RunAsync(Experiments[name]))).Value;

    static void AssertSame(TinyFederation.Outcome want, TinyFederation.Outcome got)
    {
        Assert.Every(got.Rounds, round => Assert.Empty(round.Report.Failures));
        Assert.Equal(want.Rounds.Select(Facts), got.Rounds.Select(Facts));
        Assert.Equal(want.Global.Sha256(), got.Global.Sha256());

        static object Facts(RoundResult round) =>
            (round.Mask.Values.Sha256, round.Report.DownBytes, round.Report.UpBytes, round.Report.ServerEvaluated?.Loss,
                round.Report.ClientsPersonalIn?["loss"].Equal, round.Report.ClientsPersonalOut?["loss"].Equal);
    }

    static ClientTask TaskOf(ClientWork work, int round, Mask? mask = null) =>
        new(work, round, 0.01, TinyFederation.Initial(Tiny), mask ?? Mask.Dense(TinyFederation.Initial(Tiny).Layout));

    static Mask MaskOf(ulong seed)
    {
        var layout = TinyFederation.Initial(Tiny).Layout;
        return Mask.OfWeights(layout, Selection.Highest(Masks.Values(layout, seed).Values, layout.ParameterCount / 2));
    }

    static async Task<List<ClientReply>> AllAsync(
        IClientTransport transport, ClientTask task, IReadOnlyList<int> cohort, CancellationToken? cancel = null)
    {
        var replies = new List<ClientReply>();
        await foreach (var reply in transport.DispatchAsync(task, cohort, cancel ?? Stop)) replies.Add(reply);
        return replies;
    }

    /// <summary>Overwrites each request once it was answered, and each answer once it was read.</summary>
    sealed class Overwriting(IMessageChannel inner) : ChannelThrough(inner)
    {
        public override async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
        {
            var sent = request.ToArray();
            var answer = await base.SendAsync(client, sent, ct);
            var received = answer.Read();
            var copy = received.ToArray();
            sent.AsSpan().Fill(0xFF);
            MemoryMarshal.AsMemory(received).Span.Fill(0xFF);
            return Answer.Of(copy);
        }
    }

    /// <summary>Counts answers that have arrived.</summary>
    sealed class Arrivals(IMessageChannel inner) : ChannelThrough(inner)
    {
        readonly SemaphoreSlim _arrived = new(0);

        public async Task AllAsync(int count)
        {
            for (var i = 0; i < count; i++) Assert.True(await _arrived.WaitAsync(HungAfter, Stop));
        }

        public override async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
        {
            var answer = await base.SendAsync(client, request, ct);
            _arrived.Release();
            return answer;
        }
    }
}
