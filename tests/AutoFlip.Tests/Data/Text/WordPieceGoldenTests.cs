using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Ids of transformers' tokenizer (Golden/README.md).</summary>
public class WordPieceGoldenTests
{
    static readonly JsonElement Golden = GoldenFile.Read("wordpiece.json");

    static readonly WordPieceVocabulary Vocabulary =
        WordPieceVocabulary.Of([.. Golden.GetProperty("vocabulary").Items().Select(token => token.GetString()!)]);

    [Fact]
    public void Texts_have_the_pieces_and_ids_of_the_reference()
    {
        JsonElement[] cases = [.. Cases("ids")];
        Assert.Equal(136, cases.Length);
        Assert.Every(cases, one =>
        {
            int[] ids = [.. Tokenizer(one).Pieces(Text(one, "text"))];
            var tokens = one.GetProperty("tokens").EnumerateArray().Select(token => token.GetString());
            Assert.Equal(tokens, ids.Select(id => Vocabulary.Tokens[id]));
            Assert.Equal(one.GetProperty("ids").Ints(), ids);
        });
    }

    [Fact]
    public void Sequences_are_truncated_and_padded_as_in_the_reference()
    {
        JsonElement[] cases = [.. Cases("input_ids")];
        Assert.Equal(108, cases.Length);
        Assert.Every(cases, one =>
        {
            var length = one.GetProperty("length").GetInt32();
            var (ids, first) = Encoded(one, length);
            Assert.Equal(one.GetProperty("input_ids").Ints(), Padded(ids, length));
            Assert.Equal(one.GetProperty("attention_mask").Ints(), Padded([.. ids.Select(_ => 1)], length));
            if (one.TryGetProperty("token_type_ids", out var types))
                Assert.Equal(types.Ints(), Padded([.. ids.Select((_, place) => place < first ? 0 : 1)], length));
        });
    }

    /// <summary>Words that were split before are the same as words between spaces.</summary>
    static (int[] Ids, int First) Encoded(JsonElement one, int length)
    {
        var tokenizer = Tokenizer(one);
        if (one.TryGetProperty("pair", out var pair)) return tokenizer.Encode(Text(one, "text"), pair.GetString()!, length);
        var text = one.TryGetProperty("split", out var words)
            ? string.Join(' ', words.EnumerateArray().Select(word => word.GetString()))
            : Text(one, "text");
        return (tokenizer.Encode(text, length), length);
    }

    static int[] Padded(int[] values, int length) => [.. values, .. new int[length - values.Length]];

    static IEnumerable<JsonElement> Cases(string property) =>
        Golden.GetProperty("cases").Items().Where(one => one.TryGetProperty(property, out _));

    static string Text(JsonElement one, string property) => one.GetProperty(property).GetString()!;

    static WordPieceTokenizer Tokenizer(JsonElement one) =>
        new(Vocabulary, one.GetProperty("cased").GetBoolean() ? WordPieceCase.Cased : WordPieceCase.Uncased);
}
