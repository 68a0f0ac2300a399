namespace AutoFlip.Tests;

public class NetworkTests
{
    static readonly SampleShape Image = new(3, 8, 8);

    [Fact]
    public void TwoCNN_groups_list_every_slice_of_their_units()
    {
        var network = TwoCnn.Create(new(3, 24, 24), 10, new ModelOptions { HiddenSize = 32 });

        Assert.Equal(["input (3, fixed)", "features.0 (32)", "features.3 (64)", "classifier.2 (512)", "classifier.4 (10, fixed)"],
            network.Groups.Select(group => group.ToString()));
        Assert.Equal([new("features.0.weight", 1, 0, 1)], network.Groups[0].Memberships);
        Assert.Equal(
            [new("features.0.weight", 0, 0, 1), new("features.0.bias", 0, 0, 1), new("features.3.weight", 1, 0, 1)],
            network.Groups[1].Memberships);
        // Flattening 64 x 7 x 7 makes each channel a block of 49 columns.
        Assert.Equal(
            [new("features.3.weight", 0, 0, 1), new("features.3.bias", 0, 0, 1), new("classifier.2.weight", 1, 0, 49)],
            network.Groups[2].Memberships);
        Assert.Equal(
            [new("classifier.2.weight", 0, 0, 1), new("classifier.2.bias", 0, 0, 1), new("classifier.4.weight", 1, 0, 1)],
            network.Groups[3].Memberships);
        Assert.Equal([new("classifier.4.weight", 0, 0, 1), new("classifier.4.bias", 0, 0, 1)], network.Groups[4].Memberships);
    }

    [Fact]
    public void Residual_block_makes_both_sides_one_group()
    {
        // x = relu(bn(conv a)); y = x + bn(conv c (relu (conv b x))): a and c end in one group, b has its own.
        var network = new NetworkBuilder("test", Image)
            .Conv2d(4, 3, padding: 1, bias: false).BatchNorm2d().ReLU()
            .Fork("add", new Add(),
                ("main", m => m.Conv2d(6, 3, padding: 1).ReLU().Conv2d(4, 3, padding: 1, bias: false).BatchNorm2d()),
                ("shortcut", s => s))
            .Flatten().Linear(2)
            .Build(2);

        Assert.Equal(["input (3, fixed)", "0 (4)", "main.0 (6)", "4 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [
                new("0.weight", 0, 0, 1),
                new("1.weight", 0, 0, 1), new("1.bias", 0, 0, 1),
                new("main.0.weight", 1, 0, 1),
                new("main.2.weight", 0, 0, 1),
                new("main.3.weight", 0, 0, 1), new("main.3.bias", 0, 0, 1),
                new("4.weight", 1, 0, 64),
                new("1.running_mean", 0, 0, 1), new("1.running_var", 0, 0, 1),
                new("main.3.running_mean", 0, 0, 1), new("main.3.running_var", 0, 0, 1),
            ],
            network.Groups[1].Memberships);
        Assert.Equal(
            [new("main.0.weight", 0, 0, 1), new("main.0.bias", 0, 0, 1), new("main.2.weight", 1, 0, 1)], network.Groups[2].Memberships);
    }

    [Fact]
    public void What_is_added_to_the_input_is_fixed()
    {
        var network = new NetworkBuilder("test", Image)
            .Fork("add", new Add(), ("main", m => m.Conv2d(3, 3, padding: 1)), ("shortcut", s => s))
            .Flatten().Linear(2)
            .Build(2);

        Assert.Equal(["input (3, fixed)", "1 (2, fixed)"], network.Groups.Select(group => group.ToString()));
    }

    [Fact]
    public void Depthwise_convolution_follows_its_input()
    {
        var network = new NetworkBuilder("test", Image)
            .Conv2d(4, 1)
            .Conv2d(4, 3, padding: 1, bias: false, groups: 4)
            .Flatten().Linear(2)
            .Build(2);

        Assert.Equal([4, 1, 3, 3], network.Layout["1.weight"].Shape);
        Assert.Equal(4 * 8 * 8 * 9, network.Nodes[2].Macs);
        Assert.Equal(
            [new("0.weight", 0, 0, 1), new("0.bias", 0, 0, 1), new("1.weight", 0, 0, 1), new("3.weight", 1, 0, 64)],
            network.Groups[1].Memberships);
    }

    [Fact]
    public void Concatenated_groups_stay_apart()
    {
        // 2 and 3 channels of 8 x 8: behind the Flatten the second group's blocks of 64 begin at column 2*64 = 128.
        var network = new NetworkBuilder("test", Image)
            .Fork("cat", new Concat(), ("a", a => a.Conv2d(2, 1, bias: false)), ("b", b => b.Conv2d(3, 1, bias: false)))
            .BatchNorm2d().Flatten().Linear(2)
            .Build(2);

        Assert.Equal(["input (3, fixed)", "a.0 (2)", "b.0 (3)", "2 (2, fixed)"], network.Groups.Select(group => group.ToString()));
        Assert.Equal(
            [
                new("b.0.weight", 0, 0, 1),
                new("0.weight", 0, 2, 1), new("0.bias", 0, 2, 1),
                new("2.weight", 1, 128, 64),
                new("0.running_mean", 0, 2, 1), new("0.running_var", 0, 2, 1),
            ],
            network.Groups[2].Memberships);
    }

    public static IEnumerable<TheoryDataRow<string>> Names => LawNetworks.Names;

    [Theory, MemberData(nameof(Names))]
    public void Memberships_cover_every_axis_but_kernels_and_vocabularies(string name)
    {
        var network = LawNetworks.Of(name);

        foreach (var node in network.Nodes)
            foreach (var entry in node.Tensors.Select(tensor => network.Layout[tensor]))
                for (var axis = 0; axis < Math.Min(entry.Shape.Length, 2); axis++)
                {
                    var isFree = (node.Layer, axis) is (Embedding or Positions, 0) or (Conv2d { GroupWidth: not null }, 1);
                    Assert.Equal(isFree ? 0 : entry.Shape[axis], Covered(network, entry.Name, axis));
                }
    }

    [Theory, MemberData(nameof(Names))]
    public void WithWidths_of_the_same_widths_changes_nothing(string name)
    {
        var network = LawNetworks.Of(name);

        var same = network.WithWidths(group => group.Width);

        Assert.Equal(network.Layout, same.Layout);
        Assert.Equal(network.Nodes.Select(node => node.ToString()), same.Nodes.Select(node => node.ToString()));
        Assert.Equal(network.MacsPerSample, same.MacsPerSample);
    }

    [Theory, MemberData(nameof(Names))]
    public void WithWidths_shrinks_every_slice_of_a_group(string name)
    {
        var network = LawNetworks.Of(name);

        var small = network.WithWidths(group => Math.Max(group.Width / 3, 1));

        Assert.Equal(network.Groups.Select(group => group.Name), small.Groups.Select(group => group.Name));
        foreach (var (before, after) in network.Groups.Zip(small.Groups))
        {
            Assert.Equal(before.IsFixed ? before.Width : Math.Max(before.Width / 3, 1), after.Width);
            Assert.Equal(
                before.Memberships.Select(m => (m.Tensor, m.Axis, m.Block, m.Makes)),
                after.Memberships.Select(m => (m.Tensor, m.Axis, m.Block, m.Makes)));
        }
        foreach (var (before, after) in network.Layout.Entries.Zip(small.Layout.Entries))
            for (var axis = 0; axis < before.Shape.Length; axis++)
                Assert.Equal(
                    Covered(network, before.Name, axis) == 0 ? before.Shape[axis] : Covered(small, before.Name, axis), after.Shape[axis]);
    }

    /// <summary>Indices of an axis that belong to units.</summary>
    static int Covered(Network network, string tensor, int axis) => (
        from @group in network.Groups
        from membership in @group.Memberships
        where membership.Tensor == tensor && membership.Axis == axis
        select @group.Width * membership.Block).Sum();

    [Fact]
    public void Linear_on_an_image_is_refused_by_layer()
    {
        var error = Assert.Throws<AutoFlipException>(() => new NetworkBuilder("test", Image).Sequence("head", h => h.ReLU().Linear(2)));

        Assert.StartsWith("Experiment.Model test: layer head.1 (Linear) cannot work on 3x8x8: it needs a vector", error.Message);
    }

    [Fact]
    public void Sides_of_different_shape_cannot_be_added()
    {
        var error = Assert.Throws<AutoFlipException>(() => new NetworkBuilder("test", Image)
            .Fork("add", new Add(), ("main", m => m.Conv2d(3, 3)), ("shortcut", s => s)));

        Assert.StartsWith("Experiment.Model test: layer add (Add) cannot work on 3x6x6 and 3x8x8", error.Message);
    }

    [Theory, InlineData(-0.1), InlineData(1), InlineData(double.NaN)]
    public void Dropout_outside_its_range_is_refused(double rate) =>
        Assert.Throws<AutoFlipException>(() => new NetworkBuilder("test", Image).Dropout(rate));

    [Fact]
    public void Two_layers_of_one_name_are_an_error() =>
        Assert.Throws<ArgumentException>(() => new NetworkBuilder("test", Image).ReLU("a").ReLU("a"));

    [Fact]
    public void A_network_must_end_with_its_outputs() =>
        Assert.Throws<ArgumentException>(() => new NetworkBuilder("test", Image).Flatten().Linear(3).Build(2));
}
