using System.Text;

namespace AutoFlip;

/// <summary>A struct of Thrift's compact protocol: values by the numbers of their fields.</summary>
/// <remarks>A field of another type than is asked for is an <see cref="InvalidDataException"/>, one that is missing null or the
/// default.</remarks>
sealed class ThriftStruct
{
    readonly Dictionary<int, object> _fields = [];

    /// <summary>Sets a field; of several of one number the last counts.</summary>
    public void Set(int field, object value) => _fields[field] = value;

    /// <summary>Tests whether a field is there.</summary>
    public bool Has(int field) => _fields.ContainsKey(field);

    /// <summary>A whole number.</summary>
    public long? Number(int field) => As<long?>(field);

    /// <summary>A whole number that must be there, in 0 .. <paramref name="most"/>.</summary>
    public long Number(int field, long most, string name) => Number(field) is { } number && number >= 0 && number <= most
        ? number
        : throw new InvalidDataException($"the {name} is {Number(field)?.ToString(null, null) ?? "missing"}; 0 to {most} is accepted");

    /// <summary>True or false.</summary>
    public bool? Flag(int field) => As<bool?>(field);

    /// <summary>A text.</summary>
    public string? Text(int field) => As<byte[]>(field) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>A struct in it.</summary>
    public ThriftStruct? Struct(int field) => As<ThriftStruct>(field);

    /// <summary>A list of structs; empty if it is missing.</summary>
    public IReadOnlyList<ThriftStruct> Structs(int field) => As<List<object>>(field) is { } list
        ? [.. list.Select(item => item as ThriftStruct ?? throw Odd(field))]
        : [];

    T? As<T>(int field) => !_fields.TryGetValue(field, out var value) ? default : value is T typed ? typed : throw Odd(field);

    static InvalidDataException Odd(int field) => new($"field {field} of its header has another type than Parquet's");
}

/// <summary>Reads structs of Thrift's compact protocol: the headers of Parquet files.</summary>
/// <remarks>Every value takes a byte or more of the input, so that memory is bounded by its length, about 100 bytes a value.
/// Source: thrift-compact-protocol.md of Apache Thrift.</remarks>
/// <param name="bytes">The input.</param>
ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    const int DeepestStruct = 16;

    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads the struct at the start of the input.</summary>
    /// <param name="bytes">The input.</param>
    /// <param name="length">Bytes of the struct.</param>
    /// <exception cref="EndOfStreamException">The input ends within it.</exception>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ThriftStruct Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new ThriftReader(bytes);
        var result = reader.Struct(DeepestStruct);
        length = bytes.Length - reader._rest.Length;
        return result;
    }

    ThriftStruct Struct(int depth)
    {
        if (depth == 0) throw new InvalidDataException("its header has structs within structs without end");
        var result = new ThriftStruct();
        for (var field = 0; Byte() is not 0 and var head;)
        {
            field = head >> 4 is not 0 and var step ? field + step : (short)Signed();
            var kind = head & 15;
            result.Set(field, kind is 1 or 2 ? kind == 1 : Value(kind, depth));
        }
        return result;
    }

    object Value(int kind, int depth) => kind switch
    {
        1 or 2 => Byte() == 1, // of a list
        3 => (long)(sbyte)Byte(),
        4 or 5 or 6 => Signed(),
        7 => BitConverter.ToDouble(Take(sizeof(double))),
        8 => Take(Length()).ToArray(),
        9 or 10 => List(depth),
        12 => Struct(depth - 1),
        _ => throw new InvalidDataException($"its header has a value of the unknown kind {kind}"),
    };

    List<object> List(int depth)
    {
        if (depth == 0) throw new InvalidDataException("its header has lists within lists without end");
        var head = Byte();
        var length = head >> 4 is not 15 and var few ? few : Length();
        if (length > _rest.Length) throw new EndOfStreamException();
        var list = new List<object>(length);
        while (list.Count < length) list.Add(Value(head & 15, depth - 1));
        return list;
    }

    int Length() => Unsigned() is var length && length <= int.MaxValue
        ? (int)length
        : throw new InvalidDataException("its header has a value of more than 2 GiB");

    long Signed() => Varint.ReadSigned(ref _rest);

    ulong Unsigned() => Varint.Read(ref _rest);

    byte Byte() => Take(1)[0];

    ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length) throw new EndOfStreamException();
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}

/// <summary>Whole numbers of seven bits a byte, the lowest first (LEB128).</summary>
static class Varint
{
    /// <summary>Takes a number with a sign: 0, -1, 1, -2, ... are written as 0, 1, 2, 3, ...</summary>
    public static long ReadSigned(ref ReadOnlySpan<byte> rest)
    {
        var number = Read(ref rest);
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    /// <summary>Takes a number from the start of the input.</summary>
    /// <exception cref="EndOfStreamException">The input ends within it.</exception>
    /// <exception cref="InvalidDataException">It has more than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> rest)
    {
        ulong number = 0;
        for (var at = 0; at < 10; at++)
        {
            if (at == rest.Length) throw new EndOfStreamException();
            number |= (ulong)(rest[at] & 0x7F) << (7 * at);
            if (rest[at] >= 0x80) continue;
            rest = rest[(at + 1)..];
            return number;
        }
        throw new InvalidDataException("a number has more than 64 bits");
    }
}
