using System.Text;

namespace AutoFlip;

/// <summary>Texts that come from outside (names, cells, files), made fit for a terminal, a log or a message.</summary>
public static class ForeignText
{
    /// <summary>Most characters of a foreign file that a message quotes.</summary>
    public const int MostQuoted = 300;

    /// <summary>True for a character that would end a line, move the cursor, colour the terminal or turn the direction of
    /// writing.</summary>
    public static bool IsUnsafe(char letter) => char.IsControl(letter)
        || letter is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u061c' or '\u200e'
        or '\u200f';

    /// <summary>The text on one line: each unsafe character as <c>\u000a</c>, so that it can neither forge a line nor contain an escape
    /// code.</summary>
    public static string OnOneLine(string text)
    {
        if (!text.Any(IsUnsafe)) return text;
        var safe = new StringBuilder();
        foreach (var letter in text) safe.Append(IsUnsafe(letter) ? Escape(letter) : letter.ToString());
        return safe.ToString();
    }

    /// <summary>Escape sequence of an unsafe character: <c>\u001b</c>.</summary>
    public static string Escape(char letter) => $"\\u{(int)letter:x4}";

    /// <summary>A part of a foreign file for a message: on one line, cut behind <see cref="MostQuoted"/> characters.</summary>
    public static string Quote(string text)
    {
        var line = OnOneLine(text.Length > MostQuoted ? text[..MostQuoted] : text);
        return line.Length == text.Length ? line : (line.Length > MostQuoted ? line[..MostQuoted] : line) + "...";
    }
}
