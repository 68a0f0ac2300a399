using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A network and its weights as a graph of the ONNX standard: operators in the order in which they run,
/// and the tensors they read.</summary>
/// <remarks>Holds no copy of the weights: tensors are written from the flat vector, in pieces.</remarks>
sealed class OnnxGraph
{
    readonly Network _network;
    readonly Weights _weights;
    readonly bool _half;
    readonly List<OnnxOperator> _operators = [];
    readonly OrderedDictionary<string, OnnxTensor> _tensors = [];
    readonly HashSet<string> _values = [OnnxModel.InputName];

    /// <summary>Exports every layer as operators.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="half">Whether matrices, kernels and tables are stored in float16.</param>
    public OnnxGraph(Network network, Weights weights, bool half)
    {
        (_network, _weights, _half) = (network, weights, half);
        if (network.Vocabulary is not null
            && network.Nodes.FirstOrDefault(node => node.Inputs is [0] && !node.Layer!.ReadsTokens) is { } reader)
            throw new NotSupportedException(
                $"The network {network.Name} reads token ids, and its layer {reader.Name} reads them as numbers.");

        var values = new string[network.Nodes.Length];
        values[0] = OnnxModel.InputName;
        for (var i = 1; i < values.Length; i++)
        {
            var node = network.Nodes[i];
            values[i] = node.Layer!.Export(new OnnxDraft(
                this, node, [.. node.Inputs.Select(input => values[input])], network.Nodes[node.Inputs[0]].OutputShape));
        }
        if (_operators.Count > 0 && _operators[^1].Output == values[^1])
            _operators[^1] = _operators[^1] with { Output = OnnxModel.OutputName };
        else _operators.Add(new OnnxOperator("Identity", [values[^1]], OnnxModel.OutputName, []));
    }

    /// <summary>Appends an operator.</summary>
    /// <param name="prefix">Of its name.</param>
    /// <param name="type">The operator's name in the standard.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="settings">Its attributes.</param>
    /// <returns>The name of what it makes.</returns>
    public string Add(string prefix, string type, ImmutableArray<string> inputs, params ImmutableArray<(string, OnnxSetting)> settings)
    {
        var output = $"{prefix}/{type}";
        for (var number = 2; !_values.Add(output); number++) output = $"{prefix}/{type}_{number}";
        _operators.Add(new OnnxOperator(type, inputs, output, settings));
        return output;
    }

    /// <summary>Shape and role of a tensor of the network.</summary>
    public TensorEntry Entry(string tensor) => _weights.Layout[tensor];

    /// <summary>Values of a tensor of the network.</summary>
    public ReadOnlyMemory<float> Values(string tensor) => _weights.Memory[_weights.Layout[tensor].Range];

    /// <summary>Appends numbers that were learnt.</summary>
    /// <param name="name">Their name in the file.</param>
    /// <param name="role">What they are for: weights may be stored in float16, the rest, which is small and sensitive, is not.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="parts">The values, one part after another.</param>
    /// <returns>The name under which operators read them, as float32.</returns>
    public string Learnt(string name, TensorRole role, ImmutableArray<int> shape, ImmutableArray<ReadOnlyMemory<float>> parts)
    {
        var narrow = _half && role == TensorRole.Weight;
        _tensors.Add(name, OnnxTensor.Of(name, shape, narrow, parts));
        return narrow ? Add(name, "Cast", [name], ("to", (long)OnnxType.Float)) : name;
    }

    /// <summary>A tensor that is no part of the weights, once per name.</summary>
    public string Constant(OnnxTensor tensor)
    {
        _tensors.TryAdd(tensor.Name, tensor);
        return tensor.Name;
    }

    /// <summary>Writes the values of all tensors, as they are in the file and in its order.</summary>
    public void WriteValues(Stream stream)
    {
        foreach (var tensor in _tensors.Values) tensor.Write(stream);
    }

    /// <summary>The graph as a GraphProto, in pieces; together they have the bytes that are announced.</summary>
    public (long ByteCount, IEnumerable<Action<Stream>> Pieces) Encode()
    {
        const int Tensors = 5;
        var rest = new ProtoWriter();
        foreach (var step in _operators) rest.Message(1, step.Write);
        rest.Text(2, _network.Name);
        rest.Message(11, input => Value(input, OnnxModel.InputName, InputType, InputShape,
            _network.Vocabulary is { } count
                ? $"Token ids, 0 to {count - 1}."
                : "Samples as channels x height x width, prepared as in training."));
        rest.Message(12, output => Value(output, OnnxModel.OutputName, OnnxType.Float, _network.Nodes[^1].OutputShape,
            _network.Nodes[^1].Layer is LogSoftmax
                ? "Logarithms of probabilities."
                : "What the last layer puts out, without softmax or sigmoid."));

        List<Action<Stream>> pieces = [stream => stream.Write(rest.Written.Span)];
        var bytes = (long)rest.Written.Length;
        foreach (var tensor in _tensors.Values)
        {
            var (head, start) = (tensor.Head(), new ProtoWriter());
            start.Head(Tensors, head.Length + tensor.ByteCount);
            bytes += start.Written.Length + head.Length + tensor.ByteCount;
            pieces.Add(stream =>
            {
                stream.Write(start.Written.Span);
                stream.Write(head.Span);
                tensor.Write(stream);
            });
        }
        return (bytes, pieces);
    }

    OnnxType InputType => _network.Vocabulary is null ? OnnxType.Float : OnnxType.Int64;

    /// <summary>Without the batch axis; token ids are a row.</summary>
    ImmutableArray<int> InputShape => _network.Vocabulary is null ? _network.Nodes[0].OutputShape : [_network.Input.Length];

    /// <summary>Writes a ValueInfoProto: a dynamic batch size, and the sizes of a sample.</summary>
    static void Value(ProtoWriter info, string name, OnnxType type, ImmutableArray<int> shape, string doc)
    {
        info.Text(1, name);
        info.Message(2, kind => kind.Message(1, tensor =>
        {
            tensor.Number(1, (long)type);
            tensor.Message(2, sizes =>
            {
                sizes.Message(1, size => size.Text(2, OnnxModel.BatchAxis));
                foreach (var length in shape) sizes.Message(1, size => size.Number(1, (long)length));
            });
        }));
        info.Text(3, doc);
    }
}
