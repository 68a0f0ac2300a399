using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip.Cli;

/// <summary>Texts of the command line as values, and back. Culture-invariant.</summary>
static class Values
{
    static readonly string[] Yes = ["true", "1", "yes", "y", "t", "on"];
    const int LargestSample = 1 << 24;
    static readonly string[] No = ["false", "0", "no", "n", "f", "off"];

    /// <summary>The value of a text; null if it is none of that type.</summary>
    public static object? Parse(Type type, IReadOnlyList<string> texts)
    {
        if (type == typeof(ImmutableArray<string>))
            return texts.SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToImmutableArray();
        if (type == typeof(ImmutableArray<int>))
        {
            var numbers = texts.SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries))
                .Select(text => Parse(typeof(int), [text]) as int?).ToImmutableArray();
            return numbers.All(number => number is not null) ? (object)numbers.Select(number => number!.Value).ToImmutableArray() : null;
        }
        var text = texts[^1];
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return text;
        if (type == typeof(bool))
            return Yes.Contains(text, StringComparer.OrdinalIgnoreCase)
                ? true
                : No.Contains(text, StringComparer.OrdinalIgnoreCase)
                ? false
                : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (type == typeof(ulong)) return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null;
        if (type == typeof(SampleShape)) return ParseShape(text);
        if (type == typeof(TimeSpan)) return Duration.Parse(text);
        if (type == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null;
        if (type == typeof(decimal))
            return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? exact : null;
        return Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } member
            ? Enum.Parse(type, member)
            : null;
    }

    static SampleShape? ParseShape(string text)
    {
        var sizes = text.Split('x', 'X')
            .Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : 0).ToList();
        return sizes is [> 0 and var channels, > 0 and var height, > 0 and var width] && (double)channels * height * width <= LargestSample
            ? new(channels, height, width)
            : null;
    }

    /// <summary>Accepted values of a type, in words.</summary>
    public static string Accepted(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant()))
            : type == typeof(bool) ? "True or False"
            : type == typeof(int) ? "a whole number"
            : type == typeof(TimeSpan) ? Duration.Accepted
            : type == typeof(ulong) ? $"a whole number from 0 to {ulong.MaxValue}"
            : type == typeof(SampleShape)
            ? $"channels x height x width, such as 3x32x32 (80x1x1 are 80 tokens), of at most {LargestSample} values"
            : type == typeof(double) || type == typeof(decimal) ? "a number, with a point for decimals"
            : type == typeof(ImmutableArray<string>) ? "one name or more"
            : type == typeof(ImmutableArray<int>) ? "one whole number or more"
            : "a text";
    }

    /// <summary>A value as one would type it; empty for nothing.</summary>
    public static string Show(object? value) => value is TimeSpan length ? Duration.Text(length) : ExperimentOption.Text(value);
}
