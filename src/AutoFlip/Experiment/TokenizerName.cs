using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Values of <see cref="Experiment.Tokenizer"/>.</summary>
static class TokenizerName
{
    /// <summary>Words, and a vocabulary of the training texts.</summary>
    public const string Words = "words";

    /// <summary>For messages.</summary>
    public const string Accepted = "words, or wordpiece:PATH of a vocab.txt, or of the folder that holds it";

    const string WordPiece = "wordpiece:", FileName = "vocab.txt";

    /// <summary>Tests whether a value is one.</summary>
    public static bool IsValid(string value) => value == Words || FileOf(value) is not null;

    /// <summary>The vocabulary file of a WordPiece tokenizer; null for any other value.</summary>
    public static string? FileOf(string value)
    {
        if (!value.StartsWith(WordPiece, StringComparison.Ordinal) || value.Length == WordPiece.Length) return null;
        var path = value[WordPiece.Length..];
        return Directory.Exists(path) ? Path.Combine(path, FileName) : path;
    }

    /// <summary>The value with the SHA-256 of the vocabulary in place of its path, so that a run depends on what is in the file; as it is
    /// if the file cannot be read.</summary>
    public static string ByContent(string value)
    {
        if (FileOf(value) is not { } path) return value;
        try
        {
            using var file = OwnFile.OpenRead(path);
            return WordPiece + Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AutoFlipException)
        {
            return value;
        }
    }
}
