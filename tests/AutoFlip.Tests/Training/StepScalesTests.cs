using System.Collections.Immutable;

namespace AutoFlip.Tests;

public class StepScalesTests
{
    /// <summary>TwoNN of 16 inputs, hidden layers of 8 and 8, 3 outputs.</summary>
    static readonly Network Network = TinyFederation.Network(TinyFederation.Experiment);

    static ImmutableArray<StepScale> Of(Network full, Network small, Selection kept) =>
        StepScales.Of(full, small, KeptTensors.Of(small.Layout, kept).Parameters);

    [Fact]
    public void A_model_that_lost_nothing_has_no_factors() =>
        Assert.Empty(Of(Network, Network, Selection.All(Network.Layout.Count)));

    /// <summary>Of 8 units 2 stay in the first hidden layer and 4 in the second: the inputs of the second layer go from 8 to 2, those of
    /// the output layer from 8 to 4. The first layer has all of its 16 inputs; biases are not sums.</summary>
    [Fact]
    public void A_layer_with_a_quarter_of_its_inputs_has_the_factor_four()
    {
        var left = 2;
        var small = Network.WithWidths(group => group.IsFixed ? group.Width : (left *= 2) / 2);

        var scales = Of(Network, small, Selection.All(small.Layout.Count));

        Assert.Equal([1, 1, 4, 1, 2, 1], scales.Select(scale => scale.Factor));
        Assert.Equal(small.Layout.Parameters.Select(tensor => tensor.Length), scales.Select(scale => scale.Length));
    }

    /// <summary>Every fourth weight of the second layer is kept, and everything else.</summary>
    [Fact]
    public void Single_weights_count_by_their_mean_number_per_output()
    {
        var tensor = Network.Layout.Parameters.Where(tensor => tensor.Role == TensorRole.Weight).ElementAt(1);
        var (start, end) = (tensor.Offset, tensor.Offset + tensor.Length);
        var kept = Selection.Of([.. Enumerable.Range(0, Network.Layout.Count).Select(i => i < start || i >= end || i % 4 == 0)]);

        Assert.Equal([1, 1, 4, 1, 1, 1], Of(Network, Network, kept).Select(scale => scale.Factor));
    }

    /// <summary>An embedding's rows are tokens: one of them is read at a time, whatever the width is.</summary>
    [Fact]
    public void An_embedding_has_no_factor()
    {
        var options = new ModelOptions { HiddenSize = 8, EmbeddingSize = 8, EmbeddingCount = 20 };
        var network = Catalog.Models["NextCharLSTM"](new SampleShape(1, 1, 5), 2, options);
        var small = network.WithWidths(group => group.IsFixed ? group.Width : group.Width / 2);

        var scales = Of(network, small, Selection.All(small.Layout.Count));

        var factors = small.Layout.Parameters.Zip(scales, (tensor, scale) => (tensor.Name, scale.Factor)).ToDictionary();
        Assert.Equal(1, factors[small.Layout.Parameters.Single(tensor => tensor.Shape[0] == 20).Name]);
        Assert.Contains(2, factors.Values);
        var biases = factors.Where(factor => factor.Key.Contains("bias", StringComparison.Ordinal));
        Assert.Every(biases, bias => Assert.Equal(1, bias.Value));
    }

    [Fact]
    public void Plain_gradients_have_no_factor()
    {
        Assert.False(new Sgd(0.9).IsAdaptive);
        Assert.True(new Adam().IsAdaptive && new AdamW().IsAdaptive && new RmsProp().IsAdaptive && new Adagrad().IsAdaptive);
    }

    /// <summary>Only pruned runs under an adaptive optimizer change. The first pruned round is the second.</summary>
    [Theory]
    [InlineData("Adam", "autoflip", true), InlineData("Adam", "none", false), InlineData("SGD", "autoflip", false)]
    public async Task Rates_change_pruned_rounds_of_adaptive_optimizers(string optimizer, string pruner, bool differs)
    {
        var experiment = TinyFederation.Experiment with { Optimizer = optimizer, Pruner = pruner, DenseRounds = 1 };
        var scaled = await TinyFederation.RunAsync(experiment);
        var one = await TinyFederation.RunAsync(experiment with { ScaleLearningRate = false });

        Assert.Equal(one.Rounds[0].State.Server.Weights.Sha256(), scaled.Rounds[0].State.Server.Weights.Sha256());
        Assert.Equal(differs, one.Global.Sha256() != scaled.Global.Sha256());
    }
}
