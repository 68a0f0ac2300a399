namespace AutoFlip.Tests;

/// <summary>Which masks are part of a run's state.</summary>
public class MaskScheduleTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { DenseRounds = 1, UnitMultiple = 1, EvaluateEvery = 4 };

    /// <summary>Another version of the program might compute another mask from the same scores.</summary>
    [Theory]
    [InlineData("autoflip", MaskRefresh.Once, true), InlineData("random", MaskRefresh.Once, true)]
    [InlineData("snip", MaskRefresh.Once, true), InlineData("autoflip", MaskRefresh.Cohort, false)]
    public async Task A_mask_that_lasts_is_saved_and_one_of_a_single_round_is_not(string pruner, MaskRefresh refresh, bool lasts)
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { Pruner = pruner, MaskRefresh = refresh });

        Assert.Null(outcome.Rounds[0].State.Mask);
        Assert.Every(outcome.Rounds[1..], round => Assert.Equal(lasts ? round.Mask : null, round.State.Mask));
    }

    [Fact]
    public async Task A_run_goes_on_under_the_mask_of_its_state()
    {
        var first = await TinyFederation.RunAsync(Tiny);
        var other = await TinyFederation.RunAsync(Tiny with { Pruner = "random" });
        Assert.NotEqual(WireMask.NameOf(first.Rounds[1].Mask), WireMask.NameOf(other.Rounds[1].Mask));

        var resumed = await TinyFederation.RunAsync(Tiny, from: first.Rounds[1].State with { Mask = other.Rounds[1].Mask });

        Assert.Every(resumed.Rounds, round => Assert.Equal(WireMask.NameOf(other.Rounds[1].Mask), WireMask.NameOf(round.Mask)));
    }
}
