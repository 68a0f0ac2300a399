using System.Security.Cryptography;
using AutoFlip.Grpc;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Two connections of one seat, full disks, and clients whose reply did not count.</summary>
public class CoordinatorFaultTests
{
    [Fact]
    public async Task An_upload_that_another_connection_has_taken_over_writes_no_more_byte()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        var (message, header) = ReplyOf(rig, seat: 2);
        var slow = rig.Server.BeginUpload(rig.Sessions[2]!, header, out _)!;
        Assert.True(slow.Append(message.Span[..5]));

        var fast = rig.Server.BeginUpload(rig.Sessions[2]!, header, out _)!;

        Assert.Equal(5, fast.Have); // goes on where the slow one was
        Assert.True(slow.Superseded.IsCancellationRequested);
        Assert.False(slow.Append(message.Span[5..7])); // its chunk was on the way when it was taken over
        Assert.True(fast.Append(message.Span[5..]));
        Assert.Equal(ReceiptStatus.Accepted, rig.Server.EndUpload(rig.Sessions[2]!, fast, header).Status);
        Assert.Equal(message.ToArray(), (await rig.Answers[2]).Read().ToArray());
    }

    [Fact]
    public async Task A_reply_that_is_stored_counts_though_the_disk_is_too_full_for_the_audit_log()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        rig.Disk.Full = AuditLog.FileName;

        Assert.Throws<IOException>(() => rig.Upload(1));

        // or the round would wait for ever: no deadline applies to what is stored
        Assert.Null((await rig.Answers[1].WaitAsync(TimeSpan.FromSeconds(60))).Failure);
        rig.Disk.Full = null;
        Assert.Equal(ReceiptStatus.Duplicate, rig.Upload(1).Status);
    }

    [Fact]
    public async Task A_round_that_cannot_be_closed_on_a_full_disk_fails_the_run()
    {
        var rig = new CoordinatorRig(new() { Timeout = TimeSpan.FromSeconds(60), MinClients = 1 });
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        rig.Upload(0);
        rig.Disk.Full = CloseRecord.FileName;
        rig.Time.Now += TimeSpan.FromSeconds(61);

        rig.Server.Tick();

        await Assert.ThrowsAsync<IOException>(() => rig.Answers[3]); // exit code 4, and it can be resumed
        Assert.Empty(Inbox.Records(rig.Disk));
    }

    [Fact]
    public void A_client_that_joins_for_a_seat_of_another_one_gets_none_of_its_seats()
    {
        var rig = new CoordinatorRig();
        rig.Join(3);

        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => rig.Join("greedy", 2, 3)).StatusCode);

        rig.Join(2); // still free for c2
    }

    [Fact]
    public async Task A_client_whose_reply_did_not_count_is_told_so_with_its_next_task_restarts_included()
    {
        var rig = await RoundWithoutSeat3Async();

        for (var starts = 1; starts <= 2; starts++)
        {
            await rig.OpenAsync(CoordinatorRig.TaskOf(2));
            Assert.Empty(Assert.Single(rig.Offers(0)).Missed);
            Assert.Equal([1u], Assert.Single(rig.Offers(3)).Missed);
            rig.Restart();
            rig.JoinAll();
        }
    }

    /// <summary>Its personal model is evaluated as it was before the round.</summary>
    [Theory, InlineData(ClientWork.Evaluate), InlineData(ClientWork.Measure)]
    public async Task A_client_whose_training_did_not_count_is_told_so_with_further_work_of_the_same_round(ClientWork work)
    {
        var rig = await RoundWithoutSeat3Async();

        await rig.OpenAsync(CoordinatorRig.TaskOf(1, work));

        Assert.Empty(Assert.Single(rig.Offers(0)).Missed);
        Assert.Equal([1u], Assert.Single(rig.Offers(3)).Missed);
    }

    /// <summary>The server that was started again knows less of masks than before: it sends the mask at once, or the task without it, and
    /// then what the client answered still holds.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_mask_request_of_before_a_restart_answers_no_request_that_has_the_mask(bool hasMask)
    {
        var rig = new CoordinatorRig();
        var whole = hasMask ? rig.RequestOf(1) : new byte[] { 9 };
        var task = CoordinatorRig.TaskOf(1) with { Whole = _ => whole };
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        Assert.Equal(
            ReceiptStatus.ResendMask, rig.Upload(0, reply: ReplyCodec.Without(ReplyStatus.MaskUnknown, rig.Task.Id, 0)).Status);
        rig.Restart();
        rig.JoinAll();

        await rig.OpenAsync(task);

        Assert.Equal(!hasMask, rig.Answers[0].IsCompleted);
        if (!hasMask) Assert.True((await rig.Answers[0]).Head is { AsksForMask: true });
    }

    /// <summary>Seat 0 keeps nothing between rounds, seat 1 is as it should be, seat 2 has lost its folder, and seat 3 has got an older
    /// one.</summary>
    [Fact]
    public async Task A_training_that_did_not_start_from_what_the_client_kept_last_is_reported()
    {
        var seen = new RecordingObserver();
        var rig = new CoordinatorRig(observer: seen) { LastTrained = 4 };
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(5));

        foreach (var (seat, start) in ((int, uint?)[])[(0, null), (1, 4), (2, 0), (3, 2)]) rig.Upload(seat, start: start);

        Assert.Equal(
            [
                "Round 5: seat 2 trained without anything that it kept, and its last training that counts was in round 4. "
                    + "Was its state folder lost? The model is not that of a simulation.",
                "Round 5: seat 3 trained from what it kept of round 2, and its last training that counts was in round 4. "
                    + "Was its state folder lost? The model is not that of a simulation.",
            ],
            seen.Warnings);
    }

    /// <summary>A client that reconnects to a server that was started again is there before the task is.</summary>
    [Fact]
    public async Task Work_under_way_outlives_a_restart_of_the_server_before_its_task_is_open_again()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        Assert.True(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        Assert.False(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        rig.Restart();
        rig.JoinAll();

        Assert.True(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => rig.Upload(2)).StatusCode); // kept, and sent again
        // the exploration of that round is passed through: it was done before the restart
        await rig.Server.BeginAsync(
            CoordinatorRig.TaskOf(1, ClientWork.Explore) with { Cohort = [] }, TestContext.Current.CancellationToken);
        Assert.True(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => rig.Upload(2)).StatusCode);
        await rig.Server.BeginAsync(rig.Task, TestContext.Current.CancellationToken); // open, and seat 2 is not asked yet
        Assert.True(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => rig.Upload(2)).StatusCode);
        await rig.OpenAsync(rig.Task);

        Assert.False(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting);
        Assert.Equal(ReceiptStatus.Accepted, rig.Upload(2).Status);
        Assert.False(rig.Server.StateOf(rig.Sessions[2]!).State.Waiting); // others are still at work
    }

    /// <summary>A client in the pause after a lost connection joins again, and must not find the server gone: it would try for
    /// ever.</summary>
    [Fact]
    public void A_server_whose_run_has_ended_waits_for_clients_that_were_there_just_before()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        for (var seat = 0; seat < CoordinatorRig.Seats; seat++) rig.Lose(seat);

        rig.Server.End(reason: null);
        Assert.True(rig.Server.HasEndedForWatchers);
        for (var seat = 0; seat < CoordinatorRig.Seats - 1; seat++)
            Assert.Equal(StatusCode.FailedPrecondition, Assert.Throws<RpcException>(() => rig.Join(seat)).StatusCode);
        Assert.True(rig.Server.HasEndedForWatchers); // one is not back yet
        rig.Time.Now += TimeSpan.FromSeconds(5);

        Assert.False(rig.Server.HasEndedForWatchers);
    }

    [Fact]
    public async Task Replies_are_deleted_with_the_end_of_the_run()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        rig.Upload(1);
        Assert.NotEmpty(rig.Disk.Folders("inbox"));

        rig.Server.End(reason: null);

        Assert.Empty(rig.Disk.Folders("inbox"));
    }

    /// <summary>Round 1, closed at its deadline with the replies of seats 0 to 2.</summary>
    static async Task<CoordinatorRig> RoundWithoutSeat3Async()
    {
        var rig = new CoordinatorRig(new() { Timeout = TimeSpan.FromSeconds(60), MinClients = 3 });
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        for (var seat = 0; seat < 3; seat++) rig.Upload(seat);
        rig.Time.Now += TimeSpan.FromSeconds(61);
        rig.Server.Tick();
        return rig;
    }

    internal static (ReadOnlyMemory<byte> Message, SubmitHeader Header) ReplyOf(CoordinatorRig rig, int seat)
    {
        var message = rig.ReplyOf(seat);
        return (message, new SubmitHeader
        {
            Task = Coordinator.Bytes(rig.Task.IdOf(seat)),
            Size = (ulong)message.Length,
            Sha256 = ByteString.CopyFrom(SHA256.HashData(message.Span)),
        });
    }
}
