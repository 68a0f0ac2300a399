using System.Collections.Immutable;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Reads the files of a WordPiece tokenizer: <c>vocab.txt</c>, and <c>tokenizer_config.json</c> beside it.</summary>
static class WordPieceFiles
{
    const int LargestFile = 1 << 25;

    /// <summary>Reads a vocabulary, and from <c>tokenizer_config.json</c> beside it, if there is one, whether capitals and accents stay.
    /// Without it neither does.</summary>
    /// <exception cref="AutoFlipException">A file is damaged, or asks for something else (exit 3).</exception>
    public static WordPieceRecipe Recipe(string vocabulary, int length)
    {
        var recipe = new WordPieceRecipe(Tokens(vocabulary), length);
        var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(vocabulary)) ?? "", TokenizerName.FlagsName);
        return !File.Exists(config) ? recipe : DataFolder.ReadFile(config, (content, _) =>
        {
            try
            {
                if (new FileInfo(config).Length > LargestFile) throw AutoFlipException.BadFile(config, "it is too large");
                using var json = JsonDocument.Parse(content);
                var root = json.RootElement;
                if (!(Flag(root, "tokenize_chinese_chars") ?? true))
                    throw AutoFlipException.BadFile(config, "'tokenize_chinese_chars' is false, and ideographs are always separate words");
                var keepsCase = !(Flag(root, "do_lower_case") ?? true);
                return recipe with { KeepsCase = keepsCase, KeepsAccents = !(Flag(root, "strip_accents") ?? !keepsCase) };
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw AutoFlipException.BadFile(config, "it is no JSON object with true, false or null for its flags", e);
            }
        });
    }

    /// <summary>Reads <c>vocab.txt</c>: a token a line, its id the number of the line from 0. LF or CRLF, UTF-8.</summary>
    /// <exception cref="AutoFlipException">It cannot be read or is no vocabulary (exit 3).</exception>
    public static ImmutableArray<string> Tokens(string path) => DataFolder.ReadFile(path, (content, _) =>
    {
        using var reader = TextInput.Open(content, path);
        var tokens = ImmutableArray.CreateBuilder<string>();
        long characters = 0;
        while (reader.ReadLine() is { } token)
        {
            characters += token.Length + 1;
            if (tokens.Count == WordPieceVocabulary.MostTokens || characters > LargestFile)
            {
                throw AutoFlipException.BadFile(
                    path, $"a vocabulary has at most {WordPieceVocabulary.MostTokens} tokens and {LargestFile} characters");
            }
            tokens.Add(token);
        }
        var all = tokens.ToImmutable();
        return WordPieceVocabulary.Fault(all) is { } fault ? throw AutoFlipException.BadFile(path, fault) : all;
    });

    static bool? Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out var flag) && flag.ValueKind != JsonValueKind.Null ? flag.GetBoolean() : null;
}
