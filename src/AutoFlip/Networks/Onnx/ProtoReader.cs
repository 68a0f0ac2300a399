namespace AutoFlip;

/// <summary>Reads the fields of a message of protocol buffers, one after another, without copying. The message may be damaged.</summary>
/// <param name="message">The message's bytes.</param>
ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;
    const int VarintBits = 64;

    ReadOnlySpan<byte> _rest = message;

    /// <summary>The field's number.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, of a whole number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes, of everything else.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Advances to the next field; false after the last.</summary>
    /// <exception cref="InvalidDataException">There is none, and yet bytes are left.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty) return false;
        var tag = TakeVarint();
        Field = (int)(tag >> 3);
        switch ((int)tag & 7)
        {
            case Varint: Number = TakeVarint(); break;
            case Fixed64: Bytes = Take(8); break;
            case LengthDelimited: Bytes = Take(TakeVarint()); break;
            case Fixed32: Bytes = Take(4); break;
            default: throw new InvalidDataException($"There is no kind {tag & 7} of fields.");
        }
        return true;
    }

    ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw new InvalidDataException("The message is cut off.");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    /// <summary>Seven bits per byte, the lowest first; the eighth is set if more bytes follow.</summary>
    ulong TakeVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < VarintBits; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new InvalidDataException("A whole number is too long.");
    }
}
