using System.Globalization;
using System.Text.RegularExpressions;

namespace AutoFlip;

/// <summary>Decimal mark of a number.</summary>
public enum DecimalMark
{
    /// <summary>A point: 1234.5 and 1,234.5.</summary>
    Point,

    /// <summary>A comma: 1234,5 and 1.234,5.</summary>
    Comma,
}

/// <summary>Numbers as people and programs write them into tables.</summary>
/// <remarks>Thousands may be set apart in groups of three, all by the same mark: the other of point and comma, an apostrophe, a
/// space or a no-break space.</remarks>
static partial class CellNumber
{
    /// <summary>The number that a text means; null if it means none, or one beyond float32.</summary>
    public static double? Parse(string text, DecimalMark mark)
    {
        if (mark == DecimalMark.Point && Plain(text) is { } plain) return plain;
        var groups = (mark == DecimalMark.Point ? PointGroups : CommaGroups).Match(text);
        if (groups.Success) return Plain(text.Replace(groups.Groups[1].Value, "", StringComparison.Ordinal).Replace(',', '.'));
        return mark == DecimalMark.Comma && CommaPlain.IsMatch(text) ? Plain(text.Replace(',', '.')) : null;
    }

    /// <summary>Tests whether a text is a number under one decimal mark only, so that it determines the mark of its file.</summary>
    public static bool Shows(string text, DecimalMark mark) =>
        Parse(text, mark) is not null && Parse(text, mark == DecimalMark.Point ? DecimalMark.Comma : DecimalMark.Point) is null;

    /// <summary>Tests whether a text has a comma and is one number with a decimal point and another with a decimal comma:
    /// 1,234.</summary>
    public static bool IsAmbiguous(string text) => text.Contains(',', StringComparison.Ordinal)
        && Parse(text, DecimalMark.Point) is { } point && Parse(text, DecimalMark.Comma) is { } comma && point != comma;

    static double? Plain(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite((float)number)
            ? number
            : null;

    [GeneratedRegex(@"^\s*[+-]?[1-9][0-9]{0,2}([,'’ \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]*)?\s*$", RegexOptions.CultureInvariant)]
    static partial Regex PointGroups { get; }

    [GeneratedRegex(@"^\s*[+-]?[1-9][0-9]{0,2}([.'’ \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*(?:,[0-9]*)?\s*$", RegexOptions.CultureInvariant)]
    static partial Regex CommaGroups { get; }

    [GeneratedRegex(@"^\s*[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$", RegexOptions.CultureInvariant)]
    static partial Regex CommaPlain { get; }
}
