using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>Reads one message; every length is checked before it is believed.</summary>
ref struct MessageReader
{
    readonly ReadOnlySpan<byte> _message;
    int _position;

    /// <summary>Checks magic, version, kind and checksum.</summary>
    /// <exception cref="InvalidDataException">One of them is wrong.</exception>
    public MessageReader(ReadOnlySpan<byte> message, MessageKind kind)
    {
        if (message.Length < Message.HeaderLength + Message.ChecksumLength)
            throw new InvalidDataException($"The message is cut off after {message.Length} bytes.");
        _message = message[..^Message.ChecksumLength];
        if (Read<uint>() != Message.Magic) throw new InvalidDataException("This is no AutoFLIP message.");
        var version = Read<byte>();
        if (version != Message.Version && (version != 3 || kind != MessageKind.Memory))
            throw new InvalidDataException($"The message has version {version}; this program reads version {Message.Version}.");
        var got = (MessageKind)Read<byte>();
        if (got != kind) throw new InvalidDataException($"A message of kind {kind} was expected, this is {(byte)got}.");
        if (Read<ushort>() != 0) throw new InvalidDataException("The message's header has bits that this version does not know.");
        if (!Message.IsIntact(message))
            throw new InvalidDataException("The message is damaged: its checksum does not match.");
    }

    MessageReader(ReadOnlySpan<byte> body) => _message = body;

    /// <summary>Reads a body that stands without header and checksum, inside a file that has its own.</summary>
    public static MessageReader Bare(ReadOnlySpan<byte> body) => new(body);

    public T Read<T>() where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    public string ReadString() => Encoding.UTF8.GetString(Take(Read<ushort>()));

    /// <summary>A byte that is 0 or 1.</summary>
    public bool ReadFlag() => Read<byte>() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"The message says {other} where only 0 and 1 are known."),
    };

    public ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _message.Length - _position)
            throw new InvalidDataException($"The message claims {length} bytes where {_message.Length - _position} are left.");
        var span = _message.Slice(_position, (int)length);
        _position += (int)length;
        return span;
    }

    /// <summary>Checks that nothing is left.</summary>
    public readonly void End()
    {
        if (_position != _message.Length) throw new InvalidDataException($"The message has {_message.Length - _position} bytes too many.");
    }
}
