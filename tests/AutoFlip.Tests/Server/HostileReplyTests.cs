using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Replies whose numbers no honest client has: none of them ends a run for good, or is in its figures.</summary>
public class HostileReplyTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "none", Rounds = 2 };

    /// <summary>Three clients train, 2 epochs of 17 samples each; the three others evaluate after round 2.</summary>
    [Theory, InlineData(long.MaxValue), InlineData(1), InlineData(-1_000_000_000)]
    public async Task An_evaluator_that_claims_to_have_trained_is_refused(long claimed)
    {
        var outcome = await TinyFederation.RunAsync(Tiny, wrap: inner => Tap.Replace(
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
        var outcome = await TinyFederation.RunAsync(Tiny with { CohortFraction = 1 }, wrap: inner => Tap.Replace(
            inner, reply => reply.Client == 0 ? reply with { TrainSamples = long.MaxValue } : reply));

        Assert.Every(outcome.Rounds, round => Assert.Equal(
            (5 * 2 * 17, 5 * 2 * 17, 0),
            (round.Report.TrainSamples, round.Report.DenseTrainSamples, Assert.Single(round.Report.Failures).Client)));
        Assert.Equal(2 * 5 * 2 * 17, SamplesOf(outcome));
    }

    /// <summary>Values of two clients are finite, and their mean or sum is not. The state after round 1 is the last one.</summary>
    [Theory, InlineData("fedavg", "model"), InlineData("fedavgm", "model"), InlineData("scaffold", "vector 'control'")]
    public async Task A_round_whose_state_is_not_finite_fails_the_run_before_it_is_saved(string algorithm, string what)
    {
        var done = 0;
        var experiment = Tiny with { Algorithm = algorithm, Optimizer = "SGD", CohortFraction = 1 };

        var failed = await Assert.ThrowsAsync<AutoFlipException>(() => TinyFederation.RunAsync(
            experiment, inspect: _ => done++, wrap: inner => Tap.Replace(inner, reply =>
                done == 0 || reply.Client > 1 ? reply
                : what == "model" ? With(reply, Filled(reply.Values.Length, reply.Client == 0 ? -3e38f : 3e38f))
                : reply with { Vectors = ClientOutcome.None.With("control", Filled(reply.Vectors["control"].Length, 3e38f)).Vectors })));

        Assert.Equal((ExitCode.RunFailed, 1), (failed.Code, done));
        Assert.StartsWith($"Round 2: the {what} is not finite after", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>Six clients report finite numbers of their training, which the pruner sums up.</summary>
    [Fact]
    public async Task A_round_whose_pruner_memory_is_not_finite_fails_the_run()
    {
        var experiment = TinyFederation.Experiment with { Pruner = "autoflip", DenseRounds = 1, CohortFraction = 1 };
        experiment = experiment.WithOption("scoreRounds", 1);

        var failed = await Assert.ThrowsAsync<AutoFlipException>(() => TinyFederation.RunAsync(
            experiment, wrap: inner => Tap.Replace(inner, reply =>
                reply.Report.IsEmpty ? reply : reply with { Report = Filled(reply.Report.Length, 3e38f) })));

        Assert.StartsWith("Round 1: the pruner's memory is not finite after", failed.Message, StringComparison.Ordinal);
    }

    static long SamplesOf(TinyFederation.Outcome outcome) => Summaries.SoFar(
        Tiny, new Acc1(), [], [.. outcome.Rounds.Select(round => round.Report)]).Compute.TrainSamples;

    static float[] Filled(int count, float value) => [.. Enumerable.Repeat(value, count)];

    static ClientReply With(ClientReply reply, float[] values) =>
        reply with { ValueBytes = MemoryMarshal.AsBytes<float>(values).ToArray() };
}
