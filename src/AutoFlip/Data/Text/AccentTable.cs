using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AutoFlip;

/// <summary>Removes accents: canonical decomposition (NFD) without nonspacing marks (Mn), one character at a time.</summary>
/// <remarks>A table of its own, because <see cref="string.Normalize()"/> changes nothing under invariant globalisation. From the Unicode
/// Character Database 14.0; syllables of Hangul fall into their jamo by arithmetic (Unicode 14, section 3.12).</remarks>
static class AccentTable
{
    const int FirstSyllable = 0xAC00, Syllables = 11172, Lead = 0x1100, Vowel = 0x1161, Trail = 0x11A7, Vowels = 21, Trails = 28;

    static readonly FrozenDictionary<int, Rune[]> Rests = Read();

    /// <summary>Appends what is left of a character: nothing of a mark, one to three characters of others.</summary>
    public static void AppendRest(Rune character, List<Rune> into)
    {
        if (character.IsAscii) into.Add(character);
        else if (character.Value is >= FirstSyllable and < FirstSyllable + Syllables) AppendJamo(character.Value - FirstSyllable, into);
        else if (Rests.TryGetValue(character.Value, out var rest)) into.AddRange(rest);
        else if (Rune.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark) into.Add(character);
    }

    static void AppendJamo(int syllable, List<Rune> into)
    {
        into.Add(new(Lead + syllable / (Vowels * Trails)));
        into.Add(new(Vowel + syllable / Trails % Vowels));
        if (syllable % Trails is > 0 and var trail) into.Add(new(Trail + trail));
    }

    /// <summary>Lines of a rest, a tab, and all characters that leave it.</summary>
    static FrozenDictionary<int, Rune[]> Read()
    {
        using var lines = new StreamReader(typeof(AccentTable).Assembly.GetManifestResourceStream("AutoFlip.accents.txt")!);
        var rests = new Dictionary<int, Rune[]>();
        while (lines.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            Rune[] rest = [.. line[..tab].EnumerateRunes()];
            foreach (var character in line[(tab + 1)..].EnumerateRunes()) rests.Add(character.Value, rest);
        }
        return rests.ToFrozenDictionary();
    }
}
