namespace AutoFlip.Tests;

/// <summary>Replies whose numbers no honest client has: none of them ends a run for good, or is in its figures.</summary>
public class HostileReplyTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "none", Rounds = 2 };

    /// <summary>Three clients train, 2 epochs of 17 samples each; the three others evaluate after round 2.</summary>
    [Theory, InlineData(long.MaxValue), InlineData(1), InlineData(-1_000_000_000)]
    public async Task An_evaluator_that_claims_to_have_trained_is_refused(long claimed)
    {
        var outcome = await TinyFederation.RunAsync(Tiny, wrap: inner => new FederatedRunTests.Replace(
            inner, reply => reply with { TrainSamples = claimed }, ClientWork.Evaluate));

        var report = outcome.Rounds[1].Report;
        Assert.Equal((3 * 2 * 17, 3), (report.TrainSamples, report.Failures.Length));
        Assert.Every(report.Failures, failure => Assert.Equal(
            (ClientWork.Evaluate, $"it claims to have trained on {claimed} samples, and was not asked to train."),
            (failure.Work, failure.Reason)));
        Assert.Null(report.ClientsEvaluatedOut);
        Assert.Equal(2 * 3 * 2 * 17, SamplesOf(outcome));
    }

    /// <summary>All six clients train; client 0 is refused.</summary>
    [Fact]
    public async Task Samples_of_a_refused_reply_count_for_nothing()
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { CohortFraction = 1 }, wrap: inner => new FederatedRunTests.Replace(
            inner, reply => reply.Client == 0 ? reply with { TrainSamples = long.MaxValue } : reply));

        Assert.Every(outcome.Rounds, round => Assert.Equal(
            (5 * 2 * 17, 5 * 2 * 17, 0),
            (round.Report.TrainSamples, round.Report.DenseTrainSamples, Assert.Single(round.Report.Failures).Client)));
        Assert.Equal(2 * 5 * 2 * 17, SamplesOf(outcome));
    }

    static long SamplesOf(TinyFederation.Outcome outcome) => Summaries.SoFar(
        Tiny, new Acc1(), [], [.. outcome.Rounds.Select(round => round.Report)]).Compute.TrainSamples;
}
