namespace AutoFlip.Tests;

/// <summary>What a round says about each layer.</summary>
public sealed class LayerFiguresTests
{
    // TwoNN on 1x1x2 with two hidden units: features.1 (weight 2x2, bias 2), features.3 (weight 2x2, bias
    // 2), classifier (weight 3x2, bias 3).
    static readonly Network Network = Catalog.Models["TwoNN"](new SampleShape(1, 1, 2), 3, new ModelOptions { HiddenSize = 2 });

    [Fact]
    public void Layer_of_kept_values_has_their_norms()
    {
        Weights All(float value) => new(Network.Layout, [.. Enumerable.Repeat(value, Network.Layout.Count)]);
        var layers = LayerFigures.Of(Network, Mask.Dense(Network.Layout), All(1), All(3), All(4));

        Assert.Equal(3, layers.Length);
        // 2x2 weights and 2 biases: sqrt(6 * 4^2) (norm), sqrt(6 * 3^2) (distance), sqrt(6 * 1^2) (step)
        Assert.Equal(
            new LayerFigures(layers[0].Name, 6, 6, Math.Sqrt(96), Math.Sqrt(54), Math.Sqrt(6)) { Units = 2, KeptUnits = 2 }, layers[0]);
        Assert.Equal(new LayerFigures(layers[2].Name, 9, 9, 12, 9, 3), layers[2]); // sqrt(9) = 3; classes are no units to remove
    }

    [Fact]
    public void Removed_values_count_nowhere()
    {
        var kept = Enumerable.Range(0, Network.Layout.ParameterCount).Select(i => i != 0).ToArray();
        var (one, five) = (
            Weights.Zeros(Network.Layout), new Weights(Network.Layout, [5, .. Enumerable.Repeat(0f, Network.Layout.Count - 1)]));

        var first = LayerFigures.Of(Network, Mask.OfWeights(Network.Layout, Selection.Of(kept)), one, one, five)[0];

        Assert.Equal((6, 5, 0.0, 0.0, 0.0), (first.Parameters, first.Kept, first.Norm, first.Distance, first.Step));
    }

    [Fact]
    public void Removed_units_are_counted_where_they_are_made()
    {
        var units = new Units(
            Network, [.. Network.Groups.Select((group, i) => i == 1 ? Selection.Of([true, false]) : Selection.All(group.Width))]);
        var mask = Mask.OfUnits(units, Selection.All(units.Present.Kept));
        var zeros = Weights.Zeros(Network.Layout);

        var layers = LayerFigures.Of(Network, mask, zeros, zeros, zeros);

        // One of two units goes: of features.1 a row of 2 and a bias (6 - 3), of features.3 a column of 2 (6 - 2).
        Assert.Equal([(2, 1), (2, 2)], layers[..2].Select(layer => (layer.Units!.Value, layer.KeptUnits!.Value)));
        Assert.Equal([3, 4, 9], layers.Select(layer => layer.Kept));
    }
}
