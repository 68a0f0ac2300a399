using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class CoordinatorAdminTests
{
    [Fact]
    public async Task Status_names_round_stages_bytes_and_who_is_missing()
    {
        var rig = new CoordinatorRig();
        Assert.Equal("waiting for clients", rig.Server.Status().Phase);
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(2));
        rig.Upload(0);
        rig.Upload(1, bytes: 5);
        rig.Lose(2);
        rig.Time.Now = TimeSpan.FromSeconds(20);

        var status = rig.Server.Status();

        Assert.Equal(("collecting replies", 2, 1, "train"), (status.Phase, status.Round, status.CommittedRound, status.Work));
        Assert.Equal((4, 1, 4, 40.0), (status.Cohort, status.Stored, status.Needed, status.SecondsLeft)); // 60 s a round, 20 gone
        Assert.Equal(["seat 2 (c2)"], status.Missing);
        Assert.Equal(["done", "uploading", "about to fetch", "about to fetch"], status.Seats.Select(seat => seat.Stage));
        Assert.Equal(["attached", "attached", "away", "attached"], status.Seats.Select(seat => seat.Client));
        Assert.Equal([rig.ReplyOf(0).Length, 5, 0, 0], status.Seats.Select(seat => seat.Bytes!.Value));
        Assert.Equal(100, status.Seats[3].TrainSamples);
    }

    [Fact]
    public async Task A_drained_server_finishes_its_round_and_begins_no_other()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));

        var drained = rig.Server.Drain();
        for (var seat = 0; seat < CoordinatorRig.Seats; seat++) rig.Upload(seat);
        await Task.WhenAll(rig.Answers);
        await rig.Server.BeginAsync(CoordinatorRig.TaskOf(1, ClientWork.Evaluate), CancellationToken.None); // of the same round

        Assert.True(drained.IsDone);
        await Assert.ThrowsAsync<ServerDrained>(
            () => rig.Server.BeginAsync(CoordinatorRig.TaskOf(2), CancellationToken.None).AsTask());
        Assert.True(rig.Server.Drain().IsDone); // once more changes nothing
        Assert.Single(rig.Files.Lines(AuditLog.FileName), line => line.Contains("\"draining\""));
    }

    [Fact]
    public async Task A_server_that_waits_for_its_clients_is_drained_at_once()
    {
        var rig = new CoordinatorRig();
        var waits = rig.Server.BeginAsync(CoordinatorRig.TaskOf(1), CancellationToken.None).AsTask();

        rig.Server.Drain();

        await Assert.ThrowsAsync<ServerDrained>(() => waits);
    }

    [Fact]
    public async Task An_operator_closes_a_round_once_enough_replies_are_stored()
    {
        var rig = new CoordinatorRig(new() { Timeout = null, MinClients = 3 });
        Assert.False(rig.Server.CloseRound().IsDone); // none is open
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        for (var seat = 0; seat < 2; seat++) rig.Upload(seat);

        var early = rig.Server.CloseRound(); // 3 of 4 clients are needed
        rig.Upload(2);
        var closed = rig.Server.CloseRound();

        Assert.False(early.IsDone);
        Assert.True(closed.IsDone, closed.Message);
        Assert.Contains("late", (await rig.Answers[3]).Failure);
    }

    [Fact]
    public void An_excluded_client_is_shown_and_can_be_admitted_again()
    {
        var rig = new CoordinatorRig();
        rig.JoinAll();

        Assert.True(rig.Server.SetQuarantine("c1", isExcluded: true).IsDone);
        Assert.Equal("excluded", rig.Server.Status().Seats[1].Client);
        Assert.False(rig.Server.SetQuarantine("c1", isExcluded: true).IsDone);
        Assert.True(rig.Server.SetQuarantine("c1", isExcluded: false).IsDone);
        Assert.False(rig.Server.SetQuarantine("c1", isExcluded: false).IsDone);
        Assert.Contains("No client of that name", rig.Server.SetQuarantine("typo", isExcluded: true).Message);
    }

    [Fact]
    public void Readiness_follows_disk_and_draining_and_health_follows_the_timer()
    {
        var rig = new CoordinatorRig();
        Assert.Empty(rig.Server.Unready());

        rig.Disk.Free = 1 << 20;
        rig.Server.Drain();
        Assert.Equal(2, rig.Server.Unready().Count);
        Assert.Null(rig.Server.Dead());

        rig.Time.Now = TimeSpan.FromSeconds(31); // and no tick since 0
        Assert.Contains("31 s", rig.Server.Dead());
        rig.Server.Tick();
        Assert.Null(rig.Server.Dead());
    }

    [Fact]
    public async Task Metrics_count_messages_replies_and_tasks()
    {
        var rig = new CoordinatorRig();
        using var text = new PrometheusText(rig.Server.Metrics.Meter);
        rig.JoinAll();
        await rig.OpenAsync(CoordinatorRig.TaskOf(1));
        rig.Time.Now = TimeSpan.FromSeconds(2);
        for (var seat = 0; seat < CoordinatorRig.Seats; seat++) rig.Upload(seat);

        var metrics = text.Write();

        var bytes = Enumerable.Range(0, CoordinatorRig.Seats).Sum(seat => rig.ReplyOf(seat).Length);
        Assert.Contains($"autoflip_bytes_total{{direction=\"up\"}} {bytes}\n", metrics);
        Assert.Contains($"autoflip_inbox_bytes {bytes}\n", metrics);
        Assert.Contains("autoflip_task_seconds_sum 8\n", metrics); // four clients, 2 s each
        Assert.Contains("autoflip_round_seconds_sum{work=\"train\"} 2\n", metrics);
        Assert.Contains("autoflip_clients{state=\"attached\"} 4\n", metrics);
    }
}
