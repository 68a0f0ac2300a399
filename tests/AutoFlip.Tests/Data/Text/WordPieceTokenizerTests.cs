using System.Collections.Immutable;
using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public class WordPieceTokenizerTests
{
    static readonly ImmutableArray<string> Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "##a", "##b", "ab", "!", "é", "中"];
    static readonly WordPieceVocabulary Vocabulary = WordPieceVocabulary.Of(Tokens);

    // Any UTF-16 at all, and texts of letters that matter.
    static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Char['\0', '\uFFFF'].Array[0, 60].Select(letters => new string(letters)),
        LettersOf("abA ![]é\u0301中\uD83D\uDE00\u200B", 0, 60));

    static readonly Gen<WordPieceCase> AnyCase = Gen.Select(Gen.Bool, Gen.Bool).Select(pair => new WordPieceCase(pair.Item1, pair.Item2));

    [Fact]
    public void Any_text_has_ids_of_the_vocabulary_within_the_length() => Gen.Select(AnyText, AnyCase, Gen.Int[2, 12]).Sample(
        (text, style, length) =>
        {
            var ids = new WordPieceTokenizer(Vocabulary, style).Encode(text, length);
            Assert.InRange(ids.Length, 2, length);
            Assert.Equal((Vocabulary.Classify, Vocabulary.Separator), (ids[0], ids[^1]));
            Assert.Every(ids, id => Assert.InRange(id, 1, Tokens.Length - 1));
        });

    [Fact]
    public void Truncated_text_is_the_beginning_of_the_whole_one() => Gen.Select(AnyText, AnyCase, Gen.Int[0, 12]).Sample(
        (text, style, limit) =>
        {
            var tokenizer = new WordPieceTokenizer(Vocabulary, style);
            int[] all = [.. tokenizer.Pieces(text)];
            Assert.Equal(all.Take(limit), tokenizer.Pieces(text, limit));
        });

    [Fact]
    public void Tokenizer_keeps_nothing_of_the_text_before() => Gen.Select(AnyText, AnyText, AnyCase).Sample((before, text, style) =>
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary, style);
        tokenizer.Pieces(before);
        Assert.Equal(new WordPieceTokenizer(Vocabulary, style).Pieces(text), tokenizer.Pieces(text));
    });

    [Fact]
    public void Words_in_small_ASCII_letters_are_split_at_spaces_alone() =>
        LettersOf("abc", 1, 8).Array[0, 6].Sample(words =>
        {
            var tokenizer = new WordPieceTokenizer(Vocabulary, WordPieceCase.Uncased);
            int[] each = [.. words.SelectMany(word => tokenizer.Pieces(word).ToArray())];
            Assert.Equal(each, tokenizer.Pieces(string.Join(' ', words)));
        });

    [Fact]
    public void Pair_has_both_texts_within_the_length() => Gen.Select(AnyText, AnyText, Gen.Int[3, 12]).Sample((text, pair, length) =>
    {
        var tokenizer = new WordPieceTokenizer(Vocabulary, WordPieceCase.Uncased);
        var (ids, first) = tokenizer.Encode(text, pair, length);
        Assert.InRange(ids.Length, 3, length);
        Assert.Equal((Vocabulary.Separator, Vocabulary.Separator), (ids[first - 1], ids[^1]));
        var (a, b) = (tokenizer.Pieces(text).Count, tokenizer.Pieces(pair).Count);
        Assert.Equal(Math.Min(length, a + b + 3), ids.Length);
    });

    // ab is one piece, aba = ab ##a, and c fits nowhere.
    [Theory]
    [InlineData("ab aba abc", "ab,ab,##a,[UNK]")]
    [InlineData("AB!é", "ab,!,[UNK]")]
    [InlineData("a[SEP]b[sep]", "a,[SEP],b,[UNK],[UNK],[UNK]")]
    [InlineData("a中b", "a,中,b")]
    [InlineData("a\u00ADb\tb", "ab,b")]
    public void Uncased_text_is_split_as_documented(string text, string pieces) =>
        Assert.Equal(pieces.Split(','), Pieces(text, WordPieceCase.Uncased));

    [Fact]
    public void Cased_text_keeps_capitals_and_accents() => Assert.Equal(["[UNK]", "é"], Pieces("AB é", WordPieceCase.Cased));

    [Fact]
    public void Word_of_more_than_100_characters_is_unknown()
    {
        Assert.Equal(100, Pieces(string.Concat(Enumerable.Repeat("b", 100)), WordPieceCase.Uncased).Count);
        Assert.Equal(["[UNK]"], Pieces(string.Concat(Enumerable.Repeat("b", 101)), WordPieceCase.Uncased));
    }

    // U+D4DB (Hangul) is 0xD4DB - 0xAC00 = 10459 = (17·21 + 16)·28 + 15: jamo U+1111, U+1171, U+11B6.
    [Theory]
    [InlineData(0xE9, "e")]
    [InlineData(0x1E69, "s")]
    [InlineData(0x301, "")]
    [InlineData(0xD4DB, "\u1111\u1171\u11B6")]
    [InlineData(0x304C, "\u304B")]
    [InlineData(0xDF, "ß")]
    public void Accents_are_removed(int character, string rest)
    {
        var into = new List<Rune>();
        AccentTable.AppendRest(new(character), into);
        Assert.Equal(rest, string.Concat(into));
    }

    [Theory]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n")]
    [InlineData("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na")]
    public void File_has_a_token_a_line(string content)
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["vocab.txt"], content);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"], WordPieceFiles.Tokens(folder["vocab.txt"]));
    }

    [Theory]
    [InlineData("", "1 to 1048576 tokens")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n", "'a' twice")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\na\n", "lacks the token [SEP]")]
    [InlineData("[UNK]\n[PAD]\n[CLS]\n[SEP]\n", "not [PAD]")]
    public void File_that_is_no_vocabulary_is_refused(string content, string why)
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["vocab.txt"], content);
        var refused = Assert.Throws<AutoFlipException>(() => WordPieceFiles.Tokens(folder["vocab.txt"]));
        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_not_UTF8_is_refused()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(folder["vocab.txt"], [.. "[PAD]\n[UNK]\n"u8, 0xE9, .. "\n"u8]);
        Assert.Contains("line 3", Assert.Throws<AutoFlipException>(() => WordPieceFiles.Tokens(folder["vocab.txt"])).Message,
            StringComparison.Ordinal);
    }

    static Gen<string> LettersOf(string alphabet, int least, int most) =>
        Gen.Int[0, alphabet.Length - 1].Array[least, most].Select(places => string.Concat(places.Select(place => alphabet[place])));

    static List<string> Pieces(string text, WordPieceCase style) =>
        [.. new WordPieceTokenizer(Vocabulary, style).Pieces(text).Select(id => Tokens[id])];
}
