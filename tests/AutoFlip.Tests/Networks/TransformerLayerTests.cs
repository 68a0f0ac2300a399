namespace AutoFlip.Tests;

public class TransformerLayerTests
{
    /// <summary>x = 0, ln 3, -ln 3: 0; ln 3 / (1 + 1/3) = (3/4) ln 3; -ln 3 / (1 + 3) = -(1/4) ln 3.</summary>
    [Fact]
    public void SiLU_is_its_formula() => Assert.Equal(
        [0, 0.75 * Math.Log(3), -0.25 * Math.Log(3)],
        Networks.Run(new NetworkBuilder("test", new(3, 1, 1)).Flatten().SiLU().Build(3), [], [0, Math.Log(3), -Math.Log(3)]), Near);

    /// <summary>(1, 3, 5, 7): mean 4, deviations -3, -1, 1, 3, variance (9 + 1 + 1 + 9) / 4 = 5.</summary>
    [Fact]
    public void Layer_normalisation_is_its_formula()
    {
        var network = new NetworkBuilder("test", new(4, 1, 1)).Flatten().Then(new LayerNorm(4, Epsilon: 4)).Build(4);

        var outputs = Networks.Run(network, [1, 2, 3, 4, /* bias */ 10, 20, 30, 40], [1, 3, 5, 7]);

        Assert.Equal([10 - 1, 20 - 2 / 3.0, 30 + 1, 40 + 4], outputs, Near); // over sqrt(5 + 4) = 3
    }

    /// <summary>Of steps (1, 3) and (2, 2), with two zeros: means 1 and 1; variances (0 + 4 + 1 + 1) / 4 = 3/2
    /// and (1 + 1 + 1 + 1) / 4 = 1.</summary>
    [Fact]
    public void Layer_normalisation_counts_missing_features_as_zeros()
    {
        var network = new NetworkBuilder("test", new(1, 2, 2)).RowSequence().Then(new LayerNorm(4, Epsilon: 0)).Build(2);

        Assert.Equal([0, 2 / Math.Sqrt(1.5), 1, 1], Networks.Run(network, [1, 1, 0, 0], [1, 3, 2, 2]), Near);
    }

    /// <summary>
    /// Heads of width 4 on steps of one number x; sequences (1, 0) and (1, 1). Head 0: q = (2 ln 3) x, k = x in the first entry, v = (1, 2,
    /// 3, 4) x. q k / sqrt(4) is ln 3 and 0 for the first step: weights 3/4 and 1/4 of values (1..4) and 0; for the second 0 and 0: 1/2 and
    /// 1/2. In the second sequence both values are (1..4). Head 1: q = k = 0, v = (8, 0, 0, 0) x, so the mean of 8 x: 4, 4, 8, 8.
    /// </summary>
    [Fact]
    public void Attention_is_its_formula_within_each_sequence()
    {
        var network = Steps(4, 1).Then(new SelfAttention(2, 4, Sequences: 2)).Build(8);
        double[] query = [2 * Math.Log(3), 0, 0, 0, 0, 0, 0, 0], key = [1, 0, 0, 0, 0, 0, 0, 0], value = [1, 2, 3, 4, 8, 0, 0, 0];

        var outputs = Networks.Run(network, [.. query, .. key, .. value], [1, 0, 1, 1]);

        Assert.Equal(
            [0.75, 1.5, 2.25, 3, 4, 0, 0, 0, 0.5, 1, 1.5, 2, 4, 0, 0, 0, 1, 2, 3, 4, 8, 0, 0, 0, 1, 2, 3, 4, 8, 0, 0, 0], outputs, Near);
    }

    [Fact]
    public void A_head_is_its_rows_of_query_key_and_value_and_its_columns_behind()
    {
        var network = Steps(4, 5).Then(new SelfAttention(3, 2), "qkv").Linear(2, "out").Build(2);

        Assert.Equal(["input (1, fixed)", "qkv (3)", "out (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [new("qkv.weight", 0, 0, 2), new("qkv.weight", 0, 6, 2), new("qkv.weight", 0, 12, 2), new("out.weight", 1, 0, 2)],
            network.Groups[1].Memberships);
        Assert.Equal([3 * 2 * 2, 5], network.WithWidths(_ => 2).Layout["qkv.weight"].Shape);
    }

    /// <summary>6 steps of 5 numbers, 3 heads of 2, 2 sequences of 3 steps. Projection 6 * 18 * 5; 6 * 3 pairs of steps,
    /// each 6 for q k and 6 for v.</summary>
    [Fact]
    public void Attention_counts_projections_and_pairs() =>
        Assert.Equal(6 * 18 * 5 + 6 * 3 * 12, Steps(6, 5).Then(new SelfAttention(3, 2, Sequences: 2)).Build(6).MacsPerSample);

    /// <summary>Two channels of 2 x 4 pixels, 0..7 and 10..17: two patches side by side. The same place of
    /// both, then the next place.</summary>
    [Fact]
    public void Patches_are_read_place_by_place()
    {
        var network = new NetworkBuilder("test", new(2, 2, 4)).Then(new PatchSequence(2)).Build(2);

        var outputs = Networks.Run(network, [], [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17]);

        Assert.Equal([0, 10, 2, 12, 1, 11, 3, 13, 4, 14, 6, 16, 5, 15, 7, 17], outputs);
    }

    [Fact]
    public void An_image_from_patches_is_the_image_that_was_cut()
    {
        double[] image = [.. Enumerable.Range(0, 3 * 6 * 9).Select(i => (double)i)];
        var network = new NetworkBuilder("test", new(3, 6, 9)).Patches("patches", 3, p => p).Flatten().Build(162);

        Assert.Equal(image, Networks.Run(network, [], image));
    }

    [Fact]
    public void A_stream_of_a_transformer_is_one_group()
    {
        var network = new NetworkBuilder("test", new(3, 4, 4)).Conv2d(6, 1)
            .Patches("p", 2, p => p.Fork("add", new Add(), ("f", f => f.LayerNorm().Linear(9).SiLU().Linear(6)), ("skip", s => s)))
            .Flatten().Linear(2).Build(2);

        Assert.Equal(["input (3, fixed)", "0 (6)", "p.f.1 (9)", "2 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [
                new("0.weight", 0, 0, 1), new("0.bias", 0, 0, 1), new("p.f.0.weight", 0, 0, 1), new("p.f.0.bias", 0, 0, 1),
                new("p.f.1.weight", 1, 0, 1),
                new("p.f.3.weight", 0, 0, 1), new("p.f.3.bias", 0, 0, 1), new("2.weight", 1, 0, 16),
            ],
            network.Groups[1].Memberships);
        Assert.Equal(new LayerNorm(6), network.WithWidths(_ => 2).Nodes.Select(node => node.Layer).OfType<LayerNorm>().Single());
    }

    [Fact]
    public void Wrong_shapes_are_refused_by_name()
    {
        void Refused(string want, Func<NetworkBuilder, NetworkBuilder> body) => Assert.Contains(
            want, Assert.Throws<AutoFlipException>(() => body(new NetworkBuilder("test", new(2, 6, 6)))).Message, StringComparison.Ordinal);

        Refused("0 (PatchSequence) cannot work on 2x6x6: it cannot be cut into patches of 4x4", b => b.Then(new PatchSequence(4)));
        Refused(
            "1 (PatchImage) cannot work on 36x2: it makes images of 6x5 pixels from patches of 2x2",
            b => b.Then(new PatchSequence(2)).Then(new PatchImage(2, 6, 5)));
        Refused(
            "1 (SelfAttention) cannot work on 6x12: 6 steps are not 4 sequences of equal length",
            b => b.RowSequence().Then(new SelfAttention(2, 2, 4)));
        Refused("1 (SelfAttention) cannot work on 6x12: it would have 0 units", b => b.RowSequence().Then(new SelfAttention(0, 2)));
        Refused("1 (LayerNorm) cannot work on 72: it normalises 71 features", b => b.Flatten().Then(new LayerNorm(71)));
        Refused("0 (LayerNorm) cannot work on 2x6x6: it needs a vector", b => b.LayerNorm());
    }

    [Fact]
    public void Offsets_of_normalisation_start_at_zero_and_scales_at_one()
    {
        var weights = Initialization.Draw(Steps(2, 3).Then(new LayerNorm(3), "norm").Build(3), Initialization.Normal, 1, new Seeds(1));

        Assert.Equal([1, 1, 1, 0, 0, 0], weights.Values.ToArray());
    }

    static NetworkBuilder Steps(int steps, int features) =>
        new NetworkBuilder("test", new(1, steps, features)).Then(new RowSequence(), "rows");

    static bool Near(double want, double got) => Math.Abs(want - got) < 1e-14;
}
