using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class OpenTaskTests
{
    static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    static CohortTask TaskOf(int cohort, ClientWork work = ClientWork.Train) =>
        new(1, 3, work, 5, [.. Enumerable.Range(0, cohort)], 1000);

    static RoundRules Rules(int minClients, TimeSpan? timeout) => new() { Timeout = timeout, MinClients = minClients };

    static Presence Here(int _) => new(IsAttached: true, HasJoined: true, IsExcluded: false, TimeSpan.Zero);

    static Presence Gone(int _) => new(IsAttached: false, HasJoined: true, IsExcluded: false, TimeSpan.Zero);

    // Of K clients N must be there, so K - N may be missing in a cohort of any size, and one reply is needed at least.
    [Theory]
    [InlineData(20, 20, 10, ClientWork.Train, 10)]
    [InlineData(20, 19, 10, ClientWork.Train, 9)]
    [InlineData(20, 12, 10, ClientWork.Train, 2)]
    [InlineData(20, 1, 10, ClientWork.Train, 1)]
    [InlineData(20, 25, 10, ClientWork.Explore, 10)]
    [InlineData(20, 20, 10, ClientWork.Evaluate, 0)]
    [InlineData(20, 12, 10, ClientWork.Train, 5, 5)]
    [InlineData(20, 19, 10, ClientWork.Train, 9, 5)]
    public void Quorum_of_a_cohort(int clients, int minClients, int cohort, ClientWork work, int quorum, int fewest = 1) =>
        Assert.Equal(quorum, Rules(minClients, Minute).Quorum(clients, TaskOf(cohort, work) with { Fewest = fewest }));

    /// <summary>Krum needs 5 replies: with 4 of 5 the round stays open for another deadline, as long as one may be missing.</summary>
    [Fact]
    public void A_task_is_not_closed_with_fewer_replies_than_the_algorithm_needs()
    {
        var task = new OpenTask(TaskOf(5) with { Fewest = 5 }, Rules(4, Minute), clients: 5, now: TimeSpan.Zero);
        for (var seat = 0; seat < 4; seat++) task.Store(seat);

        Assert.Null(task.Proposal(Minute, Here));
        Assert.Null(task.Proposal(Minute, Here, atOnce: true));
        task.Store(4);
        Assert.True(task.IsEnded);

        var rest = new OpenTask(TaskOf(5) with { Fewest = 5 }, Rules(4, Minute) with { Attempts = 1 }, clients: 5, now: TimeSpan.Zero);
        for (var seat = 0; seat < 4; seat++) rest.Store(seat);
        var refused = Assert.Throws<AutoFlipException>(() => rest.Proposal(Minute, Here));
        Assert.Contains("and 5 must", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Krum with one liar needs 5 results: of 7 clients five have answered at the deadline, one of them that its loss is not a
    /// number.</summary>
    [Fact]
    public void Replies_without_a_result_are_not_among_those_that_the_algorithm_needs()
    {
        var task = new OpenTask(TaskOf(7) with { Fewest = 5, Enough = 5 }, Rules(5, Minute), clients: 7, now: TimeSpan.Zero);
        for (var seat = 0; seat < 5; seat++) task.Store(seat, hasResult: seat > 0);

        Assert.False(task.HasEnough);
        Assert.Null(task.Proposal(Minute, Here));
        task.Store(5);
        Assert.True(task.HasEnough);
        Assert.Equal([6], task.Proposal(Minute, Here)!.Missing.Keys);
    }

    /// <summary>Two of seven replies are refused and one has no result: no fifth result can come. Four are enough for a mean.</summary>
    [Fact]
    public void A_training_that_cannot_have_its_results_any_more_fails_at_once()
    {
        OpenTask Task(int fewest)
        {
            var task = new OpenTask(TaskOf(7) with { Fewest = fewest }, Rules(5, Minute), clients: 7, now: TimeSpan.Zero);
            for (var seat = 0; seat < 5; seat++) task.Store(seat, hasResult: seat > 0);
            for (var seat = 5; seat < 7; seat++) task.Refuse(seat, "too large");
            return task;
        }

        Assert.Equal([5, 6], Task(1).Proposal(TimeSpan.Zero, Here)!.Missing.Keys);
        Assert.Equal(
            "Round 3: 4 of 5 replies have a result and too many replies were refused, and the algorithm needs 5. Missing: 5 (refused), "
            + "6 (refused).",
            Assert.Throws<AutoFlipException>(() => Task(5).Proposal(TimeSpan.Zero, Here)).Message);
    }

    /// <summary>Without a deadline an operator may admit the client again, or end the server.</summary>
    [Fact]
    public void Without_a_deadline_the_results_that_a_training_needs_are_waited_for()
    {
        var task = new OpenTask(TaskOf(5) with { Fewest = 5 }, Rules(4, null), clients: 5, now: TimeSpan.Zero);
        for (var seat = 0; seat < 4; seat++) task.Store(seat);

        Assert.Null(task.Proposal(
            100 * Minute, seat => new(IsAttached: false, HasJoined: true, IsExcluded: true, TimeSpan.Zero)));
        Assert.Equal("4 of 5 clients have answered so far, and 5 must", task.Shortage("so far"));
    }

    /// <summary>An exploration goes on with the scores that there are, of before an interruption too.</summary>
    [Fact]
    public void Explorations_are_closed_without_results()
    {
        var task = new OpenTask(TaskOf(2, ClientWork.Explore), Rules(1, Minute), clients: 5, now: TimeSpan.Zero);
        task.Store(0, hasResult: false);

        Assert.Equal([1], task.Proposal(Minute, Here)!.Missing.Keys);
    }

    [Fact]
    public void A_task_is_closed_at_the_deadline_without_those_that_are_late()
    {
        var task = new OpenTask(TaskOf(3), Rules(2, Minute), clients: 3, now: TimeSpan.Zero);
        task.Store(0);
        task.Store(2);
        task.Advance(1, SeatStage.Working);

        Assert.Null(task.Proposal(Minute - TimeSpan.FromTicks(1), Here));
        var record = task.Proposal(Minute, Here)!;
        task.Close(record);

        Assert.Equal("late: its client was at work at the deadline.", Assert.Single(record.Missing, seat => seat.Key == 1).Value);
        Assert.True(task.IsEnded);
        Assert.False(task.Store(1));
    }

    /// <summary>Of 4 clients asked 3 are needed.</summary>
    [Fact]
    public void A_task_with_more_clients_than_needed_is_closed_when_enough_have_replied()
    {
        var task = new OpenTask(TaskOf(4) with { Enough = 3 }, Rules(10, Minute), clients: 10, now: TimeSpan.Zero);
        task.Store(0);
        task.Store(3);
        Assert.False(task.HasEnough);
        Assert.Null(task.Proposal(TimeSpan.Zero, Here));

        task.Store(1);

        Assert.True(task.HasEnough);
        Assert.Equal(3, task.Quorum);
        Assert.Equal(
            "surplus: enough other clients had replied.",
            Assert.Single(task.Proposal(TimeSpan.Zero, Here)!.Missing, seat => seat.Key == 2).Value);
    }

    /// <summary>Of 8 clients asked 4 are needed, and 3 are out of memory at once: those at work are not displaced by them. At the deadline,
    /// or once nobody is left, the round is closed all the same.</summary>
    [Fact]
    public void Clients_that_fail_at_once_do_not_close_an_oversampled_round()
    {
        OpenTask Task()
        {
            var task = new OpenTask(TaskOf(8) with { Enough = 4 }, Rules(8, Minute), clients: 8, now: TimeSpan.Zero);
            for (var seat = 0; seat < 3; seat++) task.Store(seat, hasResult: false);
            task.Store(3);
            return task;
        }

        var task = Task();
        Assert.False(task.HasEnough);
        Assert.Null(task.Proposal(TimeSpan.Zero, Here));
        for (var seat = 4; seat < 7; seat++) task.Store(seat);
        Assert.True(task.HasEnough);
        Assert.Equal([7], task.Proposal(TimeSpan.Zero, Here)!.Missing.Keys);

        Assert.Equal([4, 5, 6, 7], Task().Proposal(Minute, Here)!.Missing.Keys);
        Assert.Equal([4, 5, 6, 7], Task().Proposal(TimeSpan.Zero, seat => Here(seat) with { IsExcluded = seat > 3 })!.Missing.Keys);
    }

    [Fact]
    public void With_too_few_replies_a_round_lasts_as_often_as_it_may_and_then_fails_with_names()
    {
        var task = new OpenTask(TaskOf(3), Rules(3, Minute) with { Attempts = 2 }, clients: 3, now: TimeSpan.Zero);
        task.Store(0);

        Assert.Null(task.Proposal(Minute, Here));
        Assert.Equal(Minute, task.Left(Minute));
        var failed = Assert.Throws<AutoFlipException>(() => task.Proposal(2 * Minute, Gone));

        Assert.Equal(ExitCode.RunFailed, failed.Code);
        Assert.Equal(
            "Round 3: 1 of 3 clients have answered after 2 x 60 s, and 3 must. Missing: 1 (not connected), 2 (not connected).",
            failed.Message);
    }

    [Fact]
    public void Without_a_deadline_a_client_that_works_is_waited_for_and_one_that_is_gone_is_lost_after_ten_minutes()
    {
        var task = new OpenTask(TaskOf(2), Rules(1, null), clients: 2, now: TimeSpan.Zero);
        task.Store(0);

        Assert.Null(task.Left(Minute));
        Assert.Null(task.Proposal(TimeSpan.FromDays(30), Here));
        Assert.Null(task.Proposal(TimeSpan.FromMinutes(9), Gone));
        Assert.StartsWith("lost:", task.Proposal(TimeSpan.FromMinutes(10), Gone)!.Missing[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_never_joined_is_waited_for_half_a_minute()
    {
        Presence Never(int _) => new(IsAttached: false, HasJoined: false, IsExcluded: false, TimeSpan.Zero);
        var task = new OpenTask(TaskOf(2), Rules(1, 10 * Minute), clients: 2, now: TimeSpan.Zero);
        task.Store(0);

        Assert.Null(task.Proposal(TimeSpan.FromSeconds(29), Never));
        Assert.Equal("lost: no client has joined for it.", task.Proposal(TimeSpan.FromSeconds(30), Never)!.Missing[1]);
    }

    [Fact]
    public void An_excluded_client_is_not_waited_for()
    {
        var task = new OpenTask(TaskOf(2), Rules(1, Minute), clients: 2, now: TimeSpan.Zero);
        task.Store(0);

        var record = task.Proposal(TimeSpan.Zero, seat => Here(seat) with { IsExcluded = true })!;

        Assert.StartsWith("excluded:", record.Missing[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_fails_at_once_if_too_many_replies_are_refused()
    {
        var task = new OpenTask(TaskOf(2), Rules(2, Minute), clients: 2, now: TimeSpan.Zero);
        task.Refuse(1, "it is too long.");

        var failed = Assert.Throws<AutoFlipException>(() => task.Proposal(TimeSpan.Zero, Here));

        Assert.Contains("too many replies were refused", failed.Message);
        Assert.Null(task.Proposal(TimeSpan.Zero, Here, atOnce: true)); // an operator's wish fails nothing
    }
}
