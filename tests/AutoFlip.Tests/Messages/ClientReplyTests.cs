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
        Vectors = ClientOutcome.None.With("control", [1f]).Vectors,
    };

    [Fact]
    public void An_honest_reply_is_used() => Assert.Same(Honest, Honest.Checked(values: 2, passes: 3, declared: 10));

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
        { "a value of the report that it returned is not a finite number", Honest with { Report = new[] { 1, float.NaN } } },
    };

    [Theory, MemberData(nameof(Lies))]
    public void A_reply_that_cannot_be_is_a_failure_and_nothing_of_it_is_left(string why, ClientReply lie)
    {
        var refused = lie.Checked(
            values: lie.Examples < 0 ? 3 : 2, passes: 3, declared: lie.Examples < 0 ? null : lie.Examples == 0 ? null : 10);

        Assert.Contains(why, refused.Failure, StringComparison.Ordinal);
        Assert.Empty(refused.Vectors);
        Assert.True(refused.Report.IsEmpty);
        Assert.Null(refused.Seconds);
    }
}
