using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Dates and times as tables have them. As a number, a date is the days since 1970-01-01, with the
/// time of day as a fraction.</summary>
/// <remarks>A time with an offset counts in UTC, one without as it stands.</remarks>
static class CellDate
{
    /// <summary>A way of writing dates.</summary>
    /// <param name="Name">What it is called in a model's card.</param>
    /// <param name="Patterns">Patterns of .NET.</param>
    sealed record Style(string Name, params string[] Patterns);

    const string DayFirst = "day/month/year", MonthFirst = "month/day/year";

    static readonly ImmutableArray<Style> Styles =
    [
        new("ISO 8601", "yyyy-MM-dd",
            "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
            "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
            "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
            "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK"),
        new("year/month/day", "yyyy/M/d", "yyyy/M/d HH:mm", "yyyy/M/d HH:mm:ss"),
        new("day.month.year", "d.M.yyyy", "d.M.yyyy HH:mm", "d.M.yyyy HH:mm:ss"),
        new(DayFirst, "d/M/yyyy", "d/M/yyyy HH:mm", "d/M/yyyy HH:mm:ss"),
        new(MonthFirst, "M/d/yyyy", "M/d/yyyy HH:mm", "M/d/yyyy HH:mm:ss"),
        new("day month year", "d MMM yyyy", "d MMMM yyyy", "d-MMM-yyyy"),
        new("month day, year", "MMM d, yyyy", "MMMM d, yyyy"),
    ];

    /// <summary>The days since 1970-01-01 of a date; null if the text is none of that style.</summary>
    /// <param name="text">The text.</param>
    /// <param name="style">A name of <see cref="StyleOf"/>.</param>
    public static double? Parse(string text, string style)
    {
        if (Styles.FirstOrDefault(one => one.Name == style) is not { } known) return null;
        return DateTimeOffset.TryParseExact(
            text.Trim(), known.Patterns, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? (date - DateTimeOffset.UnixEpoch).TotalDays
            : null;
    }

    /// <summary>Tests whether a name is that of a style that a model's card may use.</summary>
    public static bool IsStyle(string? name) => Styles.Any(style => style.Name == name);

    /// <summary>The style in which most of some texts are dates, how many are, and whether day and month cannot be
    /// told apart; null if none is.</summary>
    /// <param name="texts">Each text and in how many rows it is.</param>
    public static (string Style, int Rows, bool IsAmbiguous)? StyleOf(IReadOnlyList<(string Text, int Rows)> texts)
    {
        (string Style, int Rows, bool IsAmbiguous)? best = null;
        foreach (var style in Styles)
        {
            var rows = texts.Sum(text => Parse(text.Text, style.Name) is null ? 0 : text.Rows);
            if (rows > (best?.Rows ?? 0)) best = (style.Name, rows, false);
            else if (rows > 0 && rows == best!.Value.Rows && style.Name == MonthFirst && best.Value.Style == DayFirst)
                best = best.Value with { IsAmbiguous = texts.Any(text => IsTwoDates(text.Text)) };
        }
        return best;
    }

    static bool IsTwoDates(string text) => Parse(text, DayFirst) is { } day && day != Parse(text, MonthFirst);

    /// <summary>A number of days as a date.</summary>
    public static string Show(double days) => DateTimeOffset.UnixEpoch.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
