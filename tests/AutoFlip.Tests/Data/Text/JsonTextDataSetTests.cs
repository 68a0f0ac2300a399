namespace AutoFlip.Tests;

public class JsonTextDataSetTests
{
    const string One = """{"text": "good", "label": 1}""";

    static readonly Experiment Short = new() { SequenceLength = 4, EmbeddingCount = 8 };

    [Theory]
    [InlineData("BeerReviewsA")]
    [InlineData("BeerReviewsL")]
    public void Reviews_of_beers_are_lines_of_text_and_label(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            $"{name}/train.jsonl",
            "\uFEFF{\"text\": \"Hops, hops\", \"label\": 1}\r\n\n{\"label\": 0, \"beer\": [{\"text\": 7}], \"text\": "
            + "\"stale \\\"hops\\\"\"}\n");
        folder.Write($"{name}/test.jsonl", """{"text": "No hops", "label": 0.0}""");
        var observer = new RecordingObserver();

        var data = folder.Load(Catalog.DataSets[name], Short, observer);

        // hops 3, then the comma and stale with 1 each in ordinal order: ids 2 to 4
        Assert.Equal([0, 2, 3, 2], data.Train.Row(0));
        Assert.Equal([0, 0, 4, 2], data.Train.Row(1));
        Assert.Equal([0, 0, 1, 2], data.Test!.Row(0));
        Assert.Equal([1, 0], data.Train.Labels.ToArray());
        Assert.Equal(["negative", "positive"], data.Task.ClassNames);
        Assert.Equal(1, data.Task.Outputs);
        Assert.Empty(observer.Warnings); // no published number of reviews to differ from
    }

    [Theory]
    [InlineData("""["good", 1]""", "text 2: an object with 'text' and 'label' is expected, not a list (byte 29)")]
    [InlineData("""{"text": "good"}""", "text 2: there is no 'label' (byte 44)")]
    [InlineData("""{"label": 1}""", "text 2: there is no 'text' (byte 40)")]
    [InlineData("""{"text": "good", "label": 2}""", "text 2: label 2 is neither 0 nor 1 (byte 55)")]
    [InlineData("""{"text": "good", "label": "1"}""", "text 2: a label is expected, not a text (byte 55)")]
    [InlineData("""{"text": 5, "label": 1}""", "text 2: a text is expected, not a number (byte 38)")]
    [InlineData("""{"label": 1, "label": 0}""", "text 2: 'label' is there twice (byte 42)")]
    public void Lines_of_another_kind_are_refused_with_their_place(string line, string reason) =>
        Refused(System.Text.Encoding.UTF8.GetBytes($"{One}\n{line}\n"), $"is not usable: {reason}.");

    [Theory]
    [InlineData("good\n", "it is not whole, valid JSON")]
    [InlineData("{\"text\": \"go", "it is not whole, valid JSON")]
    [InlineData("{\"text\": \"\u00e9\", \"label\": 1}", "UTF-8")] // in Latin-1
    [InlineData("\n", "The training files of BeerReviewsA in")]
    public void Files_of_another_kind_are_refused(string text, string reason) =>
        Refused(System.Text.Encoding.Latin1.GetBytes(text), reason);

    static void Refused(byte[] train, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("BeerReviewsA/train.jsonl", train);
        folder.Write("BeerReviewsA/test.jsonl", One);

        var error = Assert.Throws<AutoFlipException>(() => folder.Load(JsonTextDataSet.BeerReviewsA, Short));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
