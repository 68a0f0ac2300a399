using System.Text;
using Parquet;

namespace AutoFlip.Tests;

public sealed class ParquetDataSetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Table_is_the_same_as_its_text()
    {
        int[] rows = [.. Enumerable.Range(0, 50)];
        double?[] sizes = [.. rows.Select(i => i % 7 == 0 ? (double?)null : i * i / 8.0)];
        string?[] colours = [.. rows.Select(i => i % 11 == 0 ? null : "red green blue".Split(' ')[i % 3])];
        DateTime[] days = [.. rows.Select(i => new DateTime(2024, 1, 1).AddDays(i))];
        bool[] members = [.. rows.Select(i => i % 4 == 0)];
        string[] towns = [.. rows.Select(i => $"town {i % 6}")];
        string[] labels = [.. rows.Select(i => i % 2 == 0 ? "no" : "yes")];
        Write("t.parquet", 7, [], ("size", sizes), ("colour", colours), ("day", days), ("member", members), ("town", towns), ("y", labels));
        _folder.Write("t.csv", Encoding.UTF8.GetBytes("size,colour,day,member,town,y\n" + string.Join('\n', rows.Select(i =>
            FormattableString.Invariant($"{sizes[i]},{colours[i]},{days[i]:yyyy-MM-dd},{(members[i] ? 1 : 0)},{towns[i]},{labels[i]}")))));
        var experiment = new Experiment { Target = "y", Owner = "town" };

        var (expected, actual) = (Load("csv:t.csv", experiment), Load("parquet:t.parquet", experiment));

        Assert.Equal((expected.Train.Count, expected.Test!.Count), (actual.Train.Count, actual.Test!.Count));
        Assert.True(expected.Train.Recipe.Equivalent(actual.Train.Recipe));
        Assert.Equal(expected.Owners!.Names, actual.Owners!.Names);
        Assert.Equal(expected.Owners.OfRow, actual.Owners.OfRow);
        foreach (var (one, other) in (IEnumerable<(SampleSet, SampleSet)>)[(expected.Train, actual.Train), (expected.Test, actual.Test)])
        {
            Assert.Equal(one.Labels, other.Labels);
            for (var row = 0; row < one.Count; row++) Assert.Equal(CsvDataSetTests.Row(one, row), CsvDataSetTests.Row(other, row));
        }
        Assert.Equal(
            expected.Description.Select(line => line.Replace("csv", "parquet", StringComparison.Ordinal)), actual.Description);
    }

    [Fact]
    public void Features_name_target_and_classes()
    {
        Write(
            "t.parquet", 2,
            SmallParquet.Features(("x", """{"dtype": "int64", "_type": "Value"}"""), ("y", SmallParquet.ClassLabel("cat", "dog"))),
            ("x", new[] { 1, 2, 3, 4, 5 }), ("y", new long[] { 1, 1, 0, 1, 0 }));

        var data = Load("parquet:t.parquet", new());

        Assert.Equal(["cat", "dog"], data.Task.ClassNames);
        Assert.Equal([1, 1, 0, 1], data.Train.Labels);
        Assert.Equal([0], data.Test!.Labels);
    }

    [Fact]
    public void Features_of_one_text_and_one_class_are_read_as_texts()
    {
        Write("t.parquet", 9, Texts, ("text", new[] { "a b", "b c d", "a", "d", "b" }), ("label", new long[] { 0, 1, 0, 1, 0 }));

        var data = Load("parquet:t.parquet", new() { SequenceLength = 3 });

        // By their frequency in the four training rows, then by letters: a, b and d twice, c once.
        Assert.Equal(["<PAD>", "<UNK>", "a", "b", "d", "c"], ((WordRecipe)data.Train.Recipe).Words);
        Assert.Equal([0, 2, 3], CsvDataSetTests.Row(data.Train, 0));
        Assert.Equal([3, 5, 4], CsvDataSetTests.Row(data.Train, 1));
        Assert.Equal(["bad", "good"], data.Task.ClassNames);
    }

    [Fact]
    public void Other_columns_of_classes_are_categories_by_name()
    {
        Write(
            "t.parquet", 9, SmallParquet.Features(("kind", SmallParquet.ClassLabel("p", "q")), ("y", SmallParquet.ClassLabel("no", "yes"))),
            ("kind", new[] { 0, 1, 0, 1, 0 }), ("y", new[] { 0, 1, 0, 1, 0 }));

        Assert.Equal(
            "Experiment.Target: name a column of", Refusal("parquet:t.parquet", new(), ExitCode.BadRequest)[..35]); // two could be meant
        Assert.Contains("column 'kind': 2 categories (p, q)", Load("parquet:t.parquet", new() { Target = "y" }).Description);
    }

    [Fact]
    public void Shards_for_training_and_testing_are_found_in_their_order()
    {
        Write("set/data/train-00001-of-00002.parquet", 9, [], ("x", new[] { 3, 4 }), ("y", new[] { 0, 1 }));
        Write("set/data/train-00000-of-00002.parquet", 9, [], ("x", new[] { 1, 2 }), ("y", new[] { 0, 1 }));
        Write("set/data/test-00000-of-00001.parquet", 9, [], ("x", new[] { 5 }), ("y", new[] { 1 }));
        Write("set/data/validation-00000-of-00001.parquet", 9, [], ("x", new[] { 6 }), ("y", new[] { 1 }));
        _folder.Write("set/README.md", "---"u8.ToArray());

        var data = Load("parquet:set", new() { Target = "y" });

        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 4).Select(row => CsvDataSetTests.Row(data.Train, row)[0]));
        Assert.Equal([5], CsvDataSetTests.Row(Assert.IsType<TableSet>(data.Test), 0));
    }

    [Fact]
    public void Without_files_for_testing_every_fifth_row_over_all_files_is()
    {
        Write("set/train/0000.parquet", 9, [], ("x", new[] { 1, 2, 3 }), ("y", new[] { 0, 1, 0 }));
        Write("set/train/0001.parquet", 9, [], ("x", new[] { 4, 5, 6 }), ("y", new[] { 0, 1, 0 }));

        var data = Load("parquet:set", new() { Target = "y" });

        Assert.Equal([5], CsvDataSetTests.Row(data.Test!, 0));
        Assert.Equal(5, data.Train.Count);
    }

    public static TheoryData<string, string> Folders => new()
    {
        { "a.txt", "there is no file *.parquet in this folder" },
        { "en/train-0.parquet de/train-0.parquet", "this folder has several data sets (de, en); give the folder or file of one of them" },
        { "data/train-00000-of-00003.parquet data/train-00002-of-00003.parquet",
            "'data/train-00001-of-00003.parquet' is missing: 'data/train-00000-of-00003.parquet' is one of 3 files" },
        { "data/train.parquet data/more.parquet",
            "'data/more.parquet' is named neither train, test nor validation, and other files are; rename it" },
        { "data/test.parquet", "no file is named train" },
    };

    [Theory, MemberData(nameof(Folders))]
    public void Folders_that_are_no_data_set_are_refused_in_one_sentence(string files, string why)
    {
        foreach (var file in files.Split(' ')) Write($"set/{file}", 9, [], ("x", new[] { 1 }), ("y", new[] { 1 }));

        Assert.Equal(
            $"Experiment.Dataset parquet:{_folder["set"]}: {why}.", Refusal("parquet:set", new() { Target = "y" }, ExitCode.BadData));
    }

    [Fact]
    public void Path_that_does_not_exist_is_refused() => Assert.Equal(
        $"Experiment.Dataset parquet:{_folder["none"]}: there is no such file or folder.",
        Refusal("parquet:none", new() { Target = "y" }, ExitCode.BadData));

    [Fact]
    public void Files_with_other_columns_are_refused_in_one_sentence()
    {
        Write("set/train.parquet", 9, [], ("x", new[] { 1, 2 }), ("y", new[] { 0, 1 }));
        Write("set/test.parquet", 9, [], ("x", new[] { "1", "2" }), ("y", new[] { 0, 1 }));
        const string Why = "its columns are not those of train.parquet, in the same order and of the same types";

        Assert.EndsWith($"{Why}: 'x' is a text and not a whole number.", Refused(), StringComparison.Ordinal);
        Write("set/test.parquet", 9, [], ("x", new[] { 1, 2 }));
        Assert.EndsWith($"{Why}.", Refused(), StringComparison.Ordinal);

        string Refused() => Refusal("parquet:set", new() { Target = "y" }, ExitCode.BadData);
    }

    [Fact]
    public void Nested_column_is_refused_by_name_unless_it_is_not_used()
    {
        Write("t.parquet", 9, [], ("x", new[] { 1, 2 }), ("picture", new byte[][] { [1], [2] }), ("y", new[] { 0, 1 }));
        var experiment = new Experiment { Target = "y" };

        Assert.EndsWith(
            "the column 'picture' is an image; name it with Experiment.Image to learn from images, "
            + "or leave it out (Experiment.Columns picture:ignore).",
            Refusal("parquet:t.parquet", experiment, ExitCode.BadData), StringComparison.Ordinal);
        Assert.Equal(new SampleShape(1, 1, 1), Load("parquet:t.parquet", experiment with { Columns = ["picture:ignore"] }).Train.Shape);
    }

    [Fact]
    public void Cell_is_named_by_its_row()
    {
        Write("t.parquet", 9, [], ("x", new[] { "1", "2", "three", "4" }), ("y", new[] { 0, 1, 0, 1 }));

        Assert.StartsWith(
            $"'{_folder["t.parquet"]}', row 3: 'three' in column 'x' is no number",
            Refusal("parquet:t.parquet", new() { Target = "y" }, ExitCode.BadData), StringComparison.Ordinal);
    }

    [Fact]
    public void Class_that_features_do_not_have_is_refused()
    {
        Write("t.parquet", 9, Texts, ("text", new[] { "a", "b" }), ("label", new long[] { 0, -1 }));

        Assert.EndsWith("row 2: '-1' in the target 'label' is none of its classes: 0, 1.",
            Refusal("parquet:t.parquet", new(), ExitCode.BadData), StringComparison.Ordinal);
    }

    static Dictionary<string, string> Texts => SmallParquet.Features(
        ("text", """{"dtype": "string", "_type": "Value"}"""), ("label", SmallParquet.ClassLabel("bad", "good")));

    string Refusal(string name, Experiment experiment, ExitCode code)
    {
        var error = Assert.Throws<AutoFlipException>(() => Load(name, experiment));
        Assert.Equal(code, error.Code);
        return error.Message;
    }

    LoadedData Load(string name, Experiment experiment)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal) + 1;
        experiment = experiment with { Dataset = name[..colon] + _folder[name[colon..]] };
        return DataSet.Of(experiment).Load(experiment, new() { Offline = true }, RunObserver.None);
    }

    void Write(string name, int rows, Dictionary<string, string> notes, params ReadOnlySpan<(string, Array)> columns) =>
        _folder.Write(name, SmallParquet.Bytes(new ParquetOptions(), rows, notes, columns));
}
