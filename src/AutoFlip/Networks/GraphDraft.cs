using System.Collections.Immutable;
using System.Numerics;

namespace AutoFlip;

/// <summary>A graph that is being built: nodes so far, tensors so far, and a union-find over channel groups.</summary>
/// <remarks>
/// Groups change after their creation: they are merged with others (addition), or their units become fewer and larger (grouped
/// convolution). Earlier spans keep their number of entries; <see cref="Current"/> maps them to the current units.
/// </remarks>
sealed class GraphDraft
{
    /// <summary>Most layers of a network. WideResNet of the greatest depth has 20,000.</summary>
    public const int MostLayers = 1 << 15;

    const string Smaller = "Choose a smaller Experiment.HiddenSize, Experiment.WidthMultiplier, "
        + "Experiment.EmbeddingSize or Experiment.EmbeddingCount, or smaller images by Experiment.Resize.";

    readonly List<Drafted> _nodes = [];
    readonly List<(string Name, ImmutableArray<int> Shape, TensorRole Role)> _tensors = [];
    readonly List<(UnitSpan Span, string Tensor, int Axis, int Start, bool Makes)> _memberships = [];
    readonly List<(string Name, int Width)> _groups = [];
    readonly List<int> _parents = [];
    readonly HashSet<int> _fixed = [];
    readonly HashSet<string> _names = [];
    readonly SampleShape _input;
    double _values; // of all tensors so far: what sizes claim may be more than any whole number holds

    public GraphDraft(string name, SampleShape input)
    {
        Name = name;
        _input = input;
        var group = NewGroup("input", input.Channels);
        Fix(group);
        ImmutableArray<int> shape = [input.Channels, input.Height, input.Width];
        _nodes.Add(new Drafted("input", null, [], new Features(shape, [new UnitSpan(group, input.Channels, 1)]), [], 0));
    }

    sealed record Drafted(
        string Name, Layer? Layer, ImmutableArray<int> Inputs, Features Output, ImmutableArray<string> Tensors, long Macs);

    public string Name { get; }

    /// <summary>Places a layer and returns its index.</summary>
    public int Append(string name, Layer layer, ImmutableArray<int> inputs)
    {
        if (!_names.Add(name)) throw new ArgumentException($"The network {Name} has two layers '{name}'.", nameof(name));
        var draft = new LayerDraft(this, name, layer, [.. inputs.Select(OutputOf)], readsSample: inputs is [0]);
        if (_nodes.Count > MostLayers)
            throw AutoFlipException.BadRequest(
                $"Experiment.Model {Name}: it would have more than {MostLayers} layers. Choose fewer Experiment.LayerCount, "
                + "or a smaller Experiment.Depth.");
        var output = layer.Draft(draft);
        if (output.Shape.Aggregate(1.0, (product, size) => product * size) > int.MaxValue)
            throw draft.Error($"it would put out more than {int.MaxValue} values for a sample", Smaller);
        _nodes.Add(new Drafted(name, layer, inputs, output, [.. draft.Tensors], draft.Macs));
        return _nodes.Count - 1;
    }

    public int NewGroup(string name, int width)
    {
        _groups.Add((name, width));
        _parents.Add(_groups.Count - 1);
        return _groups.Count - 1;
    }

    /// <summary>Output of a node.</summary>
    public Features OutputOf(int node)
    {
        var output = _nodes[node].Output;
        return output with { Units = [.. output.Units.Select(Current)] };
    }

    /// <summary>Makes the groups of two spans of equal length one, with the smallest units that are whole on both sides; it keeps the name
    /// of the earlier.</summary>
    public void Merge(UnitSpan left, UnitSpan right)
    {
        (left, right) = (Tie(left, Current(right).Block), Tie(right, Current(left).Block));
        _parents[Math.Max(left.Group, right.Group)] = Math.Min(left.Group, right.Group);
    }

    /// <summary>Makes every <paramref name="size"/> consecutive entries of a span go together, wherever its group occurs.</summary>
    /// <returns>The span in the larger units that result.</returns>
    public UnitSpan Tie(UnitSpan span, int size)
    {
        span = Current(span);
        var block = span.Block / (int)BigInteger.GreatestCommonDivisor(span.Block, size) * size; // the least common multiple
        _groups[span.Group] = _groups[span.Group] with { Width = span.Length / block };
        return Current(span);
    }

    public void Fix(int group) => _fixed.Add(group);

    /// <exception cref="AutoFlipException">A network of so many values cannot be (exit 2).</exception>
    public void AddTensor(string name, ImmutableArray<int> shape, TensorRole role)
    {
        _values += shape.Aggregate(1.0, (product, size) => product * size);
        if (_values > int.MaxValue)
            throw AutoFlipException.BadRequest($"Experiment.Model {Name}: it would have more than {int.MaxValue} parameters. {Smaller}");
        _tensors.Add((name, shape, role));
    }

    public void AddMembership(UnitSpan span, string tensor, int axis, int start, bool makes) =>
        _memberships.Add((span, tensor, axis, start, makes));

    /// <summary>The finished network; its last node is the output, a vector or a sequence of vectors.</summary>
    public Network Build(int outputs)
    {
        var last = _nodes[^1];
        if (last.Output.Shape.Length > 2 || last.Output.Channels != outputs)
            throw new ArgumentException($"The network {Name} ends with {last.Output}, not with a vector of {outputs}.", nameof(outputs));
        foreach (var span in last.Output.Units) Fix(span.Group);

        var layout = WeightLayout.Create(_tensors);
        var roots = Enumerable.Range(0, _groups.Count).Where(group => Find(group) == group).ToList();
        var fixedRoots = _fixed.Select(Find).ToHashSet();
        var memberships = _memberships.OrderBy(m => layout[m.Tensor].Offset).ThenBy(m => m.Axis).ToLookup(
            m => Find(m.Span.Group), m => new Membership(m.Tensor, m.Axis, m.Start, Current(m.Span).Block) { Makes = m.Makes });
        return new Network(
            Name, _input, outputs,
            [.. _nodes.Select((node, i) => new Node(
                node.Name, node.Layer, node.Inputs, node.Output.Shape, node.Tensors, node.Macs,
                [.. OutputOf(i).Units.Select(span => span with { Group = roots.IndexOf(span.Group) })]))],
            [.. roots.Select(root => new ChannelGroup(
                _groups[root].Name, _groups[root].Width, fixedRoots.Contains(root), [.. memberships[root]]))],
            layout);
    }

    /// <summary>The entries in terms of the current units of their group.</summary>
    UnitSpan Current(UnitSpan span)
    {
        var root = Find(span.Group);
        return new UnitSpan(root, _groups[root].Width, span.Length / _groups[root].Width);
    }

    int Find(int group)
    {
        while (_parents[group] != group) group = _parents[group];
        return group;
    }
}
