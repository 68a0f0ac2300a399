using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A WordPiece vocabulary: pieces of words, those that go on behind another written with ## before them.</summary>
sealed class WordPieceVocabulary
{
    /// <summary>Most tokens.</summary>
    public const int MostTokens = 1 << 20;

    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _first, _next;
    readonly int _longest;

    WordPieceVocabulary(ImmutableArray<string> tokens, Dictionary<string, int> first, Dictionary<string, int> next)
    {
        Tokens = tokens;
        _first = first.GetAlternateLookup<ReadOnlySpan<char>>();
        _next = next.GetAlternateLookup<ReadOnlySpan<char>>();
        _longest = Math.Min(tokens.Max(token => token.Length), 2 * WordPieceWords.LongestWord);
        (Unknown, Classify, Separator) = (first["[UNK]"], first["[CLS]"], first["[SEP]"]);
        Signs = [.. SignNames.Select(name => (name, first.GetValueOrDefault(name, Unknown)))];
    }

    /// <summary>The signs that are cut out of texts.</summary>
    static ImmutableArray<string> SignNames { get; } = ["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"];

    /// <summary>Tokens by id.</summary>
    public ImmutableArray<string> Tokens { get; }

    /// <summary>The ids of [UNK], [CLS] and [SEP]. That of [PAD] is 0.</summary>
    public int Unknown { get; }

    /// <inheritdoc cref="Unknown"/>
    public int Classify { get; }

    /// <inheritdoc cref="Unknown"/>
    public int Separator { get; }

    /// <summary>The signs and their ids; that of [MASK] is [UNK]'s where there is none.</summary>
    public ImmutableArray<(string Text, int Id)> Signs { get; }

    /// <summary>Makes a vocabulary of tokens by id.</summary>
    /// <exception cref="ArgumentException">They are none, see <see cref="Fault"/>.</exception>
    public static WordPieceVocabulary Of(ImmutableArray<string> tokens)
    {
        if (Fault(tokens) is { } fault) throw new ArgumentException(fault, nameof(tokens));
        var (first, next) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        for (var id = 0; id < tokens.Length; id++)
        {
            if (tokens[id].Length > 2 && tokens[id].StartsWith("##", StringComparison.Ordinal)) next.Add(tokens[id][2..], id);
            else first.Add(tokens[id], id);
        }
        return new(tokens, first, next);
    }

    /// <summary>Error of tokens that are no vocabulary, without a full stop; null if they are one.</summary>
    public static string? Fault(ImmutableArray<string> tokens)
    {
        if (tokens.IsDefaultOrEmpty || tokens.Length > MostTokens || tokens.Contains(null!))
            return $"a vocabulary has 1 to {MostTokens} tokens";
        var seen = new HashSet<string>(tokens.Length, StringComparer.Ordinal);
        foreach (var token in tokens)
            if (!seen.Add(token)) return $"the vocabulary has the token '{token[..Math.Min(token.Length, 20)]}' twice";
        foreach (var sign in (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
            if (!seen.Contains(sign)) return $"the vocabulary lacks the token {sign}";
        return tokens[0] == "[PAD]" ? null : "the first token of the vocabulary is not [PAD]: id 0 stands for padding";
    }

    /// <summary>Appends the ids of a word's pieces, the longest first piece and so on; [UNK] alone where one does not fit.</summary>
    /// <param name="word">The word, or its beginning if it is too long.</param>
    /// <param name="characters">Its characters (code points); above <see cref="WordPieceWords.LongestWord"/> it is [UNK].</param>
    /// <param name="ids">The ids go here.</param>
    public void AppendPieces(ReadOnlySpan<char> word, int characters, List<int> ids)
    {
        var before = ids.Count;
        if (characters <= WordPieceWords.LongestWord)
        {
            var place = 0;
            while (place < word.Length && Piece(word[place..], place == 0) is ( > 0 and var length, var id))
            {
                ids.Add(id);
                place += length;
            }
            if (place == word.Length) return;
        }
        ids.RemoveRange(before, ids.Count - before);
        ids.Add(Unknown);
    }

    /// <summary>The longest piece at the start of a text; length 0 if there is none.</summary>
    (int Length, int Id) Piece(ReadOnlySpan<char> rest, bool isFirst)
    {
        for (var length = Math.Min(rest.Length, _longest); length > 0; length--)
            if ((isFirst ? _first : _next).TryGetValue(rest[..length], out var id)) return (length, id);
        return (0, 0);
    }
}
