using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A graph that is being built: nodes so far, tensors so far, and a union-find over channel groups.</summary>
sealed class GraphDraft
{
    readonly List<Drafted> _nodes = [];
    readonly List<(string Name, ImmutableArray<int> Shape, TensorRole Role)> _tensors = [];
    readonly List<(int Group, Membership Membership)> _memberships = [];
    readonly List<(string Name, int Width)> _groups = [];
    readonly List<int> _parents = [];
    readonly HashSet<int> _fixed = [];
    readonly HashSet<string> _names = [];
    readonly SampleShape _input;

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
        var draft = new LayerDraft(this, name, layer, [.. inputs.Select(input => _nodes[input].Output)]);
        var output = layer.Draft(draft);
        _nodes.Add(new Drafted(name, layer, inputs, output, [.. draft.Tensors], draft.Macs));
        return _nodes.Count - 1;
    }

    public int NewGroup(string name, int width)
    {
        _groups.Add((name, width));
        _parents.Add(_groups.Count - 1);
        return _groups.Count - 1;
    }

    /// <summary>Makes two groups one; it keeps the name of the earlier.</summary>
    public void Merge(int left, int right)
    {
        (left, right) = (Find(left), Find(right));
        _parents[Math.Max(left, right)] = Math.Min(left, right);
    }

    public void Fix(int group) => _fixed.Add(group);

    public void AddTensor(string name, ImmutableArray<int> shape, TensorRole role) => _tensors.Add((name, shape, role));

    public void AddMembership(int group, Membership membership) => _memberships.Add((group, membership));

    /// <summary>The finished network; its last node is the output.</summary>
    public Network Build(int outputs)
    {
        var last = _nodes[^1];
        if (last.Output.Shape is not [var width] || width != outputs)
            throw new ArgumentException($"The network {Name} ends with {last.Output}, not with a vector of {outputs}.", nameof(outputs));
        foreach (var span in last.Output.Units) Fix(span.Group);

        var layout = WeightLayout.Create(_tensors);
        var fixedRoots = _fixed.Select(Find).ToHashSet();
        var memberships = _memberships.OrderBy(pair => layout[pair.Membership.Tensor].Offset).ThenBy(pair => pair.Membership.Axis)
            .ToLookup(pair => Find(pair.Group), pair => pair.Membership);
        var roots = Enumerable.Range(0, _groups.Count).Where(group => Find(group) == group).ToList();
        return new Network(
            Name, _input, outputs,
            [.. _nodes.Select(node => new Node(
                node.Name, node.Layer, node.Inputs, node.Output.Shape, node.Tensors, node.Macs,
                node.Output.Units is [var units] ? roots.IndexOf(Find(units.Group)) : -1))],
            [.. roots.Select(root => new ChannelGroup(
                _groups[root].Name, _groups[root].Width, fixedRoots.Contains(root), [.. memberships[root]]))],
            layout);
    }

    int Find(int group)
    {
        while (_parents[group] != group) group = _parents[group];
        return group;
    }
}
