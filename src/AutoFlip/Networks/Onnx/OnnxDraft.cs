using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The operators of one layer, while its network is exported as an ONNX graph.</summary>
/// <param name="graph">The graph that is written.</param>
/// <param name="node">The layer's place in the network.</param>
/// <param name="inputs">Names of what it reads.</param>
/// <param name="inputShape">Sizes of the first of them, per sample.</param>
/// <remarks>The batch axis comes first everywhere, and its size is open: <see cref="Reshape"/> calls it -1.</remarks>
sealed class OnnxDraft(OnnxGraph graph, Node node, ImmutableArray<string> inputs, ImmutableArray<int> inputShape)
{
    public ImmutableArray<string> Inputs { get; } = inputs;

    public string Input => Inputs[0];

    /// <summary>Sizes of the first input, per sample.</summary>
    public ImmutableArray<int> InputShape { get; } = inputShape;

    /// <summary>Sizes of the output, per sample.</summary>
    public ImmutableArray<int> OutputShape => node.OutputShape;

    /// <summary>An operator that reads values of any name.</summary>
    /// <returns>The name of what it makes.</returns>
    public string Step(string type, ImmutableArray<string> values, params ImmutableArray<(string, OnnxSetting)> settings) =>
        graph.Add(node.Name, type, values, settings);

    /// <summary>An operator that reads one value.</summary>
    /// <returns>The name of what it makes.</returns>
    public string Step(string type, string value, params ImmutableArray<(string, OnnxSetting)> settings) => Step(type, [value], settings);

    /// <summary>One of the layer's tensors as it is, under PyTorch's name.</summary>
    /// <param name="tensor">Its number in the order of the draft.</param>
    public string Tensor(int tensor)
    {
        var entry = graph.Entry(node.Tensors[tensor]);
        return graph.Learnt(entry.Name, entry.Role, entry.Shape, [Values(tensor)]);
    }

    /// <summary>A tensor with learnt values in the order and size that the standard requires, where the layer has others.</summary>
    /// <param name="suffix">Of its name.</param>
    /// <param name="role">What it is for.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="parts">Its values, one part after another.</param>
    public string Rearranged(
        string suffix, TensorRole role, ImmutableArray<int> shape, params ImmutableArray<ReadOnlyMemory<float>> parts) =>
        graph.Learnt($"{node.Name}/{suffix}", role, shape, parts);

    /// <summary>Values of one of the layer's tensors.</summary>
    public ReadOnlyMemory<float> Values(int tensor) => graph.Values(node.Tensors[tensor]);

    /// <summary>Some whole numbers as a vector.</summary>
    public string Integers(params long[] values) =>
        graph.Constant(OnnxTensor.Of($"[{string.Join(",", values)}]", [values.Length], values));

    /// <summary>A whole number.</summary>
    public string Integer(long value) => graph.Constant(OnnxTensor.Of($"integer {value}", [], value));

    /// <summary>A number.</summary>
    public string Number(float value) => graph.Constant(OnnxTensor.Of($"{value:r}", [], half: false, [new[] { value }]));

    /// <summary>Numbers that follow from the layer's settings.</summary>
    public string Numbers(string suffix, ImmutableArray<int> shape, float[] values) =>
        graph.Constant(OnnxTensor.Of($"{node.Name}/{suffix}", shape, half: false, [values]));

    /// <summary>The same values in other sizes; one of them, the batch axis, is -1.</summary>
    public string Reshape(string value, params long[] sizes) => Step("Reshape", [value, Integers(sizes)]);

    /// <summary>The same values with the axes in another order.</summary>
    public string Transpose(string value, params int[] axes) => Step("Transpose", value, ("perm", axes));

    /// <summary>x W^T + b of vectors or of each step of a sequence, with the layer's first tensors.</summary>
    /// <param name="features">Rows of W.</param>
    /// <param name="bias">Whether b is there.</param>
    public string Affine(int features, bool bias)
    {
        var steps = InputShape is [var count, _] ? count : (int?)null;
        var rows = steps is null ? Input : Reshape(Input, -1, InputShape[^1]); // a product is one of matrices
        var product = Step("Gemm", [rows, Tensor(0), .. bias ? [Tensor(1)] : Array.Empty<string>()], ("transB", 1));
        return steps is null ? product : Reshape(product, -1, steps.Value, features);
    }
}
