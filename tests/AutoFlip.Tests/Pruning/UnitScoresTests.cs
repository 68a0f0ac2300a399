namespace AutoFlip.Tests;

public class UnitScoresTests
{
    /// <summary>Two hidden units of a 2-2-1 network. Unit 0: weights 1, 3, bias 2: mean 2. Unit 1: weights 2, 0, bias 0: mean 2/3.</summary>
    [Fact]
    public void A_units_score_is_the_mean_over_its_incoming_weights_and_bias()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(2).ReLU().Linear(1).Build(1);
        var scores = new float[network.Layout.ParameterCount];
        scores[0] = 1;
        scores[1] = 3;
        scores[2] = 2; // unit 1's first weight
        scores[4] = 2; // unit 0's bias
        scores[6] = 9; // what the next layer reads does not count

        var units = UnitScores.Of(network, scores);

        var hidden = Enumerable.Range(0, network.Groups.Length).Single(g => !network.Groups[g].IsFixed);
        Assert.Equal([2, 2.0 / 3], units[hidden]);
    }

    /// <summary>Layers that moved by very different amounts: scaled by their means, a unit is compared with its layer's average.</summary>
    [Fact]
    public void Scaled_by_the_mean_units_of_a_layer_that_moves_little_are_not_the_first_to_go()
    {
        var network = new NetworkBuilder("n", new SampleShape(4, 1, 1)).Flatten().Linear(8).ReLU().Linear(8).ReLU().Linear(2).Build(2);
        var scores = new float[network.Layout.ParameterCount];
        for (var i = 0; i < scores.Length; i++) scores[i] = 1 + i % 7;
        foreach (ref var score in scores.AsSpan(network.Layout.Parameters.First().Range)) score *= 1e-6f;

        GuidanceScaling.Scale(network.Layout, scores, GuidanceScale.Mean);
        var units = UnitScores.Of(network, scores);

        foreach (var group in Enumerable.Range(0, network.Groups.Length).Where(g => !network.Groups[g].IsFixed))
            Assert.Equal(1, units[group].Average(), 0.05);
    }
}
