using System.Globalization;

namespace AutoFlip.Cli;

/// <summary>Lengths of time as they are typed: a whole number and a unit, such as <c>90s</c>, <c>10m</c>, <c>24h</c>,
/// <c>365d</c>.</summary>
static class Duration
{
    /// <summary>Accepted texts, in words.</summary>
    public const string Accepted = "a whole number with s, m, h or d, such as 90s, 10m, 24h or 365d";

    const int MostDays = 36_500;

    static readonly (char Letter, TimeSpan Length)[] Units =
    [
        ('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1)),
    ];

    /// <summary>The length of a text, from one second to 100 years; null if it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Letter));
        return unit.Letter != default && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count <= TimeSpan.FromDays(MostDays) / unit.Length
            ? count * unit.Length
            : null;
    }

    /// <summary>The text of a length, in its largest whole unit.</summary>
    public static string Text(TimeSpan length)
    {
        var unit = Units.First(unit => length.Ticks % unit.Length.Ticks == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{length.Ticks / unit.Length.Ticks}{unit.Letter}");
    }
}
