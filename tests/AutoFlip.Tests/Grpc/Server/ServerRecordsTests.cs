using AutoFlip.Grpc;
using Grpc.Core;

namespace AutoFlip.Tests;

/// <summary>Roster, audit log, quarantine and sessions.</summary>
public class ServerRecordsTests
{
    readonly MemoryDisk _disk = new();

    [Fact]
    public void A_seat_belongs_to_the_name_that_first_joined_for_it_after_a_restart_too()
    {
        new Roster(_disk).Take(new RosterEntry(7, "a", 100, 10));

        var roster = new Roster(_disk);

        Assert.Null(roster.Conflict(new(7, "a", 100, 10)));
        Assert.Contains("belongs to another client", roster.Conflict(new(7, "b", 100, 10)));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 8], roster.Free(9));
        Assert.Equal([7], roster.Of("a"));
    }

    [Fact]
    public void Seats_of_one_process_are_flushed_to_the_disk_together()
    {
        var roster = new Roster(_disk);

        roster.Take([.. Enumerable.Range(0, 1000).Select(seat => new RosterEntry(seat, "a", 100, 10))]);
        roster.Take(new RosterEntry(7, "a", 100, 10)); // has it already

        Assert.Equal(1, _disk.Flushes);
        Assert.Equal(1000, new Roster(_disk).Of("a").Length);
    }

    [Fact]
    public void Counts_of_a_seat_are_fixed_for_the_run()
    {
        var roster = new Roster(_disk);
        roster.Take(new RosterEntry(7, "a", 100, 10));

        Assert.Contains("100 training and 10 held-out samples in this run, and now 99 and 10", roster.Conflict(new(7, "a", 99, 10)));
    }

    [Theory]
    [InlineData(Roster.FileName)]
    [InlineData(Grpc.Quarantine.FileName)]
    public void A_damaged_line_is_refused_by_the_name_of_its_file(string file)
    {
        _disk.AppendLine(file, "{\"seat\":");

        var refused = Assert.Throws<AutoFlipException>(() => file == Roster.FileName ? (object)new Roster(_disk) : new Quarantine(_disk));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(file, refused.Message);
    }

    /// <summary>A burst of 30, then one each 10 seconds.</summary>
    [Fact]
    public void A_client_can_be_restarted_thirty_times_at_once_and_then_six_times_a_minute()
    {
        var rig = new CoordinatorRig();
        for (var starts = 0; starts < 30; starts++) Restart();

        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => rig.Join(2)).StatusCode);
        rig.Join(1); // another client
        rig.Time.Now += TimeSpan.FromSeconds(9.9);
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => rig.Join(2)).StatusCode);
        rig.Time.Now += TimeSpan.FromSeconds(0.1);
        Restart();
        Assert.Equal(StatusCode.ResourceExhausted, Assert.Throws<RpcException>(() => rig.Join(2)).StatusCode);
        Assert.Equal(32, rig.Files.Lines(AuditLog.FileName).Count(line => line.Contains("\"joined\"", StringComparison.Ordinal)));
        rig.Time.Now += TimeSpan.FromMinutes(5); // 30 times 10 s
        for (var starts = 0; starts < 30; starts++) Restart();

        void Restart()
        {
            rig.Join(2);
            rig.Lose(2);
        }
    }

    /// <summary>The server has not noticed yet that the earlier connections are dead. Processes that draw no number, and those of different
    /// numbers, contend: the fourth change is one too many, and the next to join is excluded.</summary>
    [Theory, InlineData(7, 7, false), InlineData(7, 8, true), InlineData(0, 0, true), InlineData(0, 7, true)]
    public void One_process_that_joins_again_and_again_does_not_contend_with_itself(ulong even, ulong odd, bool isExcluded)
    {
        var rig = new CoordinatorRig();
        for (var joins = 0; joins < 5; joins++) rig.Join(2, process: joins % 2 == 0 ? even : odd);

        var refused = Record.Exception(() => rig.Join(2, process: odd)) as RpcException;

        Assert.Equal(isExcluded, refused?.StatusCode == StatusCode.PermissionDenied);
        Assert.Equal(isExcluded, new Quarantine(rig.Files).Has("c2"));
    }

    [Fact]
    public void A_session_has_four_state_streams_at_most()
    {
        var rig = new CoordinatorRig();
        rig.Join(0); // the first one
        for (var streams = 2; streams <= 4; streams++) rig.Server.Watching(rig.Sessions[0]!, isOpen: true);

        var refused = Assert.Throws<RpcException>(() => rig.Server.Watching(rig.Sessions[0]!, isOpen: true));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.Equal(4, rig.Sessions[0]!.Watchers);
    }

    [Fact]
    public void A_warning_is_repeated_once_a_minute_with_the_number_of_those_left_out()
    {
        var (time, heard) = (new StoppedClock(), new List<string>());
        var warnings = new RepeatedWarnings(heard.Add, time);

        for (var second = 0; second < 150; second++)
        {
            time.Now = TimeSpan.FromSeconds(second);
            warnings.Warn("a.");
        }
        warnings.Warn("b.");

        Assert.Equal(["a.", "a. (59 more since the last such line.)", "a. (59 more since the last such line.)", "b."], heard);
        for (var text = 0; text < 1000; text++) warnings.Warn($"text {text}");
        Assert.Equal(2 + 100, heard.Count); // 98 texts beside a and b: 4 + 98
    }

    /// <summary>No line is behind the last ones: they can be cut off, and the last one changed.</summary>
    [Fact]
    public void A_line_of_the_audit_log_that_was_changed_or_removed_is_found_unless_it_is_the_last()
    {
        var log = new AuditLog(_disk, new StoppedClock());
        for (var i = 0; i < 3; i++) log.Add("event", ("number", i));
        new AuditLog(_disk, new StoppedClock()).Add("after a restart");
        var lines = _disk.Lines(AuditLog.FileName);

        Assert.Null(AuditLog.FirstBroken(lines));
        var changed = lines[1].Replace("\"number\":1", "\"number\":9", StringComparison.Ordinal);
        Assert.Equal(3, AuditLog.FirstBroken([lines[0], changed, lines[2], lines[3]]));
        Assert.Equal(2, AuditLog.FirstBroken([lines[0], lines[2], lines[3]]));
        Assert.Equal(1, AuditLog.FirstBroken(["no json"]));
        Assert.Null(AuditLog.FirstBroken([lines[0], lines[1]]));
        Assert.Null(AuditLog.FirstBroken([lines[0], changed]));
    }

    [Fact]
    public void Exclusion_survives_a_restart_and_can_be_lifted()
    {
        Assert.True(new Quarantine(_disk).Set("a", isExcluded: true));
        Assert.False(new Quarantine(_disk).Set("a", isExcluded: true));
        Assert.True(new Quarantine(_disk).Has("a"));
        Assert.True(new Quarantine(_disk).Set("a", isExcluded: false));
        Assert.False(new Quarantine(_disk).Has("a"));
    }

    /// <summary>A process that joins again repeats what it was about to send; another one's must stop.</summary>
    [Theory, InlineData(7, Reaction.Rejoin), InlineData(8, Reaction.Stop), InlineData(0, Reaction.Stop)]
    public void A_session_that_a_newer_one_ends_goes_on_in_it_if_it_is_of_the_same_process(ulong process, object reaction)
    {
        var sessions = new Sessions();
        var first = sessions.Begin("a", 7, [1], null, TimeSpan.Zero).Session;

        sessions.Begin("a", process, [1], null, TimeSpan.FromSeconds(1));

        var ended = sessions.Find(first.Id)!.Ended!;
        Assert.Equal(reaction, Retry.After(new RpcException(new Status(StatusCode.FailedPrecondition, ended))));
    }

    [Fact]
    public void The_newest_session_of_a_name_ends_the_others_and_a_restart_is_no_contention()
    {
        var sessions = new Sessions();
        var first = sessions.Begin("a", 0, [1], null, TimeSpan.Zero).Session;
        for (var i = 0; i < 20; i++) sessions.Begin("a", 0, [1], null, TimeSpan.FromSeconds(i)); // none is attached: killed

        Assert.Equal(EndReasons.Superseded, sessions.Find(first.Id)!.Ended);
        Assert.False(sessions.IsContended("a", TimeSpan.FromSeconds(20)));

        for (var i = 0; i < 4; i++)
        {
            sessions.OfSeat(1)!.Watchers = 1;
            sessions.Begin("a", 0, [1], null, TimeSpan.FromSeconds(20));
        }

        Assert.True(sessions.IsContended("a", TimeSpan.FromSeconds(20)));
        Assert.False(sessions.IsContended("a", TimeSpan.FromSeconds(20 + 601)));
    }
}
