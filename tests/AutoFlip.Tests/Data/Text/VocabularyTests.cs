namespace AutoFlip.Tests;

public class VocabularyTests
{
    [Fact]
    public void Frequent_words_come_first_and_equally_frequent_ones_in_ordinal_order()
    {
        var vocabulary = Vocabulary.Of(Counted("b a c a B", "d b"), 5);

        // a 2, b 3, c 1, d 1; room for three words
        Assert.Equal(["<PAD>", "<UNK>", "b", "a", "c"], vocabulary.Words);
        Assert.Equal((2, 3, 4), (vocabulary["b"], vocabulary["a"], vocabulary["c"]));
        Assert.Equal((Vocabulary.Unknown, Vocabulary.Unknown), (vocabulary["d"], vocabulary["B"]));
    }

    [Fact]
    public void Order_of_the_texts_does_not_matter() =>
        Assert.Equal(Vocabulary.Of(Counted("x y", "z y"), 4).Words, Vocabulary.Of(Counted("y z", "y x"), 4).Words);

    [Fact]
    public void It_is_no_larger_than_the_words_there_are() => Assert.Equal(3, Vocabulary.Of(Counted("one one"), 1000).Size);

    [Fact]
    public void A_size_without_room_for_a_word_is_a_bad_request()
    {
        var error = Assert.Throws<AutoFlipException>(() => Vocabulary.Of(Counted("one"), 2));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Contains("Experiment.EmbeddingCount: '2'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_are_cut_to_the_length_and_stored_without_padding()
    {
        var texts = new TextSamples(new WordRecipe(Vocabulary.Of(Counted("a a b"), 10).Words, 3));

        foreach (var text in (string[])["B a", "", "a b c d e f"]) texts.Add(text);
        var samples = texts.With(Targets.Classes([0, 0, 0]));

        Assert.Equal([0, 3, 2], samples.Row(0));
        Assert.Equal([0, 0, 0], samples.Row(1));
        Assert.Equal([2, 3, 1], samples.Row(2));
    }

    static WordCounts Counted(params string[] texts)
    {
        var counts = new WordCounts();
        foreach (var text in texts) counts.Add(text);
        return counts;
    }
}
