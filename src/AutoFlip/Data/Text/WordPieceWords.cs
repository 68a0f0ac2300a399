using System.Globalization;
using System.Text;

namespace AutoFlip;

/// <summary>Treatment of capitals and accents by a WordPiece vocabulary.</summary>
/// <param name="Lower">Whether capitals are made small: an uncased vocabulary.</param>
/// <param name="StripAccents">Whether accents are removed.</param>
readonly record struct WordPieceCase(bool Lower, bool StripAccents)
{
    /// <summary>Small letters without accents.</summary>
    public static WordPieceCase Uncased { get; } = new(true, true);

    /// <summary>Letters as they are.</summary>
    public static WordPieceCase Cased { get; } = default;
}

/// <summary>Splits text into words as BERT does: at white space, around punctuation and around ideographs.</summary>
/// <remarks>
/// Control characters, unassigned ones, lone surrogates and U+FFFD are dropped, and join what is around them. Characters come from the
/// tables of .NET, which know characters newer than the reference's Unicode 14.
/// </remarks>
/// <param name="style">How letters are read.</param>
/// <param name="word">Receives each word, as UTF-16, and its number of characters (code points); of a word above
/// <see cref="LongestWord"/> its beginning only. Returns whether to go on.</param>
sealed class WordPieceWords(WordPieceCase style, WordPieceWords.WordSink word)
{
    /// <summary>Longest word in characters that is looked up.</summary>
    public const int LongestWord = 100;

    readonly List<Rune> _rest = [];
    readonly char[] _word = new char[2 * LongestWord];
    int _used, _characters;

    /// <summary>Receives a word.</summary>
    public delegate bool WordSink(ReadOnlySpan<char> word, int characters);

    /// <summary>Splits a text.</summary>
    /// <returns>False if the receiver ended it.</returns>
    public bool Split(ReadOnlySpan<char> text)
    {
        (_used, _characters) = (0, 0);
        foreach (var character in text.EnumerateRunes())
        {
            switch (KindOf(character))
            {
                case Kind.Dropped: break;
                case Kind.Space:
                    if (!End()) return false;
                    break;
                case Kind.Ideograph:
                    if (!End() || !Add(character) || !End()) return false;
                    break;
                default:
                    if (!Add(character)) return false;
                    break;
            }
        }
        return End();
    }

    bool Add(Rune character)
    {
        if (style.Lower) character = Lower(character);
        if (!style.StripAccents) return Append(character);
        _rest.Clear();
        AccentTable.AppendRest(character, _rest);
        foreach (var one in _rest)
            if (!Append(one)) return false;
        return true;
    }

    bool Append(Rune character)
    {
        if (!IsPunctuation(character))
        {
            Put(character);
            return true;
        }
        if (!End()) return false;
        Put(character);
        return End();
    }

    void Put(Rune character)
    {
        if (_characters++ < LongestWord) _used += character.EncodeToUtf16(_word.AsSpan(_used));
    }

    bool End()
    {
        var (used, characters) = (_used, _characters);
        (_used, _characters) = (0, 0);
        return characters == 0 || word(_word.AsSpan(0, used), characters);
    }

    /// <summary>U+0130 becomes i and a dot, the only one that becomes two characters; stripping the accents leaves i.</summary>
    Rune Lower(Rune character)
    {
        if (character.Value != 0x130) return Rune.ToLowerInvariant(character);
        if (!style.StripAccents)
        {
            Put(new('i'));
            return new(0x307);
        }
        return new('i');
    }

    enum Kind
    {
        Letter,
        Space,
        Dropped,
        Ideograph,
    }

    static Kind KindOf(Rune character)
    {
        if (character.Value is > ' ' and < 0x7F) return Kind.Letter;
        if (character.Value is ' ' or '\t' or '\n' or '\r') return Kind.Space;
        if (character.Value == 0xFFFD) return Kind.Dropped; // lone surrogates come as U+FFFD too
        return Rune.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Kind.Space,
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned => Kind.Dropped,
            _ => IsIdeograph(character.Value) ? Kind.Ideograph : Kind.Letter,
        };
    }

    static bool IsIdeograph(int character) => character is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>All signs of ASCII count, $ and + too; beyond it those of the categories P.</summary>
    static bool IsPunctuation(Rune character) => character.IsAscii
        ? character.Value is > ' ' and < 0x7F && !char.IsAsciiLetterOrDigit((char)character.Value)
        : Rune.GetUnicodeCategory(character) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;
}
