using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace AutoFlip;

/// <summary>Texts and figures on lines of a log. Culture-invariant.</summary>
static class LogText
{
    /// <summary>The text on one line. Names come from outside: what would end a line, move the cursor or turn the writing around is written as <c>\u000a</c>,
    /// so that nobody can forge a line.</summary>
    public static string OnOneLine(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var safe = new StringBuilder();
        foreach (var letter in text) safe.Append(IsUnsafe(letter) ? $"\\u{(int)letter:x4}" : letter.ToString());
        return safe.ToString();
    }

    /// <summary>Four decimals, as the reference; <c>nan</c> for what is not defined.</summary>
    public static string Figure(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("F4", CultureInfo.InvariantCulture) : "nan";

    /// <summary>A count with separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>Seconds.</summary>
    public static string Seconds(double seconds) => seconds.ToString("F2", CultureInfo.InvariantCulture) + " s";

    /// <summary>The loss, then the metrics as they were asked for.</summary>
    public static IEnumerable<(string Name, T Value)> InOrder<T>(Experiment experiment, ImmutableSortedDictionary<string, T> figures) =>
        experiment.Metrics.Prepend("loss").Where(figures.ContainsKey).Select(name => (name, figures[name]));

    /// <summary>The server's figures, the loss among them.</summary>
    public static ImmutableSortedDictionary<string, double?> Figures(ServerEvaluation server) => server.Metrics.SetItem("loss", server.Loss);

    static bool IsUnsafe(char letter) => char.IsControl(letter)
        || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u061c' or '\u200e' or '\u200f';
}
