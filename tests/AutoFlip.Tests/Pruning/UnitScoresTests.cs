namespace AutoFlip.Tests;

public class UnitScoresTests
{
    /// <summary>Two hidden units of a 2-2-1 network. Unit 0: weights 1, 3, bias 2: mean 2. Unit 1: weights 2, 0, bias 0:
    /// mean 2/3. Their mean is 4/3, so 1.5 and 0.5; their ranks 2 and 1, less a half, over 2.</summary>
    [Fact]
    public void A_units_score_is_the_mean_over_its_incoming_weights_and_bias_scaled_within_its_layer()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(2).ReLU().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        scores[0] = 1;
        scores[1] = 3;
        scores[2] = 2; // unit 1's first weight
        scores[4] = 2; // unit 0's bias
        scores[6] = 9; // what the next layer reads does not count

        var hidden = Enumerable.Range(0, network.Groups.Length).Single(g => !network.Groups[g].IsFixed);
        Assert.Equal([1.5, 0.5], UnitScores.Of(network, scores, GuidanceScale.Mean)[hidden]);
        Assert.Equal([0.75, 0.25], UnitScores.Of(network, scores, GuidanceScale.Rank)[hidden]);
    }

    /// <summary>The first layer moves a million times less, and one of its units a thousand times more than the rest.</summary>
    [Theory]
    [InlineData(GuidanceScale.Rank, 4, 4), InlineData(GuidanceScale.Mean, 1, 7), InlineData(GuidanceScale.MinMax, 1, 7)]
    public void Under_rank_each_layer_loses_the_same_share_of_units_whatever_moves_how_far(GuidanceScale scale, int first, int second)
    {
        var network = new NetworkBuilder("n", new SampleShape(8, 1, 1)).Flatten().Linear(8).ReLU().Linear(8).ReLU().Linear(8).Build(8);
        var scores = new float[network.Layout.ParameterCount];
        for (var i = 0; i < scores.Length; i++) scores[i] = 100 + i / 8 % 8; // rows of 8: the units of a layer rise a little
        foreach (ref var score in scores.AsSpan(0, 72)) score *= 1e-6f;
        foreach (ref var score in scores.AsSpan(56, 8)) score *= 1000;

        var units = UnitScores.Of(network, scores, scale);
        var mask = new PruningPlan(0.6m, 1, 1, 1).Prune(network, units, scores);

        Assert.Equal((first, second), (mask.Units!.Kept[1].Kept, mask.Units.Kept[2].Kept));
    }
}
