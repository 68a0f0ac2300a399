using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace AutoFlip;

/// <summary>Writes protocol buffers: numbered fields, each a number or a stretch of bytes that begins with its length.</summary>
/// <remarks>
/// Messages are made in memory, innermost first, because their length stands before them. Contents too large for that are written by the
/// caller, behind <see cref="Head"/>. Fields are written in the order of the calls, so equal calls give equal bytes.
/// <para>Source: the encoding as protobuf.dev publishes it.</para>
/// </remarks>
sealed class ProtoWriter
{
    const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;

    readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The bytes written so far.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>A whole number: int32, int64 or an enumeration.</summary>
    public void Number(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
    }

    /// <summary>A float.</summary>
    public void Number(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
    }

    /// <summary>A string, in UTF-8.</summary>
    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Another message.</summary>
    public void Message(int field, Action<ProtoWriter> content)
    {
        var inner = new ProtoWriter();
        content(inner);
        Bytes(field, inner.Written.Span);
    }

    /// <summary>The head of a string, message or stretch of bytes; as many bytes as announced are to follow.</summary>
    public void Head(int field, long length)
    {
        Tag(field, LengthDelimited);
        WriteVarint((ulong)length);
    }

    void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Head(field, value.Length);
        _bytes.Write(value);
    }

    void Tag(int field, int kind) => WriteVarint((ulong)(field << 3 | kind));

    /// <summary>Seven bits per byte, the lowest first; the eighth is set if more bytes follow.</summary>
    void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) WriteByte((byte)(value | 0x80));
        WriteByte((byte)value);
    }

    void WriteByte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }
}
