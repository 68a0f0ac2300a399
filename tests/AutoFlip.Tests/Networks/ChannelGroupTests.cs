namespace AutoFlip.Tests;

/// <summary>Which slices go together where groups are less plain than one layer's outputs.</summary>
public class ChannelGroupTests
{
    static readonly SampleShape Image = new(3, 8, 8);
    static readonly SampleShape Tokens = new(7, 1, 1);

    [Fact]
    public void A_cell_is_a_row_of_every_gate_and_a_column_of_what_reads_it()
    {
        var network = new NetworkBuilder("test", Tokens).Embedding(11, 6).Lstm(5, layers: 2).LastStep().Linear(2).Build(2);

        Assert.Equal(
            ["input (7, fixed)", "0 (6)", "1_l0 (5)", "1_l1 (5)", "3 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        IEnumerable<Membership> Gates(string tensor) => Enumerable.Range(0, 4).Select(gate => new Membership(tensor, 0, 5 * gate, 1));
        Assert.Equal(
            [
                .. Gates("1.weight_ih_l0"), .. Gates("1.weight_hh_l0"), new("1.weight_hh_l0", 1, 0, 1), .. Gates("1.bias_ih_l0"),
                .. Gates("1.bias_hh_l0"), new("1.weight_ih_l1", 1, 0, 1),
            ],
            network.Groups[2].Memberships);
        Assert.Equal(new("3.weight", 1, 0, 1), network.Groups[3].Memberships[^1]);
    }

    [Fact]
    public void A_gru_has_three_gates()
    {
        var network = new NetworkBuilder("test", new(1, 4, 6)).RowSequence().Gru(5).LastStep().Linear(2).Build(2);

        Assert.Equal(
            [0, 5, 10], network.Groups[1].Memberships.Where(m => m.Tensor == "1.weight_hh_l0" && m.Axis == 0).Select(m => m.Start));
        Assert.Equal([new("1.weight_ih_l0", 1, 0, 6)], network.Groups[0].Memberships); // one input channel with 6 columns
    }

    [Fact]
    public void A_unit_of_an_embedding_is_a_column_that_is_made_there()
    {
        var network = new NetworkBuilder("test", Tokens).Embedding(11, 6).Gru(5).LastStep().Linear(2).Build(2);

        Assert.Empty(network.Groups[0].Memberships); // ids are no channels
        Assert.Equal(
            [new Membership("0.weight", 1, 0, 1) { Makes = true }, new Membership("1.weight_ih_l0", 1, 0, 1)],
            network.Groups[1].Memberships);
        Assert.False(network.Groups[1].Memberships[1].Makes);
    }

    [Fact]
    public void A_flattened_sequence_has_its_units_once_per_step()
    {
        var network = new NetworkBuilder("test", new(1, 3, 2)).RowSequence().Gru(5).Flatten().Linear(2).Build(2);

        Assert.Equal([new("3.weight", 1, 0, 1), new("3.weight", 1, 5, 1), new("3.weight", 1, 10, 1)], network.Groups[1].Memberships[^3..]);
    }

    [Fact]
    public void Channels_of_one_group_of_a_convolution_go_together_with_what_it_makes()
    {
        // 12 channels in 4 groups of 3 make 8, 2 per group: 4 units, of 3 channels before and 2 after. 64 pixels a channel behind Flatten.
        var network = new NetworkBuilder("test", Image).Conv2d(12, 1).BatchNorm2d().Conv2d(8, 3, padding: 1, groups: 4).Flatten().Linear(2)
            .Build(2);

        Assert.Equal(["input (3, fixed)", "0 (4)", "4 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [
                new("0.weight", 0, 0, 3), new("0.bias", 0, 0, 3), new("1.weight", 0, 0, 3), new("1.bias", 0, 0, 3),
                new("2.weight", 0, 0, 2), new("2.bias", 0, 0, 2), new("4.weight", 1, 0, 128),
                new("1.running_mean", 0, 0, 3), new("1.running_var", 0, 0, 3),
            ],
            network.Groups[1].Memberships);
        Assert.Equal([8, 3, 3, 3], network.Layout["2.weight"].Shape);
        Assert.Equal(64 * 8 * 3 * 9, network.Nodes[3].Macs);

        var small = network.WithWidths(_ => 3);
        Assert.Equal([6, 3, 3, 3], small.Layout["2.weight"].Shape);
        Assert.Equal([9, 3, 1, 1], small.Layout["0.weight"].Shape);
    }

    [Fact]
    public void Groups_of_two_widths_make_units_that_are_whole_in_both()
    {
        // Of 12 channels: groups of 2 on one side, of 3 on the other. 6 go together, so there are 2 units.
        var network = new NetworkBuilder("test", Image)
            .Fork(
                "add", new Add(), ("a", a => a.Conv2d(12, 1).Conv2d(12, 1, groups: 6)),
                ("b", b => b.Conv2d(12, 1).Conv2d(12, 1, groups: 4)))
            .Flatten().Linear(2).Build(2);

        Assert.Equal(["input (3, fixed)", "a.0 (2)", "1 (2, fixed)"], network.Groups.Select(group => group.ToString()));
    }

    [Fact]
    public void Factors_of_channels_are_units_of_these_channels()
    {
        var network = new NetworkBuilder("test", Image).Conv2d(4, 1)
            .Fork("scale", new Multiply(), ("image", s => s), ("factors", g => g.AdaptiveAvgPool2d(1).Flatten().Linear(4)))
            .Flatten().Linear(2).Build(2);

        Assert.Equal(["input (3, fixed)", "0 (4)", "2 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [
                new("0.weight", 0, 0, 1), new("0.bias", 0, 0, 1),
                new("factors.2.weight", 0, 0, 1), new("factors.2.weight", 1, 0, 1), new("factors.2.bias", 0, 0, 1),
                new("2.weight", 1, 0, 64),
            ],
            network.Groups[1].Memberships);
    }

    [Fact]
    public void A_depthwise_convolution_of_one_channel_that_is_left_is_still_depthwise()
    {
        var network = new NetworkBuilder("test", Image).Conv2d(6, 1).Conv2d(6, 3, groups: 6).Flatten().Linear(2).Build(2);

        var small = network.WithWidths(_ => 1);

        Assert.Equal(["input (3, fixed)", "0 (1)", "3 (2, fixed)"], small.Groups.Select(group => group.ToString()));
    }

    [Fact]
    public void A_depthwise_convolution_follows_concatenated_channels()
    {
        var network = new NetworkBuilder("test", Image)
            .Fork(
                "cat", new Concat(), ("a", a => a.Conv2d(4, 1)),
                ("b", b => b.Conv2d(3, 1))).Conv2d(7, 3, groups: 7).Flatten().Linear(2).Build(2);

        var small = network.WithWidths(group => group.Width - 1);

        Assert.Equal([3 + 2, 1, 3, 3], small.Layout["0.weight"].Shape);
    }

    [Fact]
    public void Layers_on_the_wrong_shape_are_refused_by_name()
    {
        void Refused(string want, Func<NetworkBuilder, NetworkBuilder> body, SampleShape? input = null) => Assert.Contains(
            want, Assert.Throws<AutoFlipException>(() => body(new NetworkBuilder("test", input ?? Image))).Message,
            StringComparison.Ordinal);

        Refused("0_l0 (Lstm) cannot work on 3x8x8: it needs a sequence", b => b.Lstm(4));
        Refused("1 (LastStep) cannot work on 192: it needs a sequence", b => b.Flatten().LastStep());
        Refused("1 (Embedding) cannot work on 192: it reads token ids, so it must come first", b => b.Flatten().Embedding(4, 4));
        Refused("0 (Embedding) cannot work on 7x1x1: it would have 0 units", b => b.Embedding(4, 0), Tokens);
        Refused("1_l0 (Gru) cannot work on 7x4: it would have 0 units", b => b.Embedding(4, 4).Gru(0), Tokens);
        Refused(
            "1 (Conv2d) cannot work on 8x8x8: 8 channels cannot be split into groups of 3",
            b => b.Conv2d(8, 1).Then(new Conv2d(8, 1, GroupWidth: 3)));
        Refused("1 (Conv2d) cannot work on 8x8x8: 4 groups cannot make 6 channels", b => b.Conv2d(8, 1).Conv2d(6, 1, groups: 4));
        Refused("groups of 4 channels reach across a concatenation", b => b
            .Fork("cat", new Concat(), ("a", a => a.Conv2d(6, 1)), ("b", c => c.Conv2d(2, 1))).Conv2d(8, 1, groups: 2));
        Refused("scale (Multiply) cannot work on 3x8x8 and 192: it needs an image and a vector", b => b
            .Fork("scale", new Multiply(), ("image", s => s), ("factors", g => g.Flatten())));
        Refused("cat (Concat) cannot work on 7x5 and 5: its sides differ", b => b.Embedding(4, 5)
            .Fork("cat", new Concat(), ("a", a => a), ("b", c => c.LastStep())), Tokens);
    }

    [Fact]
    public void A_builder_cannot_split_channels_into_groups_of_unequal_size() =>
        Assert.Throws<ArgumentException>(() => new NetworkBuilder("test", Image).Conv2d(6, 1, groups: 2));
}
