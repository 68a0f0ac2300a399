using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace AutoFlip;

/// <summary>Values of a column as a table of text has them: numbers with a decimal point, true and false as 1 and 0, dates as
/// 2024-12-31 and with a time as 2024-12-31T23:59:59.</summary>
/// <param name="leaf">The column.</param>
sealed class ParquetCell(ParquetLeaf leaf)
{
    const int JulianEpoch = 2440588; // 1970-01-01

    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    char[] _text = new char[256];

    /// <summary>Tests whether values of a column can be text.</summary>
    public static bool Accepts(ParquetLeaf leaf) => leaf.Meaning != ParquetMeaning.Other;

    /// <summary>A value as text, good until the next one.</summary>
    /// <exception cref="InvalidDataException">It is no value of its type.</exception>
    public ReadOnlySpan<char> Text(ReadOnlySpan<byte> value) => (leaf.Meaning, leaf.Type) switch
    {
        (ParquetMeaning.Decimal, _) => Decimal(Unscaled(value)),
        (ParquetMeaning.Half, _) => Formatted(BinaryPrimitives.ReadHalfLittleEndian(value)),
        (ParquetMeaning.Date, _) => Date(BinaryPrimitives.ReadInt32LittleEndian(value) * TimeSpan.TicksPerDay, isDay: true),
        (ParquetMeaning.Timestamp, _) => Date(Ticks(BinaryPrimitives.ReadInt64LittleEndian(value)), isDay: false),
        (ParquetMeaning.Unsigned, ParquetType.Int32) => Formatted(BinaryPrimitives.ReadUInt32LittleEndian(value)),
        (ParquetMeaning.Unsigned, ParquetType.Int64) => Formatted(BinaryPrimitives.ReadUInt64LittleEndian(value)),
        (_, ParquetType.Boolean) => value[0] == 1 ? "1" : "0",
        (_, ParquetType.Int32) => Formatted(BinaryPrimitives.ReadInt32LittleEndian(value)),
        (_, ParquetType.Int64) => Formatted(BinaryPrimitives.ReadInt64LittleEndian(value)),
        (_, ParquetType.Float) => Formatted(BinaryPrimitives.ReadSingleLittleEndian(value)),
        (_, ParquetType.Double) => Formatted(BinaryPrimitives.ReadDoubleLittleEndian(value)),
        (_, ParquetType.Int96) => Date(TicksOfInt96(value), isDay: false),
        _ => Decoded(value),
    };

    ReadOnlySpan<char> Formatted<T>(T number)
        where T : ISpanFormattable =>
        number.TryFormat(_text, out var length, null, CultureInfo.InvariantCulture) ? _text.AsSpan(0, length) : number.ToString(null, null);

    ReadOnlySpan<char> Decoded(ReadOnlySpan<byte> value)
    {
        if (value.Length > _text.Length) _text = new char[Math.Max(value.Length, 2 * _text.Length)];
        try
        {
            return _text.AsSpan(0, Utf8.GetChars(value, _text));
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("it has a text that is not UTF-8", e);
        }
    }

    ReadOnlySpan<char> Date(BigInteger ticks, bool isDay)
    {
        ticks += DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime((long)ticks).ToString(isDay ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture)
            : throw new InvalidDataException("it has a date outside the years 1 to 9999");
    }

    /// <summary>Ticks of 100 ns; what is finer is cut off.</summary>
    BigInteger Ticks(long time) => leaf.Scale switch
    {
        3 => (BigInteger)time * TimeSpan.TicksPerMillisecond,
        6 => (BigInteger)time * TimeSpan.TicksPerMicrosecond,
        _ => time >> 63 == 0 ? time / 100 : -((99 - (BigInteger)time) / 100),
    };

    /// <summary>Nanoseconds of a day, and the Julian day: the older timestamps of Impala and Spark.</summary>
    static BigInteger TicksOfInt96(ReadOnlySpan<byte> value) =>
        ((BigInteger)BinaryPrimitives.ReadInt32LittleEndian(value[8..]) - JulianEpoch) * TimeSpan.TicksPerDay
        + BinaryPrimitives.ReadInt64LittleEndian(value) / 100;

    BigInteger Unscaled(ReadOnlySpan<byte> value) => leaf.Type switch
    {
        ParquetType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value),
        ParquetType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
        ParquetType.Bytes or ParquetType.FixedBytes when value.Length <= 64 =>
            new BigInteger(value, isUnsigned: false, isBigEndian: true),
        _ => throw new InvalidDataException("it has a decimal of a width that is not read"),
    };

    string Decimal(BigInteger unscaled)
    {
        var digits = BigInteger.Abs(unscaled).ToString("R", CultureInfo.InvariantCulture).PadLeft(leaf.Scale + 1, '0');
        var sign = unscaled.Sign < 0 ? "-" : "";
        return leaf.Scale == 0 ? sign + digits : $"{sign}{digits[..^leaf.Scale]}.{digits[^leaf.Scale..]}";
    }
}
