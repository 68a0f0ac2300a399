using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>An architecture as data: an immutable graph of layers over named channel groups, without weights.</summary>
/// <remarks>
/// Everything else is derived from it: <see cref="Layout"/> (PyTorch's names, shapes and order, so that checkpoints travel),
/// <see cref="Groups"/> (which slices of which tensors are removed together), costs per layer, and <see cref="NetworkModule{T}"/>,
/// which computes. Made by <see cref="NetworkBuilder"/>. Safe to share between threads.
/// </remarks>
public sealed class Network
{
    internal Network(
        string name, SampleShape input, int outputs, ImmutableArray<Node> nodes, ImmutableArray<ChannelGroup> groups, WeightLayout layout)
    {
        Name = name;
        Input = input;
        Outputs = outputs;
        Nodes = nodes;
        Groups = groups;
        Layout = layout;
        Vocabulary = nodes.Select(node => node.Layer).OfType<Embedding>().FirstOrDefault()?.Vocabulary;
        MacsPerSample = nodes.Sum(node => node.Macs);
        ActivationsPerSample = nodes.Sum(node => node.ActivationCount);
    }

    /// <summary>The architecture's name.</summary>
    public string Name { get; }

    /// <summary>The shape of a sample.</summary>
    public SampleShape Input { get; }

    /// <summary>Outputs per sample, or per step where the last layer puts out a sequence: classes, or 1 for a binary task.</summary>
    public int Outputs { get; }

    /// <summary>The input, then the layers in the order they run. The last one is the output.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>All channel groups, in the order in which they first appear; the input's is the first.</summary>
    public ImmutableArray<ChannelGroup> Groups { get; }

    /// <summary>Name, shape and place of every tensor.</summary>
    public WeightLayout Layout { get; }

    /// <summary>Number of token ids, 0 .. Vocabulary - 1, if samples are token ids; null if they are numbers.</summary>
    public int? Vocabulary { get; }

    /// <summary>Multiply-accumulates of a forward pass over one sample (see <see cref="Node.Macs"/>).</summary>
    public long MacsPerSample { get; }

    /// <summary>Values of all layers' outputs and of the input, for one sample.</summary>
    public long ActivationsPerSample { get; }

    /// <summary>The same architecture with other widths.</summary>
    /// <param name="width">The new width of each group that is not fixed, at least 1.</param>
    /// <returns>A network whose groups have the same names, in the same order.</returns>
    /// <exception cref="AutoFlipException">A width is below 1 (exit 2).</exception>
    public Network WithWidths(Func<ChannelGroup, int> width) => Rebuilt(width, (layer, channels) => layer.WithChannels(channels));

    /// <summary>The same architecture with every width that is not fixed times a factor, rounded to the nearest
    /// whole number, at least 1.</summary>
    /// <param name="factor">Above 0; 1 returns this network.</param>
    /// <remarks>A network of its own and not what pruning leaves of a wider one: see <see cref="Layer.Scaled"/>.</remarks>
    public Network Scaled(double factor) => factor == 1
        ? this
        : Rebuilt(
            group => Math.Max((int)Math.Round(group.Width * factor, MidpointRounding.AwayFromZero), 1),
            (layer, channels) => layer.Scaled(channels));

    Network Rebuilt(Func<ChannelGroup, int> width, Func<Layer, int, Layer> layer)
    {
        var widths = Groups.Select(group => group.IsFixed ? group.Width : width(group)).ToList();
        var graph = new GraphDraft(Name, Input);
        foreach (var node in Nodes.Skip(1))
        {
            var units = Math.Min(node.Units.Sum(span => (long)widths[span.Group] * span.Block), int.MaxValue); // which no layer can have
            graph.Append(node.Name, layer(node.Layer!, (int)units), node.Inputs);
        }
        return graph.Build(Outputs);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} on {Input}: {Layout.ParameterCount} parameters, {MacsPerSample} MACs";
}
