using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Complaints of users of other systems, each named after its address: https://github.com/OWNER/REPOSITORY/issues/NUMBER. Here
/// are those that a coordinator without sockets can show.</summary>
public class ComplaintTests
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60), TestTime = TimeSpan.FromSeconds(60);

    static RoundRules Closing => new() { Timeout = Deadline, MinClients = 3 };

    static async Task<CoordinatorRig> OpenRigAsync(RoundRules? rules = null, int maxRefusals = int.MaxValue)
    {
        var rig = new CoordinatorRig(rules, maxRefusals: maxRefusals);
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        return rig;
    }

    static void Pass(CoordinatorRig rig, TimeSpan time)
    {
        rig.Time.Now += time;
        rig.Server.Tick();
    }

    /// <summary>adap/flower: a node that is restarted is given no work until the server restarts.</summary>
    [Fact]
    public async Task Flower_4844_restarted_client_is_attached_again()
    {
        var rig = await OpenRigAsync();

        for (var restarts = 0; restarts < 20; restarts++)
        {
            rig.Lose(2); // kill -9: the operating system closes its connection
            rig.Join(2);
            Assert.Single(rig.Offers(2));
        }

        Assert.Equal(ReceiptStatus.Accepted, rig.Upload(2).Status);
        Assert.Single(rig.Files.Lines(AuditLog.FileName), line => line.Contains("\"stored\"", StringComparison.Ordinal));
    }

    /// <summary>adap/flower: a server waits 12 hours for a node that went offline.</summary>
    [Fact]
    public async Task Flower_4968_lost_client_is_left_out_at_the_deadline()
    {
        var rig = await OpenRigAsync(Closing);
        for (var seat = 0; seat < 3; seat++) rig.Upload(seat);
        rig.Lose(3);

        Pass(rig, Deadline - TimeSpan.FromSeconds(1));
        Assert.False(rig.Answers[3].IsCompleted);
        Pass(rig, TimeSpan.FromSeconds(1));

        Assert.StartsWith("lost: ", (await rig.Answers[3].WaitAsync(TestTime)).Failure, StringComparison.Ordinal);
    }

    /// <summary>londonaicentre/FLIP: the server had an update of 758 MB, the acknowledgement was lost, and the run died.</summary>
    [Fact]
    public async Task FLIP_684_lost_receipt_is_given_again_without_a_byte()
    {
        var rig = await OpenRigAsync();
        rig.Upload(2);
        var (_, header) = CoordinatorFaultTests.ReplyOf(rig, seat: 2);

        var upload = rig.Server.BeginUpload(rig.Sessions[2]!, header, out var receipt);

        Assert.Null(upload); // no byte is wanted
        Assert.Equal(ReceiptStatus.Duplicate, receipt!.Status);
    }

    /// <summary>securefederatedai/openfederatedlearning: the cut-off time is ignored when a collaborator is killed.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task OpenFL_981_deadline_holds_with_a_client_killed_before_during_or_after_its_upload(int bytes)
    {
        var rig = await OpenRigAsync(Closing);
        for (var seat = 0; seat < 3; seat++) rig.Upload(seat);
        if (bytes > 0) rig.Upload(3, bytes);
        rig.Lose(3);

        Pass(rig, Deadline);

        var answer = await rig.Answers[3].WaitAsync(TestTime);
        Assert.Equal(bytes == int.MaxValue, answer.Failure is null); // what is stored counts
    }

    /// <summary>securefederatedai/openfederatedlearning (454 and 455): a connection lost during a transfer cannot be resumed.</summary>
    [Fact]
    public async Task OpenFL_454_upload_resumes_wherever_it_was_cut()
    {
        const int Parts = 16;
        var rig = await OpenRigAsync();
        var length = rig.ReplyOf(1).Length;
        for (var part = 1; part < Parts; part++)
        {
            rig.Lose(1);
            rig.Join(1);
            var until = length * part / Parts;
            var have = rig.Upload(1, bytes: until - length * (part - 1) / Parts);
            Assert.Equal((ReceiptStatus.Partial, (ulong)until), (have.Status, have.Have));
        }

        Assert.Equal(ReceiptStatus.Accepted, rig.Upload(1).Status);
        Assert.Equal(rig.ReplyOf(1).ToArray(), (await rig.Answers[1]).Read().ToArray());
    }

    /// <summary>NVIDIA/NVFlare: with a clock that is one hour ahead, everything has timed out already.</summary>
    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public async Task NVFlare_1821_wrong_clock_changes_no_deadline(int hours)
    {
        var rig = await OpenRigAsync(Closing);
        for (var seat = 0; seat < 3; seat++) rig.Upload(seat);

        rig.Time.Wrong = TimeSpan.FromHours(hours);
        Pass(rig, Deadline / 2);
        rig.Server.SessionOf("c3", rig.Sessions[3]!.Id); // a call of the client: it is still there
        Assert.False(rig.Answers[3].IsCompleted);
        Assert.InRange(Assert.Single(rig.Offers(3)).DeadlineLeftMs, 29_900u, 30_000u); // half of 60 s
        Pass(rig, Deadline / 2);

        Assert.StartsWith("late: ", (await rig.Answers[3].WaitAsync(TestTime)).Failure, StringComparison.Ordinal);
    }

    /// <summary>NVIDIA/NVFlare (5220 and 5115): a server's job has failed, and clients go on.</summary>
    [Fact]
    public async Task NVFlare_5220_clients_are_given_the_reason_that_the_run_failed_for()
    {
        var rig = await OpenRigAsync();

        rig.Server.End("The disk is full.");

        Assert.Equal("The disk is full.", rig.Server.StateOf(rig.Sessions[0]!).State.Ended);
        Assert.Equal("run ended: The disk is full.", Assert.Throws<RpcException>(() => rig.Join(1)).Status.Detail);
    }

    /// <summary>londonaicentre/FLIP and adap/flower 4147: too few clients, and the server waits without a word.</summary>
    [Fact]
    public async Task FLIP_992_missing_clients_are_named_every_ten_seconds_and_waiting_ends()
    {
        var heard = new Heard();
        var rig = new CoordinatorRig(startTimeout: TimeSpan.FromSeconds(25), observer: heard);
        rig.Join(1);
        var begin = rig.Server.BeginAsync(CoordinatorRig.TaskOf(1), CancellationToken.None).AsTask();

        for (var second = 1; second <= 24; second++) Pass(rig, TimeSpan.FromSeconds(1));
        Assert.Equal(Enumerable.Repeat("Waiting for clients. Missing: seat 0, seat 2, seat 3.", 2), heard.Warnings); // after 10 and 20 s
        Assert.False(begin.IsCompleted);
        Pass(rig, TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<AutoFlipException>(() => begin);
        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("seat 0, seat 2, seat 3", failure.Message);
    }

    /// <summary>KanishJebaMathewM/Truxify and PAIR-code/federated-learning 7: an update of an earlier round is folded.</summary>
    [Fact]
    public async Task Truxify_11391_reply_of_an_earlier_round_is_refused_and_its_sender_excluded()
    {
        var rig = await OpenRigAsync(Closing, maxRefusals: 3);
        var earlier = rig.ReplyOf(3);
        for (var round = 2; round <= 4; round++)
        {
            await rig.OpenAsync(CoordinatorRig.TaskOf(round));
            Assert.Equal(ReceiptStatus.Refused, rig.Upload(3, reply: earlier).Status);
        }

        Assert.Equal(StatusCode.PermissionDenied, Assert.Throws<RpcException>(() => rig.Join(3)).StatusCode);
    }

    /// <summary>adap/flower: the key of a node that is online is used by a second machine.</summary>
    [Fact]
    public async Task Flower_same_key_on_two_machines_the_newest_counts_until_they_contend()
    {
        var rig = await OpenRigAsync();
        var older = rig.Sessions[2]!;

        rig.Join(2);

        var ended = Assert.Throws<RpcException>(() => rig.Server.StateOf(older)).Status;
        Assert.Equal((StatusCode.FailedPrecondition, EndReasons.Superseded), (ended.StatusCode, ended.Detail));
        for (var swaps = 2; swaps <= 4; swaps++) rig.Join(2); // four in ten minutes
        Assert.Equal(StatusCode.PermissionDenied, Assert.Throws<RpcException>(() => rig.Join(2)).StatusCode);
        rig.Server.SetQuarantine("c2", isExcluded: false); // the operator has ended one of them
        rig.Join(2);
    }

    /// <summary>adap/flower: clients that join late.</summary>
    [Fact]
    public async Task Flower_1485_client_that_joins_in_a_later_round_takes_part_from_then_on()
    {
        var rig = new CoordinatorRig(new() { Timeout = Deadline, MinClients = 3, Grace = TimeSpan.FromSeconds(30) });
        for (var seat = 0; seat < 3; seat++) rig.Join(seat);
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        for (var seat = 0; seat < 3; seat++) rig.Upload(seat);
        Pass(rig, TimeSpan.FromSeconds(30));
        Assert.Equal("lost: no client has joined for it.", (await rig.Answers[3]).Failure);

        rig.Join(3);
        await rig.OpenAsync(CoordinatorRig.TaskOf(2));

        Assert.Equal(ReceiptStatus.Accepted, rig.Upload(3).Status);
    }

    sealed class Heard : RunObserver
    {
        public List<string> Warnings { get; } = [];

        public override void Warning(string message) => Warnings.Add(message);
    }
}
