using CsCheck;

namespace AutoFlip.Tests;

public class IncomingNormTests
{
    /// <summary>A 2-3-2 network that loses hidden unit 2. Output 0 reads (3, 0, 4) of norm 5 and keeps (3, 0): 5/3 of it. Output 1 reads
    /// (1, 2, 2) of norm 3 and keeps (1, 2) of norm √5: 3/√5 of it. Hidden units read the sample, of which nothing is removed.</summary>
    [Fact]
    public void What_an_output_keeps_of_its_incoming_weights_has_the_norm_of_all()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(3).ReLU().Linear(2).Build(2);
        float[] hidden = [1, 2, 3, 4, 5, 6], bias = [7, 8, 9], bias2 = [10, 11];
        var full = new Weights(network.Layout, [.. hidden, .. bias, 3, 0, 4, 1, 2, 2, .. bias2]);
        var units = new Units(
            network, [.. network.Groups.Select(group => group.IsFixed ? Selection.All(2) : Selection.FromBits([0b011], 3))]);

        var kept = IncomingNorm.RescaleToDenseNorm(network, Mask.OfUnits(units, Selection.All(units.Small.Layout.Count)), full);

        var third = (float)(3 / Math.Sqrt(5));
        // the 4 and the last 2 are remembered as they were
        Assert.Equal([.. hidden, .. bias, 5, 0, 4, third, 2 * third, 2, .. bias2], kept.Values.ToArray());
    }

    /// <summary>Weights (1, 2, 2, 4) of norm 5 of which 2 and 4 stay, of norm √20; and (1, 0, 0, 1) of which only zeros stay.</summary>
    [Fact]
    public void Single_weights_are_made_up_for_row_by_row_and_zeros_stay_zeros()
    {
        var network = new NetworkBuilder("n", new SampleShape(4, 1, 1)).Flatten().Linear(2).Build(2);
        var full = new Weights(network.Layout, [1, 2, 2, 4, 1, 0, 0, 1, 0.5f, 0.5f]);

        var kept = IncomingNorm.RescaleToDenseNorm(network, Mask.OfWeights(network.Layout, Selection.FromBits([0b11_0110_1010], 10)), full);

        var factor = 5 / Math.Sqrt(20);
        Assert.Equal([1, (float)(2 * factor), 2, (float)(4 * factor), 1, 0, 0, 1, 0.5f, 0.5f], kept.Values.ToArray());
    }

    /// <summary>A table [3, 4] that loses two columns: what reads them makes up for it, the table does not. Gates
    /// make up in both matrices.</summary>
    [Fact]
    public void An_embedding_keeps_its_values_and_what_reads_it_its_norms()
    {
        var network = new NetworkBuilder("n", new SampleShape(5, 1, 1)).Embedding(3, 4).Lstm(3).LastStep().Linear(2).Build(2);
        var full = Masks.Values(network.Layout, 5);
        var units = new Units(network, [.. network.Groups.Select(group =>
            group.IsFixed ? Selection.All(group.Width) : Selection.FromBits([0b011], group.Width))]); // two columns, two cells
        var mask = Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));

        var kept = IncomingNorm.RescaleToDenseNorm(network, mask, full);

        Assert.Equal(full["0.weight"].ToArray(), kept["0.weight"].ToArray());
        Assert.Equal(full["1.bias_hh_l0"].ToArray(), kept["1.bias_hh_l0"].ToArray());
        var masked = mask.Apply(kept);
        foreach (var name in new[] { "1.weight_ih_l0", "1.weight_hh_l0" })
        {
            var length = network.Layout[name].Shape[1];
            for (var row = 0; row < 12; row++)
                if (row % 3 < 2)
                    Assert.Equal(Norm(full[name].Slice(row * length, length)), Norm(masked[name].Slice(row * length, length)), 1e-5);
        }
    }

    [Fact]
    public void Only_kept_weights_of_rows_that_lost_some_change_and_their_norm_is_the_whole_rows() =>
        Gen.Select(Masks.OfUnits, Gen.ULong).Sample((units, seed) =>
    {
        var (network, full) = (units.Network, Masks.Values(units.Network.Layout, seed));
        var mask = Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
        var kept = IncomingNorm.RescaleToDenseNorm(network, mask, full);
        var masked = mask.Apply(kept);

        foreach (var tensor in network.Layout.Entries)
        {
            var rows = tensor.Role == TensorRole.Weight ? tensor.Shape[0] : 1;
            var length = tensor.Length / rows;
            for (var start = tensor.Offset; start < tensor.Range.End.Value; start += length)
            {
                ReadOnlySpan<float> before = full.Values.Slice(start, length), after = kept.Values.Slice(start, length);
                var left = Enumerable.Range(start, length).Count(i => mask.Values[i]);
                if (left == 0 || left == length || tensor.Role != TensorRole.Weight) Assert.Equal(before, after);
                else Assert.Equal(Norm(before), Norm(masked.Values.Slice(start, length)), 1e-5);
            }
        }
    });

    static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}
