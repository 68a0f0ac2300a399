namespace AutoFlip.Reports;

/// <summary>Words of a command to be copied.</summary>
public static class ShellWord
{
    /// <summary>The word, between quotes where a shell would read it as something else.</summary>
    public static string Of(string word) =>
        word.Length > 0 && word.All(IsPlain) ? word
        : OperatingSystem.IsWindows() ? $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    static bool IsPlain(char letter) =>
        char.IsAsciiLetterOrDigit(letter) || letter is '/' or ':' or '.' or '_' or '-' or '+' or '=' or ',' or '@' or '%'
            || (letter == '\\' && OperatingSystem.IsWindows());
}
