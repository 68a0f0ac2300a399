using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>Writes one message into a buffer of known size. See docs/protocol.md.</summary>
ref struct MessageWriter
{
    readonly byte[] _buffer;
    int _position;

    /// <summary>Starts a message of that kind.</summary>
    /// <param name="kind">What the message is.</param>
    /// <param name="bodyLength">Exact size of everything written after the header.</param>
    public MessageWriter(MessageKind kind, int bodyLength)
    {
        _buffer = new byte[checked(Message.HeaderLength + bodyLength + Message.ChecksumLength)];
        Write(Message.Magic);
        Write(Message.Version);
        Write((byte)kind);
        Write((ushort)0);
    }

    public void Write<T>(T value) where T : unmanaged => MemoryMarshal.Write(Take(Unsafe.SizeOf<T>()), value);

    public void Write(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Write(checked((ushort)length));
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>The next <paramref name="length"/> bytes, to be filled by the caller.</summary>
    public Span<byte> Take(int length)
    {
        var span = _buffer.AsSpan(_position, length);
        _position += length;
        return span;
    }

    /// <summary>Adds the checksum and gives the message away.</summary>
    public byte[] Finish()
    {
        if (_position != _buffer.Length - Message.ChecksumLength) throw new InvalidOperationException("A message's size was computed wrongly.");
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_position), XxHash3.HashToUInt64(_buffer.AsSpan(0, _position)));
        return _buffer;
    }
}

/// <summary>Reads one message; every length is checked before it is believed.</summary>
ref struct MessageReader
{
    readonly ReadOnlySpan<byte> _message;

    /// <summary>Checks magic, version, kind and checksum.</summary>
    /// <exception cref="InvalidDataException">One of them is wrong.</exception>
    public MessageReader(ReadOnlySpan<byte> message, MessageKind kind)
    {
        if (message.Length < Message.HeaderLength + Message.ChecksumLength) throw new InvalidDataException($"The message is cut off after {message.Length} bytes.");
        _message = message[..^Message.ChecksumLength];
        if (Read<uint>() != Message.Magic) throw new InvalidDataException("This is no AutoFLIP message.");
        var version = Read<byte>();
        if (version != Message.Version) throw new InvalidDataException($"The message has version {version}; this program speaks version {Message.Version}.");
        var got = (MessageKind)Read<byte>();
        if (got != kind) throw new InvalidDataException($"A message of kind {kind} was expected, this is {(byte)got}.");
        Read<ushort>();
        if (XxHash3.HashToUInt64(_message) != BinaryPrimitives.ReadUInt64LittleEndian(message[^Message.ChecksumLength..]))
            throw new InvalidDataException("The message is damaged: its checksum does not match.");
    }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public T Read<T>() where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    public string ReadString() => Encoding.UTF8.GetString(Take(Read<ushort>()));

    public ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _message.Length - Position) throw new InvalidDataException($"The message ends {length - (_message.Length - Position)} bytes too early.");
        var span = _message.Slice(Position, (int)length);
        Position += (int)length;
        return span;
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (Position != _message.Length) throw new InvalidDataException($"The message has {_message.Length - Position} bytes too many.");
    }
}

/// <summary>What a message is.</summary>
enum MessageKind : byte
{
    Task = 1,
    Reply = 2,
}

/// <summary>What all messages share.</summary>
static class Message
{
    public const uint Magic = 0x504C4641; // "AFLP"
    public const byte Version = 2;
    public const int HeaderLength = 8;
    public const int ChecksumLength = 8;
}
