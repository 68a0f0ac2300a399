using System.Runtime.InteropServices;
using Google.Protobuf;

namespace AutoFlip.Tests;

/// <summary>A message of protocol buffers, read by Google's library: the values of each field, numbers or bytes, in order.</summary>
/// <remarks>Field numbers are those of onnx.proto: ModelProto, GraphProto, NodeProto, AttributeProto,
/// TensorProto, ValueInfoProto.</remarks>
sealed class OnnxReader
{
    readonly List<(int Field, long Number, byte[] Bytes)> _fields = [];

    public OnnxReader(byte[] message)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            var number = (int)(tag >> 3);
            _fields.Add((tag & 7) switch
            {
                0 => (number, input.ReadInt64(), []),
                2 => (number, 0, input.ReadBytes().ToByteArray()),
                5 => (number, input.ReadFixed32(), []),
                var other => throw new InvalidDataException($"wire type {other}"),
            });
        }
        Assert.True(input.IsAtEnd);
    }

    public long[] Numbers(int field) => [.. _fields.Where(one => one.Field == field).Select(one => one.Number)];

    public long Number(int field) => Assert.Single(Numbers(field));

    public byte[] Bytes(int field) => Assert.Single(_fields, one => one.Field == field).Bytes;

    public string[] Texts(int field) =>
        [.. _fields.Where(one => one.Field == field).Select(one => System.Text.Encoding.UTF8.GetString(one.Bytes))];

    public string Text(int field) => Assert.Single(Texts(field));

    public OnnxReader[] Messages(int field) => [.. _fields.Where(one => one.Field == field).Select(one => new OnnxReader(one.Bytes))];

    public OnnxReader Message(int field) => Assert.Single(Messages(field));

    /// <summary>raw_data of a TensorProto.</summary>
    public T[] Values<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes(9)).ToArray();
}
