using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A step of a graph: an operator of the ONNX standard that reads values by name and makes one.</summary>
/// <param name="Type">The operator's name in the standard.</param>
/// <param name="Inputs">What it reads: outputs of earlier steps, initializers, the graph's input.</param>
/// <param name="Output">What it makes; the step has the same name.</param>
/// <param name="Settings">Its attributes.</param>
sealed record OnnxOperator(
    string Type, ImmutableArray<string> Inputs, string Output, ImmutableArray<(string Name, OnnxSetting Value)> Settings)
{
    /// <summary>Writes it as a NodeProto.</summary>
    public void Write(ProtoWriter node)
    {
        foreach (var input in Inputs) node.Text(1, input);
        node.Text(2, Output);
        node.Text(3, Output); // name
        node.Text(4, Type);
        foreach (var (name, value) in Settings)
            node.Message(5, attribute =>
            {
                attribute.Text(1, name);
                value.Write(attribute);
            });
    }
}

/// <summary>The value of an operator's attribute.</summary>
/// <param name="Write">Writes it, and its type, into an AttributeProto.</param>
readonly record struct OnnxSetting(Action<ProtoWriter> Write)
{
    const int Float = 1, Int = 2, Ints = 7; // AttributeProto.AttributeType

    /// <summary>A whole number.</summary>
    public static implicit operator OnnxSetting(long value) => new(attribute =>
    {
        attribute.Number(3, value);
        attribute.Number(20, Int);
    });

    /// <summary>A number.</summary>
    public static implicit operator OnnxSetting(float value) => new(attribute =>
    {
        attribute.Number(2, value);
        attribute.Number(20, Float);
    });

    /// <summary>Several whole numbers.</summary>
    public static implicit operator OnnxSetting(int[] values) => new(attribute =>
    {
        foreach (var value in values) attribute.Number(8, (long)value);
        attribute.Number(20, Ints);
    });
}
