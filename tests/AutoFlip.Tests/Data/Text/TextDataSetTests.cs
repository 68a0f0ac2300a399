namespace AutoFlip.Tests;

public class TextDataSetTests
{
    static readonly Experiment Short = new() { SequenceLength = 6, EmbeddingCount = 8 };

    [Fact]
    public void News_are_title_and_text_with_words_of_the_training_file()
    {
        using var folder = new TemporaryFolder();
        folder.Write("ag_news_csv/train.csv", "\"3\",\"Oil up\",\"Oil \"\"jumps\"\"\\nup\"\n\"4\",\"Chips\",\"up, up\"\n");
        folder.Write("ag_news_csv/test.csv", "\"1\",\"Oil talks\",\"\"\n");
        var observer = new RecordingObserver();

        var data = folder.Load(CsvTextDataSet.AgNews, Short, observer);

        // up 4, oil 2, then the comma, chips and jumps with 1 each in ordinal order: ids 2 to 6
        Assert.Equal([0, 3, 2, 3, 6, 2], data.Train.Row(0));
        Assert.Equal([0, 0, 5, 2, 4, 2], data.Train.Row(1));
        Assert.Equal([0, 0, 0, 0, 3, 1], data.Test!.Row(0));
        Assert.Equal(["Business", "Sci/Tech"], data.Train.Labels.ToArray().Select(label => data.Task.ClassNames[label]));
        Assert.Equal((7, 7, 4), (data.Train.Vocabulary, data.Test!.Vocabulary, data.Task.Outputs));
        Assert.Null(data.Owners);
        Assert.Contains(
            "2 training and 1 test texts; the published set has 120000 and 7600", Assert.Single(observer.Warnings),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AG_NEWS", 4, 3)]
    [InlineData("SogouNews", 5, 3)]
    [InlineData("DBpedia", 14, 3)]
    [InlineData("YelpReviewPolarity", 2, 2)]
    [InlineData("YelpReviewFull", 5, 2)]
    [InlineData("YahooAnswers", 10, 4)]
    [InlineData("AmazonReviewPolarity", 2, 3)]
    [InlineData("AmazonReviewFull", 5, 3)]
    public void Every_set_has_its_published_columns_and_classes(string name, int classes, int columns)
    {
        using var folder = new TemporaryFolder();
        folder.Write(
            $"{name}/train.csv",
            string.Concat(Enumerable.Range(1, classes).Select(label =>
                $"\"{label}\"{string.Concat(Enumerable.Repeat(",\"text\"", columns - 1))}\n")));
        folder.Write($"{name}/test.csv", $"{classes}{string.Concat(Enumerable.Repeat(",", columns - 1))}");

        var data = folder.Load(Catalog.DataSets[name], Short);

        Assert.Equal(Enumerable.Range(0, classes), data.Train.Labels.ToArray());
        Assert.Equal(classes - 1, data.Test!.Labels[0]);
        Assert.Equal((classes, classes), (data.Task.Classes, data.Task.ClassNames.Distinct().Count()));
    }

    [Fact]
    public void Reviews_of_films_lie_in_a_folder_for_each_opinion()
    {
        using var folder = new TemporaryFolder();
        folder.Write("aclImdb/train/pos/0_9.txt", "Good<br /><br />good film");
        folder.Write("aclImdb/train/neg/0_1.txt", "film");
        folder.Write("aclImdb/train/neg/10_2.txt", "no film");
        folder.Write("aclImdb/train/unsup/0_0.txt", "not read");
        folder.Write("aclImdb/test/pos/0_10.txt", "not bad");
        folder.Write("aclImdb/test/neg/0_3.txt", "no");

        var data = folder.Load(ImdbDataSet.Instance, Short);

        // film 3, good 2, no 1
        Assert.Equal([0, 0, 0, 0, 0, 2], data.Train.Row(0));
        Assert.Equal([0, 0, 0, 0, 4, 2], data.Train.Row(1));
        Assert.Equal([0, 0, 0, 3, 3, 2], data.Train.Row(2));
        Assert.Equal([0, 0, 0, 0, 1, 1], data.Test!.Row(1));
        Assert.Equal([0, 0, 1], data.Train.Labels.ToArray());
        Assert.Equal([0, 1], data.Test!.Labels.ToArray());
    }

    [Theory]
    [InlineData("\"1\",\"a\"\n", ", line 1: there are 2 columns instead of 3")]
    [InlineData("\"1\",\"a\",\"b\"\n\"0\",\"a\",\"b\"\n", ", line 2: class '0' is none of 1 .. 4")]
    [InlineData("\"5\",\"a\",\"b\"\n", ", line 1: class '5' is none of 1 .. 4")]
    [InlineData("label,title,text\n", ", line 1: class 'label' is none of 1 .. 4")]
    [InlineData("99999999999999999999999,\"a\",\"b\"\n", ", line 1: class '99999999999999999999' is none of 1 .. 4")]
    [InlineData("\"1\",\"a\",\"b\n", ", line 1: the quote that opens a field here is never closed")]
    [InlineData("1,\"\u00e9\",\"b\"\n", ", line 1: byte 4 of the file (0xE9) is not UTF-8. Save it as UTF-8")]
    public void Files_of_another_kind_are_refused_by_path(string text, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("AG_NEWS/train.csv", System.Text.Encoding.Latin1.GetBytes(text));
        folder.Write("AG_NEWS/test.csv", "1,a,b");

        var error = Assert.Throws<AutoFlipException>(() => folder.Load(CsvTextDataSet.AgNews, Short));

        Assert.Equal((ExitCode.BadData, $"'{path}'{reason}."), (error.Code, error.Message));
    }

    [Fact]
    public void A_part_without_texts_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("AG_NEWS/train.csv", "1,a,b");
        folder.Write("AG_NEWS/test.csv", "\n");

        var error = Assert.Throws<AutoFlipException>(() => folder.Load(CsvTextDataSet.AgNews, Short));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("The test files of AG_NEWS in", error.Message, StringComparison.Ordinal);
    }
}
