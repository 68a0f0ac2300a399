using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Values of <see cref="Experiment.Tokenizer"/>.</summary>
static class TokenizerName
{
    /// <summary>Words, and a vocabulary of the training texts.</summary>
    public const string Words = "words";

    /// <summary>The vocabulary in the folder of <see cref="Experiment.Pretrained"/>.</summary>
    public const string Model = "model";

    /// <summary>The model's where <see cref="Experiment.Pretrained"/> is a folder, else words.</summary>
    public const string Auto = "auto";

    /// <summary>For messages.</summary>
    public const string Accepted =
        "auto, words, model (of Experiment.Pretrained), or wordpiece:PATH of a vocab.txt, or of the folder that holds it";

    const string WordPiece = "wordpiece:";

    /// <summary>The name of a vocabulary in its folder, and of the flags beside it.</summary>
    public const string FileName = "vocab.txt", FlagsName = "tokenizer_config.json";

    /// <summary>Tests whether a value is one.</summary>
    public static bool IsValid(string value) => value is Auto or Words or Model || FileOf(value) is not null;

    /// <summary>The value for the vocabulary in a folder.</summary>
    public static string OfFolder(string folder) => WordPiece + folder;

    /// <summary>The vocabulary file of a WordPiece tokenizer; null for any other value.</summary>
    public static string? FileOf(string value)
    {
        if (!value.StartsWith(WordPiece, StringComparison.Ordinal) || value.Length == WordPiece.Length) return null;
        var path = value[WordPiece.Length..];
        return Directory.Exists(path) ? Path.Combine(path, FileName) : path;
    }

    /// <summary>The value with the SHA-256 of the vocabulary in place of its path, and that of the flags beside it if there are any, so
    /// that a run depends on what is in the files; as it is if one cannot be read. Words are the default of a run without initial
    /// weights, so they give its value.</summary>
    public static string ByContent(string value)
    {
        if (FileOf(value) is not { } path) return value == Words ? Auto : value;
        try
        {
            var flags = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "", FlagsName);
            return WordPiece + Sha256Of(path) + (File.Exists(flags) ? Sha256Of(flags) : "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AutoFlipException)
        {
            return value;
        }
    }

    static string Sha256Of(string path)
    {
        using var file = OwnFile.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
