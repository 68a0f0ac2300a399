using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Writes an architecture down, layer after layer, with PyTorch's names.</summary>
/// <remarks>
/// Inside a <see cref="Sequence(string, Func{NetworkBuilder, NetworkBuilder})"/> layers and inner sequences are numbered from 0, as in
/// PyTorch's <c>Sequential</c>; layers without weights count too. Shapes are inferred as layers are added, so a layer that does not fit
/// is reported at once, by name.
/// </remarks>
/// <example>
/// <code>
/// new NetworkBuilder("TwoNN", input)
///     .Sequence("features", f => f.Flatten().Linear(hidden).ReLU().Linear(hidden).ReLU())
///     .Linear(outputs, "classifier")
///     .Build(outputs)
/// </code>
/// </example>
public sealed class NetworkBuilder
{
    readonly GraphDraft _graph;
    readonly string _prefix;
    int _node;
    int _next;

    /// <summary>Starts with the input.</summary>
    /// <param name="name">The architecture's name, for messages.</param>
    /// <param name="input">The shape of a sample.</param>
    public NetworkBuilder(string name, SampleShape input) : this(new GraphDraft(name, input), "", 0)
    {
    }

    NetworkBuilder(GraphDraft graph, string prefix, int node)
    {
        _graph = graph;
        _prefix = prefix;
        _node = node;
    }

    /// <summary>Appends any layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="name">Its name; null takes the next number.</param>
    public NetworkBuilder Then(Layer layer, string? name = null)
    {
        _node = _graph.Append(Path(name), layer, [_node]);
        return this;
    }

    /// <summary>Remembers the place reached so far.</summary>
    /// <param name="place">Goes to <see cref="From"/>.</param>
    public NetworkBuilder Mark(out int place)
    {
        place = _node;
        return this;
    }

    /// <summary>Goes on from a place that was remembered, at the start of a branch.</summary>
    public NetworkBuilder From(int place)
    {
        _node = place;
        return this;
    }

    /// <summary>Convolution, OIHW kernel, with bias by default.</summary>
    /// <param name="channels">Output channels.</param>
    /// <param name="kernel">Sides of the kernel.</param>
    /// <param name="stride">Step on both axes.</param>
    /// <param name="padding">Rows of zeros above and below, columns left and right.</param>
    /// <param name="bias">Whether an offset is added.</param>
    /// <param name="groups">Groups of channels that are convolved by themselves; it divides the channels that come in and go out. As many
    /// as channels come in is depthwise.</param>
    public NetworkBuilder Conv2d(int channels, Sides kernel, int stride = 1, Sides padding = default, bool bias = true, int groups = 1)
    {
        var inputs = _graph.OutputOf(_node).Channels;
        if (groups < 1 || inputs % groups != 0)
            throw new ArgumentException($"{inputs} channels cannot be split into {groups} groups.", nameof(groups));
        return Then(new Conv2d(channels, kernel, stride, padding, bias, groups == 1 ? null : inputs / groups));
    }

    /// <summary>Fully connected layer with bias.</summary>
    public NetworkBuilder Linear(int features, string? name = null) => Then(new Linear(features), name);

    /// <summary>Batch normalisation with scale, offset and running statistics.</summary>
    public NetworkBuilder BatchNorm2d() => Then(new BatchNorm2d());

    /// <summary>Layer normalisation with scale and offset.</summary>
    public NetworkBuilder LayerNorm(string? name = null) => Then(new LayerNorm(_graph.OutputOf(_node).Channels), name);

    /// <summary>max(x, 0).</summary>
    public NetworkBuilder ReLU(string? name = null) => Then(new ReLU(), name);

    /// <summary>x / (1 + exp(-x)).</summary>
    public NetworkBuilder SiLU() => Then(new SiLU());

    /// <summary>Maximum over windows; the stride is the window.</summary>
    public NetworkBuilder MaxPool2d(int kernel, int padding = 0) => Then(new MaxPool2d(kernel, kernel, padding));

    /// <summary>Mean over windows that cover the image in <paramref name="size"/> x <paramref name="size"/> steps.</summary>
    public NetworkBuilder AdaptiveAvgPool2d(int size) => Then(new AdaptiveAvgPool2d(size));

    /// <summary>Token ids to vectors.</summary>
    public NetworkBuilder Embedding(int vocabulary, int size) => Then(new Embedding(vocabulary, size));

    /// <summary>LSTM layers one upon the other, with dropout between them.</summary>
    public NetworkBuilder Lstm(int hidden, int layers = 1, double dropout = 0, string? name = null) =>
        Stack(layers, dropout, name, index => new Lstm(hidden, index));

    /// <summary>GRU layers one upon the other, with dropout between them.</summary>
    public NetworkBuilder Gru(int hidden, int layers = 1, double dropout = 0, string? name = null) =>
        Stack(layers, dropout, name, index => new Gru(hidden, index));

    /// <summary>An image as a sequence of its rows.</summary>
    public NetworkBuilder RowSequence() => Then(new RowSequence());

    /// <summary>The last step of a sequence.</summary>
    public NetworkBuilder LastStep() => Then(new LastStep());

    /// <summary>[C, H, W] to [C*H*W].</summary>
    public NetworkBuilder Flatten() => Then(new Flatten());

    /// <summary>Zeroes values at random while training.</summary>
    public NetworkBuilder Dropout(double rate) => Then(new Dropout(rate));

    /// <summary>Appends a named chain of layers.</summary>
    public NetworkBuilder Sequence(string name, Func<NetworkBuilder, NetworkBuilder> body)
    {
        _node = Run(name, body, _node);
        return this;
    }

    /// <summary>Appends a chain of layers under the next number.</summary>
    public NetworkBuilder Sequence(Func<NetworkBuilder, NetworkBuilder> body)
    {
        _node = Run(null, body, _node);
        return this;
    }

    /// <summary>Appends a named chain of layers that sees the image as sequences over its patches (see <see cref="PatchSequence"/>); after
    /// it, it is an image of the same size again.</summary>
    /// <param name="name">The chain's name.</param>
    /// <param name="side">Side of a patch in pixels.</param>
    /// <param name="body">The chain: sequences in, sequences of the same length out.</param>
    public NetworkBuilder Patches(string name, int side, Func<NetworkBuilder, NetworkBuilder> body)
    {
        var shape = _graph.OutputOf(_node).Shape;
        Then(new PatchSequence(side), name + "_patches").Sequence(name, body);
        return Then(new PatchImage(side, shape[1], shape[2]), name + "_image");
    }

    /// <summary>Runs branches side by side from here, in the order of their tensors, and joins them.</summary>
    /// <param name="name">The joining layer's name.</param>
    /// <param name="join">What joins them.</param>
    /// <param name="branches">Names and chains; <c>s =&gt; s</c> passes on what comes in. An empty name adds nothing to the names of the
    /// chain's layers, which then must all have one.</param>
    public NetworkBuilder Fork(
        string name, Layer join, params ReadOnlySpan<(string Name, Func<NetworkBuilder, NetworkBuilder> Body)> branches)
    {
        var ends = ImmutableArray.CreateBuilder<int>();
        foreach (var (branch, body) in branches) ends.Add(Run(branch, body, _node));
        _node = _graph.Append(Path(name), join, ends.ToImmutable());
        return this;
    }

    /// <summary>Ends with what was appended last: a vector, or a sequence of vectors.</summary>
    /// <param name="outputs">Outputs per sample, or per step of a sequence, that the last layer must have.</param>
    /// <exception cref="ArgumentException">It has others.</exception>
    public Network Build(int outputs) => _graph.Build(outputs);

    NetworkBuilder Stack(int layers, double dropout, string? name, Func<int, Recurrent> layer)
    {
        var path = Path(name);
        for (var index = 0; index < layers; index++)
        {
            if (index > 0) _node = _graph.Append($"{path}_dropout{index}", new Dropout(dropout), [_node]);
            _node = _graph.Append($"{path}_l{index}", layer(index), [_node]);
        }
        return this;
    }

    int Run(string? name, Func<NetworkBuilder, NetworkBuilder> body, int from) =>
        body(new NetworkBuilder(_graph, name is "" ? _prefix : Path(name) + ".", from))._node;

    string Path(string? name) => _prefix + (name ?? $"{_next++}");
}
