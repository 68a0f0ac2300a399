using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

public class ClientReplyTests
{
    static readonly ClientReply Honest = new()
    {
        Client = 1,
        Examples = 10,
        TrainSamples = 30,
        ValueBytes = MemoryMarshal.AsBytes<float>([1, 2]).ToArray(),
        DownBytes = 300,
        UpBytes = 200,
        Elapsed = TimeSpan.FromSeconds(4),
        Vectors = ClientOutcome.None.With("control", [1f]).Vectors,
    };

    [Fact]
    public void An_honest_reply_is_used() => Assert.Same(Honest, Honest.Checked(ClientWork.Train, values: 2, passes: 3, declared: 10));

    /// <summary>Evaluators return no values, weigh in no mean, and train on nothing.</summary>
    [Theory, InlineData(0, null), InlineData(1, "1 samples"), InlineData(-1, "-1 samples"), InlineData(long.MaxValue, "807 samples")]
    public void An_evaluation_claims_no_samples_of_training(long samples, string? why)
    {
        var reply = new ClientReply { Client = 1, TrainSamples = samples };

        var refusal = reply.Checked(ClientWork.Evaluate, values: 0, passes: 0, declared: 10).Failure;

        if (why is null) Assert.Null(refusal);
        else Assert.EndsWith($"{why}, and was not asked to train.", refusal);
    }

    [Fact]
    public void Only_figures_that_were_asked_for_are_accepted()
    {
        var held = new ClientReply { Client = 1, HeldOut = Over(3) };

        Assert.Null(held.Checked(ClientWork.Evaluate, values: 0, passes: 0, declared: 10).Failure);
        Assert.Equal(
            Enumerable.Repeat("it returned figures that it was not asked for.", 3),
            new[]
            {
                (held with { Trained = Over(3) }).Checked(ClientWork.Evaluate, values: 0, passes: 0, declared: 10),
                (held with { Examples = 10 }).Checked(ClientWork.Measure, values: 0, passes: 0, declared: 10),
                new ClientReply { Client = 1, Examples = 10, Trained = Over(3) }
                    .Checked(ClientWork.Explore, values: 0, passes: 1, declared: 10),
            }.Select(reply => reply.Failure));
    }

    [Fact]
    public void Statistics_claim_no_samples_of_training_and_weigh_by_those_that_were_declared()
    {
        var reply = new ClientReply { Client = 1, Examples = 10 };

        Assert.Same(reply, reply.Checked(ClientWork.Measure, values: 0, passes: 0, declared: 10));
        Assert.EndsWith(
            "trained on 1 samples, and was not asked to train.",
            (reply with { TrainSamples = 1 }).Checked(ClientWork.Measure, values: 0, passes: 0, declared: 10).Failure);
        Assert.Contains(
            "claims 9 training samples, and has declared 10",
            (reply with { Examples = 9 }).Checked(ClientWork.Measure, values: 0, passes: 0, declared: 10).Failure,
            StringComparison.Ordinal);
    }

    public static TheoryData<string, ClientReply> Lies => new()
    {
        { "returned 8 bytes of values where 12", Honest with { Examples = -1 } }, // of three values
        { "claims 0 training samples", Honest with { Examples = 0 } },
        { "claims 11 training samples, and has declared 10", Honest with { Examples = 11 } },
        { "trained on 31 samples; 3 passes through its 10 are the most", Honest with { TrainSamples = 31 } },
        { "trained on -1 samples", Honest with { TrainSamples = -1 } },
        { "a value it returned is not a finite number", Honest with { ValueBytes = MemoryMarshal.AsBytes<float>([
            1, float.NaN]).ToArray() } },
        { "a value of 'control' that it returned is not a finite number", Honest with { Vectors = ClientOutcome.None.With(
            "control", [float.PositiveInfinity]).Vectors } },
        { "claims figures over -5 samples", Honest with { HeldOut = Over(-5) } },
        { "claims figures over -1 samples", Honest with { Trained = Over(3), Personal = Over(-1) } },
        { "took more than 1000000000 seconds", Honest with { Seconds = new(1, 1e9, 0) } },
        { "a value of the report that it returned is not a finite number", Honest with { Report = new[] { 1, float.NaN } } },
    };

    [Theory, MemberData(nameof(Lies))]
    public void A_reply_that_cannot_be_is_a_failure_and_nothing_of_it_is_left(string why, ClientReply lie)
    {
        var refused = lie.Checked(
            ClientWork.Train, values: lie.Examples < 0 ? 3 : 2, passes: 3, declared: lie.Examples <= 0 ? null : 10);

        Assert.Contains(why, refused.Failure, StringComparison.Ordinal);
        Assert.Equal(
            new ClientReply { Client = 1, Failure = refused.Failure, DownBytes = 300, UpBytes = 200, Elapsed = TimeSpan.FromSeconds(4) },
            refused);
    }

    static ClientFigures Over(int samples) => new(samples, ImmutableSortedDictionary<string, double?>.Empty);
}
