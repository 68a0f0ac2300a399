using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Groups are complete: without some units a network computes what the full one does with their weights at zero.</summary>
public class ShrinkingLawTests
{
    public static IEnumerable<TheoryDataRow<string>> Names =>
        Catalog.Models.Names.Append("concat").Append("depthwise").Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Names))]
    public void Small_network_computes_what_the_masked_one_computes(string name)
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        var random = new KeyedRandom(11);
        var network = Model(name);
        int[][] kept = [.. network.Groups.Select(group => Choose(group, random))];
        var small = network.WithWidths(group => kept[network.Groups.IndexOf(group)].Length);
        using var full = new NetworkModule<double>(network);
        using var shrunk = new NetworkModule<double>(small);
        foreach (ref var value in full.Values) value = 0.2 * random.NextGaussian() + 0.05;
        foreach (var entry in network.Layout.Entries.Where(entry => entry.Role == TensorRole.Statistic))
            foreach (ref var value in full.Values[entry.Range]) value = 0.5 + random.NextDouble();
        Mask(network, kept, full.Values);
        Gather(network, small, kept, full.Values, shrunk.Values);
        var input = torch.tensor(Enumerable.Range(0, 3 * network.Input.Length).Select(_ => random.NextDouble()).ToArray(), [3, 3, 24, 24]);

        Near(full.Forward(input, training: false), shrunk.Forward(input, training: false));

        torch.Tensor fullOutput = full.Forward(input, training: true), smallOutput = shrunk.Forward(input, training: true);
        fullOutput.square().sum().backward();
        smallOutput.square().sum().backward();
        Near(fullOutput, smallOutput);
        var gathered = new double[small.Layout.Count];
        Gather(network, small, kept, full.Values, gathered);
        Near(gathered, shrunk.Values); // running statistics have moved alike
        Gather(network, small, kept, [.. full.Gradients, .. new double[network.Layout.Count - network.Layout.ParameterCount]], gathered);
        Near(gathered.AsSpan(0, small.Layout.ParameterCount), shrunk.Gradients);
    }

    static Network Model(string name)
    {
        var input = new SampleShape(3, 24, 24);
        return name switch
        {
            "concat" => new NetworkBuilder(name, input)
                .Fork("cat", new Concat(), ("a", a => a.Conv2d(4, 3).ReLU()), ("b", b => b.Conv2d(5, 3)))
                .BatchNorm2d().Conv2d(6, 3).MaxPool2d(2).Flatten().Linear(10).Build(10),
            "depthwise" => new NetworkBuilder(name, input)
                .Conv2d(6, 3).BatchNorm2d().ReLU().Then(new Conv2d(6, 3, Depthwise: true)).ReLU().Conv2d(5, 1).Flatten().Linear(10)
                .Build(10),
            _ => Catalog.Models[name](input, 10, new ModelOptions { HiddenSize = 6, WidthDivisor = 16 }),
        };
    }

    static int[] Choose(ChannelGroup group, KeyedRandom random) => group.IsFixed
        ? [.. Enumerable.Range(0, group.Width)]
        : [.. random.Permutation(group.Width).Take(1 + random.Next(group.Width)).Order()];

    /// <summary>Zeroes what makes the removed units: their rows of weights, offsets and scales.</summary>
    static void Mask(Network network, int[][] kept, Span<double> values)
    {
        foreach (var (group, units) in network.Groups.Zip(kept))
            foreach (var membership in group.Memberships.Where(membership => membership.Axis == 0))
            {
                var entry = network.Layout[membership.Tensor];
                if (entry.Role == TensorRole.Statistic) continue;
                var row = entry.Length / entry.Shape[0];
                foreach (var unit in Enumerable.Range(0, group.Width).Except(units))
                    values.Slice(entry.Offset + (membership.Start + unit * membership.Block) * row, membership.Block * row).Clear();
            }
    }

    /// <summary>Copies the kept slices of every tensor, as memberships describe them.</summary>
    static void Gather(Network network, Network small, int[][] kept, ReadOnlySpan<double> from, Span<double> into)
    {
        foreach (var entry in network.Layout.Entries)
        {
            int[] rows = Indices(network, kept, entry, 0), columns = entry.Shape.Length > 1 ? Indices(network, kept, entry, 1) : [0];
            var width = entry.Shape.Length > 1 ? entry.Shape[1] : 1;
            var block = entry.Length / entry.Shape[0] / width;
            var at = small.Layout[entry.Name].Offset;
            foreach (var row in rows)
                foreach (var column in columns)
                {
                    from.Slice(entry.Offset + (row * width + column) * block, block).CopyTo(into[at..]);
                    at += block;
                }
            Assert.Equal(small.Layout[entry.Name].Range.End.Value, at);
        }
    }

    static int[] Indices(Network network, int[][] kept, TensorEntry entry, int axis)
    {
        int[] indices = [.. from pair in network.Groups.Zip(kept)
                            from membership in pair.First.Memberships
                            where membership.Tensor == entry.Name && membership.Axis == axis
                            orderby membership.Start
                            from unit in pair.Second
                            from k in Enumerable.Range(0, membership.Block)
                            select membership.Start + unit * membership.Block + k];
        return indices is [] ? [.. Enumerable.Range(0, entry.Shape[axis])] : indices; // a depthwise kernel reads one channel
    }

    static void Near(torch.Tensor want, torch.Tensor got) => Near(want.data<double>().ToArray(), got.data<double>().ToArray());

    /// <summary>Sums of doubles in another order: a relative difference of 1e-10 of the largest is rounding.</summary>
    static void Near(ReadOnlySpan<double> want, ReadOnlySpan<double> got)
    {
        Assert.Equal(want.Length, got.Length);
        double largest = 0;
        foreach (var value in want) largest = Math.Max(largest, Math.Abs(value));
        for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], got[i], 1e-10 * largest);
    }
}
