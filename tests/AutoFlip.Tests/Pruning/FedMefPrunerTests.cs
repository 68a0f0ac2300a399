namespace AutoFlip.Tests;

public class FedMefPrunerTests
{
    /// <summary>Of w = (3, -4, 10, 20, 0, 0) half of the four kept ones is marked: 3 and -4. The penalty λ(9 + 16) has the gradient
    /// 2λ(3, -4), of the model as it is at each step; which weights are marked is decided at the first.</summary>
    [Fact]
    public void Marked_weights_are_drawn_to_0()
    {
        var before = Swaps.OfLayer(1, 1, 1, 1, 0, 0);
        var probe = new FedMefPruner(new PruningPlan(0.5m, 0, 1, 1))
        {
            AdjustmentRatio = 0.5,
            AdjustmentEnd = 1_000_000,
            ExtrusionPenalty = 0.5,
        }.ProbeOf(new(1, 1, TaskCodecTests.Linear(6)) { Kept = before.KeptParameters() }, Swaps.SetsOf(before, 0.5));
        float[] first = [1, 1, 1, 1, 1, 1, 1], second = [1, 1, 1, 1, 1, 1, 1];

        probe.Adjust([3, -4, 10, 20, 0, 0, 7], first);
        probe.Adjust([30, -2, 1, 20, 0, 0, 7], second);

        Assert.Equal([4, -3, 1, 1, 1, 1, 1], first);
        Assert.Equal([31, -1, 1, 1, 1, 1, 1], second);
    }

    [Theory, InlineData(""), InlineData(" units")]
    public async Task Without_a_penalty_it_is_fedtiny_of_one_block(string kind)
    {
        var plain = await TinyFederation.RunAsync(Swaps.Of("fedmef" + kind).WithOption("extrusionPenalty", 0.0));
        var tiny = await TinyFederation.RunAsync(Swaps.Of("fedtiny" + kind).WithOption("blocks", 1));
        var extruded = await TinyFederation.RunAsync(Swaps.Of("fedmef" + kind).WithOption("extrusionPenalty", 1.0));

        Assert.Equal(tiny.Global.Sha256(), plain.Global.Sha256());
        Assert.Equal(tiny.Rounds[1].State.Server.Weights.Sha256(), extruded.Rounds[1].State.Server.Weights.Sha256()); // no adjustment ahead
        Assert.NotEqual(tiny.Rounds[2].State.Server.Weights.Sha256(), extruded.Rounds[2].State.Server.Weights.Sha256());
    }

    /// <summary>What goes in round 4 was drawn to 0 in round 3, by a factor of 1 - 2 · 4 · .05 in each step.</summary>
    [Fact]
    public async Task What_goes_is_small()
    {
        async Task<double> Lost(double penalty)
        {
            var experiment = Swaps.Of("fedmef") with { Optimizer = "SGD", LearningRate = 0.05, ServerMomentum = 0 };
            var rounds = (await TinyFederation.RunAsync(experiment.WithOption("extrusionPenalty", penalty))).Rounds;
            var (before, now, weights) = (rounds[2].Mask, rounds[3].Mask, rounds[2].State.Server.Weights.ToArray());
            return weights.Where((_, i) => i < before.Count && before.Values[i] && !now.Values[i]).Sum(weight => Math.Abs(weight));
        }

        Assert.True(await Lost(4) < 0.5 * await Lost(0));
    }
}
