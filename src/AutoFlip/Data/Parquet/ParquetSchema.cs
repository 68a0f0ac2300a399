using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Physical types of Parquet, with the format's numbers.</summary>
enum ParquetType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    Bytes = 6,
    FixedBytes = 7,
}

/// <summary>Meaning of a column's values, as far as this program reads them.</summary>
enum ParquetMeaning
{
    /// <summary>The physical type says all.</summary>
    Plain,

    /// <summary>UTF-8.</summary>
    Text,

    /// <summary>A whole number without sign.</summary>
    Unsigned,

    /// <summary>A decimal fraction of <see cref="ParquetLeaf.Scale"/> digits.</summary>
    Decimal,

    /// <summary>A number in 16 bits.</summary>
    Half,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>A date and time; <see cref="ParquetLeaf.Scale"/> is the number of digits of its fractions of a second.</summary>
    Timestamp,

    /// <summary>Something else, which is not read.</summary>
    Other,
}

/// <summary>Values of one column as they are stored.</summary>
/// <param name="Place">Its place among the leaves, which is that of its chunk in a row group.</param>
/// <param name="Type">The stored type.</param>
/// <param name="Width">Bytes of a value of fixed length; 0 where values have lengths of their own.</param>
/// <param name="Meaning">What values mean.</param>
/// <param name="Scale">Digits behind the point.</param>
/// <param name="Definition">Definition level of a value that is not missing.</param>
sealed record ParquetLeaf(int Place, ParquetType Type, int Width, ParquetMeaning Meaning, int Scale, int Definition);

/// <summary>A column at the top of a schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is, with an article, for messages.</param>
/// <param name="Values">Its values; null of nested columns.</param>
/// <param name="Bytes">Of a struct with the fields bytes and path, as Hugging Face stores images, the bytes; otherwise null.</param>
sealed record ParquetColumn(string Name, string Kind, ParquetLeaf? Values, ParquetLeaf? Bytes)
{
    /// <summary>The type with an article, for messages.</summary>
    public string TypeName => Bytes is not null ? "an image" : Values is not { } leaf ? Kind : (leaf.Meaning, leaf.Type) switch
    {
        (ParquetMeaning.Text, _) => "a text",
        (ParquetMeaning.Decimal, _) => $"a decimal of {leaf.Scale} digits behind the point",
        (ParquetMeaning.Date or ParquetMeaning.Timestamp, _) or (_, ParquetType.Int96) => "a date",
        (ParquetMeaning.Other, _) => "of a type that is not read",
        (_, ParquetType.Boolean) => "true or false",
        (_, ParquetType.Int32 or ParquetType.Int64) => "a whole number",
        (_, ParquetType.Float or ParquetType.Double) or (ParquetMeaning.Half, _) => "a number",
        _ => "bytes",
    };
}

/// <summary>Reads the schema of a Parquet file: a tree, written from its root downwards.</summary>
/// <remarks>Source: parquet.thrift and LogicalTypes.md of apache/parquet-format 2.11. The older annotations (ConvertedType) are read where
/// the newer ones are missing.</remarks>
sealed class ParquetSchema
{
    const int MostElements = 100_000, MostWidth = 1 << 16, DeepestGroup = 32;

    readonly IReadOnlyList<ThriftStruct> _elements;
    int _next;

    ParquetSchema(IReadOnlyList<ThriftStruct> elements)
    {
        if (elements.Count is < 2 or > MostElements)
            throw new InvalidDataException($"its schema has {elements.Count} elements, and 2 to {MostElements} are accepted");
        _elements = elements;
        var columns = (int)_elements[_next++].Number(5, MostElements, "number of columns");
        Columns = [.. Enumerable.Range(0, columns).Select(_ => Column())];
        if (_next != elements.Count) throw new InvalidDataException("its schema has elements that belong to no column");
        if (Columns.GroupBy(column => column.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidDataException($"it has the column '{ForeignText.Quote(twice.Key)}' twice");
    }

    /// <summary>The columns in the order of the file.</summary>
    public ImmutableArray<ParquetColumn> Columns { get; }

    /// <summary>All leaves: columns and what is nested in them.</summary>
    public List<ParquetLeaf> Leaves { get; } = [];

    /// <summary>Reads a schema.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ParquetSchema Of(IReadOnlyList<ThriftStruct> elements) => new(elements);

    ParquetColumn Column()
    {
        var first = Leaves.Count;
        var (at, element) = (_next, Peek());
        Element(definition: 0, DeepestGroup);
        var (name, kind) = (NameOf(element), KindOf(element));
        if (kind != "a struct") return new(name, kind, kind.Length == 0 ? Leaves[first] : null, null);
        return new(name, kind, null, null) { Bytes = _next == at + 3 ? ImageIn(at + 1, first) : null };
    }

    /// <summary>The bytes of a struct of two fields, if they are those of an image; otherwise null.</summary>
    ParquetLeaf? ImageIn(int at, int first)
    {
        string[] names = [NameOf(_elements[at]), NameOf(_elements[at + 1])];
        return names.Order(StringComparer.Ordinal).SequenceEqual(["bytes", "path"]) && names.IndexOf("bytes") is var which
            && Leaves.Count == first + 2 && Leaves[first + which].Type == ParquetType.Bytes && _elements[at + which].Number(3) != 2
            ? Leaves[first + which]
            : null;
    }

    /// <summary>Reads an element with all that is below it.</summary>
    void Element(int definition, int depth)
    {
        if (depth == 0) throw new InvalidDataException("its schema is too deep");
        var element = Peek();
        _next++;
        if (element.Number(3) is 1 or 2) definition++; // optional or repeated
        var children = element.Has(1) ? 0 : element.Number(5, MostElements, "number of nested columns");
        if (element.Has(1)) Leaves.Add(LeafOf(element, Leaves.Count, definition));
        for (; children > 0; children--) Element(definition, depth - 1);
    }

    ThriftStruct Peek() => _next < _elements.Count ? _elements[_next]
        : throw new InvalidDataException("its schema ends before its last column");

    static string NameOf(ThriftStruct element) => element.Text(4) ?? throw new InvalidDataException("a column has no name");

    /// <summary>A word for a nested column; empty for one of single values.</summary>
    static string KindOf(ThriftStruct element)
    {
        if (element.Number(3) == 2) return "a list"; // repeated
        if (element.Has(1)) return "";
        var logical = element.Struct(10);
        return logical?.Has(2) == true || element.Number(6) is 1 or 2 ? "a map"
            : logical?.Has(3) == true || element.Number(6) == 3 ? "a list"
            : "a struct";
    }

    static ParquetLeaf LeafOf(ThriftStruct element, int place, int definition)
    {
        var type = (ParquetType)element.Number(1, (int)ParquetType.FixedBytes, "type of a column");
        var width = type switch
        {
            ParquetType.Boolean => 1,
            ParquetType.Int32 or ParquetType.Float => 4,
            ParquetType.Int64 or ParquetType.Double => 8,
            ParquetType.Int96 => 12,
            ParquetType.FixedBytes when element.Has(2) => (int)element.Number(2, MostWidth, "width of a column"),
            _ => 0,
        };
        var (meaning, scale) = type == ParquetType.FixedBytes && width == 0 ? (ParquetMeaning.Other, 0) : MeaningOf(element, type);
        return new(place, type, width, meaning, scale, definition);
    }

    static (ParquetMeaning Meaning, int Scale) MeaningOf(ThriftStruct element, ParquetType type)
    {
        var logical = element.Struct(10);
        var older = element.Number(6);
        bool Is(int field, params ReadOnlySpan<long> converted) =>
            logical?.Has(field) ?? (older is { } number && converted.Contains(number));
        if (Is(1, 0) || Is(4, 4) || Is(12, 19)) return (ParquetMeaning.Text, 0); // STRING, ENUM, JSON
        if (Is(5, 5)) return (ParquetMeaning.Decimal, ScaleOf(logical?.Struct(5)?.Number(1) ?? element.Number(7) ?? 0));
        if (Is(6, 6)) return (type == ParquetType.Int32 ? ParquetMeaning.Date : ParquetMeaning.Other, 0);
        if (Is(8, 9, 10)) return (type == ParquetType.Int64 ? ParquetMeaning.Timestamp : ParquetMeaning.Other, Digits(logical, older));
        if (Is(10, 11, 12, 13, 14, 15, 16, 17, 18)) // INTEGER
        {
            var unsigned = logical is null ? older <= 14 : logical.Struct(10)!.Flag(2) == false;
            return (!unsigned ? ParquetMeaning.Plain : ParquetMeaning.Unsigned, 0);
        }
        if (Is(15)) return (type == ParquetType.FixedBytes && element.Number(2) == 2 ? ParquetMeaning.Half : ParquetMeaning.Other, 0);
        return (logical is null && older is null && type != ParquetType.FixedBytes ? ParquetMeaning.Plain : ParquetMeaning.Other, 0);
    }

    static int ScaleOf(long scale) => scale is >= 0 and <= 76 ? (int)scale
        : throw new InvalidDataException($"decimals have {scale} digits behind the point, and 0 to 76 are accepted");

    static int Digits(ThriftStruct? logical, long? older) => logical?.Struct(8)?.Struct(2) is { } unit
        ? unit.Has(1) ? 3 : unit.Has(2) ? 6 : 9
        : older == 9 ? 3 : 6;
}
