using System.Net;
using AutoFlip.Grpc;
using AutoFlip.Orleans;

namespace AutoFlip.Tests;

/// <summary>Workers that are lost or do not fit, and addresses that are wrong.</summary>
public class ClusterFaultTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Dataset = "Digits", CohortFraction = 1, Pruner = "none" };

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>As Orleans words a connection that is refused, with the stack below.</summary>
    [Fact]
    public void A_failure_is_one_line_without_a_stack() => Assert.Equal(
        "Exception while sending message: unable to connect to S127.0.0.1:41202",
        WorkerLink.ReasonOf(new InvalidOperationException(
            "Exception while sending message: unable to connect to S127.0.0.1:41202.\r\n   at Orleans.Runtime.Connect()\n   at ...")));

    /// <summary>Before anything is trained: the same sentence for the first round and while the run gets ready.</summary>
    [Fact]
    public async Task A_cluster_without_workers_is_not_ready_and_the_run_ends_by_name()
    {
        await using var federation = await ClusterFederation.StartAsync(
            Tiny, TinyFederation.Data(Tiny), workers: 0, startTimeout: TimeSpan.Zero);

        var ready = await Assert.ThrowsAsync<AutoFlipException>(async () => await federation.Channel.ReadyAsync(Stop));
        var run = await Assert.ThrowsAsync<AutoFlipException>(() => TinyFederation.RunAsync(Tiny, channel: federation.Channel));

        Assert.Equal((ExitCode.RunFailed, ready.Message), (run.Code, run.Message));
        Assert.StartsWith("No worker has joined the cluster", ready.Message, StringComparison.Ordinal);
    }

    /// <summary>Orleans 942, 3824 and 6802: calls to a server that is gone never end.</summary>
    [Fact]
    public async Task Orleans_942_clients_of_a_lost_worker_are_computed_elsewhere()
    {
        var data = TinyFederation.Data(Tiny);
        var want = await TinyFederation.RunAsync(Tiny);
        using var entered = new SemaphoreSlim(0);
        using var released = new ManualResetEventSlim();
        var isHeld = 1;
        var held = TinyFederation.With(data, read: _ =>
        {
            if (Interlocked.Exchange(ref isHeld, 0) == 0) return; // one client holds its worker
            entered.Release();
            released.Wait(Stop);
        });
        await using var federation = await ClusterFederation.StartAsync(Tiny, held);
        var run = TinyFederation.RunAsync(Tiny, channel: federation.Channel);
        Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(60), Stop));

        var stopping = federation.StopWorkerAsync(0); // which of the two holds does not matter
        released.Set();
        await stopping;

        Assert.Equal(want.Global.Sha256(), (await run).Global.Sha256());
    }

    [Fact]
    public async Task With_certificates_the_model_is_the_same_and_those_of_another_authority_are_refused()
    {
        using TestAuthority own = new(), other = new();
        var want = await TinyFederation.RunAsync(Tiny);
        await using var federation = await ClusterFederation.StartAsync(Tiny, TinyFederation.Data(Tiny), own);

        Assert.Equal(want.Global.Sha256(), (await TinyFederation.RunAsync(Tiny, channel: federation.Channel)).Global.Sha256());

        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => ClusterWorker.RunAsync(
            federation.Options with { Pki = other.Folder.Path, StartTimeout = TimeSpan.Zero }, new RunOptions(), slots: 1, once: true,
            IClientLog.None, other.Time, Stop));
        Assert.Equal(ExitCode.RunFailed, refused.Code);
    }

    [Theory]
    [InlineData("other data", "its data give the clients other samples than the coordinator's. Use the same data on all machines.")]
    [InlineData("no data", "it cannot load the run: There are none.")]
    public async Task A_worker_that_does_not_fit_is_told_why(string fault, string reason)
    {
        using var worker = new WorkerService(
            (experiment, _) => fault == "no data"
                ? throw AutoFlipException.BadData("There are none.")
                : new SimulationWorker(experiment, TinyFederation.Data(experiment), slots: 1),
            slots: 1, IClientLog.None, TimeProvider.System);

        var admission = await worker.AdmitAsync(OfferOf(partition: "another"));

        Assert.Equal(reason, admission.Refusal);
        Assert.Equal(reason, await worker.Ended);
    }

    [Fact]
    public async Task A_worker_takes_part_in_one_run_of_one_version_and_one_kind_of_processor()
    {
        using var worker = new WorkerService(
            (experiment, _) => new SimulationWorker(experiment, TinyFederation.Data(experiment), slots: 1), slots: 3, IClientLog.None,
            TimeProvider.System);
        var offer = OfferOf(TinyFederation.Data(Tiny).Table.Sha256);
        using var other = new WorkerService(
            (_, _) => throw new InvalidOperationException(), slots: 1, IClientLog.None, TimeProvider.System);

        Assert.Equal((null, 3), (await worker.AdmitAsync(offer) is var admission ? admission.Refusal : "", admission.Slots));
        Assert.Null((await worker.AdmitAsync(offer)).Refusal); // asked again, after a call that was lost
        Assert.Equal(
            "the worker takes part in the run of another coordinator.",
            (await worker.AdmitAsync(offer with { Run = new(2, 0, 0, new byte[8]) })).Refusal);
        Assert.True(worker.Beat(offer.Run));
        Assert.False(worker.Beat(default));
        var (old, foreign) = (await other.AdmitAsync(offer with { Version = "0.0.1" }),
            await other.AdmitAsync(offer with { Processor = "abacus" }));
        Assert.StartsWith("it runs version", old.Refusal, StringComparison.Ordinal);
        Assert.StartsWith("its processor", foreign.Refusal, StringComparison.Ordinal);
        worker.End(offer.Run);
        Assert.Null(await worker.Ended);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_ends_a_worker_with_a_sentence()
    {
        var options = new ClusterOptions { Cluster = new(ClusterKind.Redis, "127.0.0.1", 1), StartTimeout = TimeSpan.Zero };

        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => ClusterWorker.RunAsync(
            options, new RunOptions(), slots: 1, once: true, IClientLog.None, TimeProvider.System, Stop));

        Assert.Equal(ExitCode.RunFailed, refused.Code);
        Assert.StartsWith("The cluster redis:127.0.0.1:1 cannot be joined: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_off_this_machine_needs_certificates()
    {
        var options = new ClusterOptions
        {
            Cluster = new(ClusterKind.Static, "192.0.2.1", 11111),
            Listen = new(IPAddress.Loopback, 1),
        };

        var refused = await Assert.ThrowsAsync<AutoFlipException>(() => ClusterWorker.RunAsync(
            options, new RunOptions(), slots: 1, once: true, IClientLog.None, TimeProvider.System, Stop));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.StartsWith(
            "--pki is missing: the cluster static:192.0.2.1:11111 is not on this machine", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("static:localhost:11111", "static:localhost:11111"), InlineData("redis:db", "redis:db:6379")]
    [InlineData("redis:10.0.0.7:7000", "redis:10.0.0.7:7000")]
    [InlineData("static:localhost", null), InlineData("static::1", null), InlineData("pg:db", null), InlineData("redis:db:0", null)]
    [InlineData("static:a:70000", null), InlineData("", null)]
    public void Addresses_of_clusters_are_read(string text, string? address) =>
        Assert.Equal(address, ClusterAddress.Parse(text)?.ToString());

    static RunOffer OfferOf(string partition) => new(
        new(1, 0, 0, new byte[8]), ExperimentFile.ProgramVersion, ProcessorKind.Here,
        ExperimentFile.Write(ExperimentRules.Resolve(Tiny), partition), partition);
}
