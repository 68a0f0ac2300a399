namespace AutoFlip.Grpc;

/// <summary>Names of servers and clients. They stand in certificates, file names and logs, so few characters are allowed.</summary>
public static class PeerName
{
    /// <summary>Characters of the longest name.</summary>
    public const int MaxLength = 64;

    /// <summary>Tests for 1 to 64 ASCII letters, digits, '.', '_' or '-'.</summary>
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    /// <summary>The name itself.</summary>
    /// <exception cref="AutoFlipException">It is not a valid name (exit 2).</exception>
    public static string Check(string name) => IsValid(name)
        ? name
        : throw AutoFlipException.BadRequest(
            $"'{ForeignText.Quote(name)}' is not a valid name. Accepted: 1 to {MaxLength} of the characters A-Z, a-z, 0-9, '.', '_' "
            + "and '-'.");
}
