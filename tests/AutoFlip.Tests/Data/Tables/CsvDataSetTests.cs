namespace AutoFlip.Tests;

public sealed class CsvDataSetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Columns_become_numbers_flags_and_categories_in_their_order()
    {
        Write("t.csv", """
            size,member,colour,label
            1.5,1,red,no
            ,0,blue,yes
            3,1,,no
            4,0,red,yes
            9,1,green,no
            2,0,blue,no
            """);

        var data = Load("t.csv", target: "label");

        // Row 5 (9, 1, green, no) is the server's. size, is size missing, member, blue, red: green is no category of a training row.
        Assert.Equal((5, 1, new SampleShape(5, 1, 1)), (data.Train.Count, data.Test!.Count, data.Train.Shape));
        Assert.Equal([1.5f, 0, 1, 0, 1], Row(data.Train, 0));
        Assert.Equal([float.NaN, 1, 0, 1, 0], Row(data.Train, 1));
        Assert.Equal([3, 0, 1, 0, 0], Row(data.Train, 2)); // a missing colour is none
        Assert.Equal([9, 0, 1, 0, 0], Row(data.Test, 0)); // and so is one that only the test row has
        Assert.Equal(["no", "yes"], data.Task.ClassNames);
        Assert.Equal([0, 1, 0, 1, 0], data.Train.Labels.ToArray());
        Assert.Null(data.Owners);
    }

    [Theory]
    [InlineData("1 2 3 1", TaskChoice.Auto, "1 2 3")] // few whole numbers
    [InlineData("10 9 2 10", TaskChoice.Auto, "2 9 10")] // in the order of numbers
    [InlineData("1.0 2 1 2.0", TaskChoice.Auto, "1 2")] // however they are spelled
    [InlineData("b a b a", TaskChoice.Auto, "a b")]
    [InlineData("1 2 x 1", TaskChoice.Auto, "1 2 x")]
    [InlineData("1 2.5 3 1", TaskChoice.Auto, "")] // not whole
    [InlineData("1 2.5 3 1", TaskChoice.Classification, "1 2.5 3")]
    [InlineData("1 2 3 1", TaskChoice.Regression, "")]
    public void The_task_follows_the_target_unless_it_is_stated(string values, TaskChoice choice, string classes)
    {
        Write("t.csv", "x,y\n" + string.Join('\n', values.Split(' ').Select(value => $"1,{value}")));

        var task = Load("t.csv", target: "y", choice: choice).Task;

        Assert.Equal(classes.Length == 0 ? TaskKind.Regression : TaskKind.Classification, task.Kind);
        Assert.Equal(classes.Split(' ', StringSplitOptions.RemoveEmptyEntries), task.ClassNames);
    }

    [Fact]
    public void Many_whole_numbers_are_numbers()
    {
        Write("t.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{i},{i}")));

        var data = Load("t.csv", target: "y");

        Assert.Equal(TaskKind.Regression, data.Task.Kind);
        var numbers = new float[2];
        data.Train.Targets.Read([0, 4], numbers);
        Assert.Equal([0, 5], numbers); // row 4 is the server's, so that the fifth training row is row 5
    }

    [Fact]
    public void Test_rows_decide_nothing()
    {
        Write("a.csv", "x,c,y\n1,p,0\n2,q,1\n3,p,0\n4,p,1\n5,p,1\n6,q,0\n");
        Write("b.csv", "x,c,y\n1,p,0\n2,q,1\n3,p,0\n4,p,1\n?,zebra,1\n6,q,0\n");

        var (a, b) = (Load("a.csv", target: "y"), Load("b.csv", target: "y"));

        Assert.Equal(a.Train.Shape, b.Train.Shape); // no flag for the missing x, no category zebra
        for (var row = 0; row < 5; row++) Assert.Equal(Row(a.Train, row), Row(b.Train, row));
        Assert.Equal([float.NaN, 0, 0], Row(b.Test!, 0));
    }

    [Fact]
    public void Owners_are_clients_and_not_learnt_from()
    {
        Write("t.csv", "who,x,y\nzoe,1,0\nann,2,1\nzoe,3,0\nann,4,1\nann,5,1\nbob,6,0\n");
        var experiment = Of("t.csv", "y", "who") with { Partition = "pre", TestFraction = 0 };

        var data = FederatedData.Load(experiment, Where, RunObserver.None);

        Assert.Equal(new SampleShape(1, 1, 1), data.Train.Shape);
        // ann bob zoe
        Assert.Equal((int[][])[[1, 3], [4], [0, 2]], data.Clients.Select(client => client.Train.ToArray().Order().ToArray()));
    }

    [Fact]
    public void A_federation_sees_scaled_rows_only()
    {
        Write("t.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 100).Select(i => $"{1000 + i * i},{i % 2}")));

        var data = FederatedData.Load(Of("t.csv", "y") with { Partition = "iid", Clients = 4 }, Where, RunObserver.None);

        foreach (var client in data.Clients)
        {
            Assert.Equal(0, client.Train.ToArray().Average(row => (double)Row(data.Train, row)[0]), 1e-6);
            Assert.Every(client.HeldOut.ToArray(), row => Assert.Equal(Row(data.Train, row), Row(data.HeldOut, row)));
            Assert.Every(client.HeldOut.ToArray(), row => Assert.InRange(Row(data.HeldOut, row)[0], -4, 4));
        }
        Assert.Every(Enumerable.Range(0, data.Test!.Count), row => Assert.InRange(Row(data.Test, row)[0], -4, 4));
    }

    [Fact]
    public void A_run_directory_is_named_after_the_file_and_not_after_its_folders()
    {
        Write("t.csv", "x,y\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{i},{(i < 20 ? "low" : "high")}")));
        var experiment = Of("t.csv", "y") with
        {
            Model = "LogReg",
            Partition = "iid",
            Clients = 2,
            CohortFraction = 1,
            Rounds = 1,
            Criterion = "BCEWithLogitsLoss",
            Metrics = ["acc1"],
            Pruner = "none",
        };

        Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder["runs"], Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            TestContext.Current.CancellationToken);

        Assert.StartsWith("AutoFLIP_1_t.csv_logreg_", Path.GetFileName(Assert.Single(Directory.GetDirectories(_folder["runs"]))));
    }

    [Fact]
    public void A_folder_has_a_test_file_and_files_may_be_compressed()
    {
        Write("set/train.csv", "x;y\n1,5;a\n2;b\n");
        _folder.Write("set/test.csv.gz", SmallFiles.Gzip("x,y\n7,b\n"u8.ToArray()));

        var data = Load("set", target: "y");

        Assert.Equal((2, 1), (data.Train.Count, data.Test!.Count));
        Assert.Equal([1], data.Test.Labels.ToArray());
        Assert.Equal([1.5f], Row(data.Train, 0)); // the training file shows its decimal comma
    }

    [Theory]
    [InlineData("", "", "Experiment.Target: name a column of '", "Accepted: x, who, label.")]
    [InlineData("lable", "", "Experiment.Target: there is no column 'lable' of '", "Accepted: x, who, label. Did you mean 'label'?")]
    [InlineData("label", "whom", "Experiment.Owner: there is no column 'whom' of '", "Did you mean 'who'?")]
    [InlineData("label", "label", "Experiment.Owner label: this column is the target; name another, or none.", "")]
    public void Wrong_columns_are_refused_with_the_ones_there_are(string target, string owner, string start, string end)
    {
        Write("t.csv", "x,who,label\n1,a,0\n2,b,1\n");

        var error = Assert.Throws<AutoFlipException>(() => Load("t.csv", target, owner));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith(start, error.Message);
        Assert.Contains(end, error.Message);
    }

    [Theory]
    [InlineData("", "is not usable: it is empty.")]
    [InlineData("x,y\n", "is not usable: it has no rows.")]
    [InlineData("x,y\n1,0\n1,2,3\n", ", line 3: there are 3 values instead of 2.")]
    [InlineData("x,y\n1,0\n\n2,\n", ", line 4: the target 'y' is missing.")]
    [InlineData("x,x,y\n1,1,0\n", ", line 1: the first line names the columns, and 'x' is there twice.")]
    [InlineData("\"x\nz\",\"x\nz\",y\n1,1,0\n", ", line 1: the first line names the columns, and 'x\\u000az...' is there twice.")]
    [InlineData("\"x\nz\",y\n1,a\n2,b\n3,a\n4,b\nfive,a\n", ", line 7: 'five' in column 'x\\u000az' is no number.")]
    [InlineData("x,,y\n1,1,0\n", ", line 1: the first line names the columns, and one name is empty.")]
    [InlineData("y\n1\n2\n", ": there is no column to learn from.")]
    [InlineData("x,y\n1,a\n2,a\n", ": the target 'y' has 1 different values in its training rows; classes are 2 to 1000.")]
    // line 6 is the server's
    [InlineData("x,y\n1,a\n2,b\n3,a\n4,b\n5,c\n", ", line 6: 'c' in the target 'y' is none of its classes: a, b.")]
    [InlineData("x,y\n1,a\n2,b\n3,a\n4,b\nfive,a\n", ", line 6: 'five' in column 'x' is no number.")]
    [InlineData("x,y\n1,a\n0,b\n1,a\n0,b\n7,a\n", ", line 6: '7' in column 'x' is neither 0 nor 1.")]
    [InlineData("x,y\n1,\"a\n", ", line 2: the quote that opens a field here is never closed.")]
    public void Unusable_files_are_refused_with_file_and_line(string text, string message)
    {
        var path = Write("t.csv", text);

        var error = Assert.Throws<AutoFlipException>(() => Load("t.csv", target: "y"));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.StartsWith($"'{path}'", error.Message);
        Assert.EndsWith(message, error.Message);
    }

    [Fact]
    public void A_column_of_names_is_refused()
    {
        Write("t.csv", "id,y\n" + string.Join('\n', Enumerable.Range(0, 2000).Select(i => $"person{i},{i % 2}")));

        var error = Assert.Throws<AutoFlipException>(() => Load("t.csv", target: "y"));

        Assert.EndsWith(
            "the column 'id' has 1600 different texts, more than 1000 categories; leave it out (Experiment.Columns id:ignore), "
            + "or make it numbers.",
            error.Message);
    }

    [Fact]
    public void Missing_owners_and_other_columns_in_the_test_file_are_refused()
    {
        Write("t.csv", "who,x,y\na,1,0\n,2,1\n");
        Write("set/train.csv", "x,y\n1,0\n2,1\n");
        Write("set/test.csv", "y,x\n1,0\n");

        Assert.EndsWith(", line 3: the owner 'who' is missing.", Assert.Throws<AutoFlipException>(() => Load("t.csv", "y", "who")).Message);
        Assert.EndsWith("test.csv', line 1: its columns are not those of train.csv, in the same order: x, y.",
            Assert.Throws<AutoFlipException>(() => Load("set", "y")).Message);
    }

    /// <summary>Of the three test rows two have a colour of no training row, one no size and one no member.</summary>
    [Fact]
    public void What_only_test_rows_hold_is_warned_of()
    {
        Write("set/train.csv", "size,member,colour,y\n1,1,red,0\n2,0,blue,1\n");
        Write("set/test.csv", "size,member,colour,y\n,1,green,0\n3,,violet,1\n4,1,,0\n");
        var observer = new RecordingObserver();

        Load("set", "y", observer: observer);

        Assert.Equal(
            [
                "In column 'size' 1 of 3 test rows have no value, and every training row has one: a missing number becomes the mean.",
                "In column 'member' 1 of 3 test rows have no value, and every training row has one: a missing flag is 0.",
                "In column 'colour' 2 of 3 test rows have a text that no training row has, such as 'green': it counts as missing.",
            ], observer.Warnings.Select(warning => warning[(Of("set", "y").Dataset.Length + 2)..]));
    }

    /// <summary>The fifth row is the server's.</summary>
    [Fact]
    public void Owners_of_test_rows_alone_are_counted()
    {
        Write("t.csv", "who,x,y\na,1,0\nb,2,1\na,1,0\nb,2,1\nc,3,0\n");
        var observer = new RecordingObserver();

        Load("t.csv", "y", "who", observer: observer);

        Assert.EndsWith(
            ": 1 owners in column 'who' have test rows and no training rows: none of them is a client.", Assert.Single(observer.Warnings));
    }

    [Fact]
    public void A_folder_with_one_of_its_files_lacks_the_other()
    {
        Write("set/train.csv", "x,y\n1,0\n2,1\n");

        var error = Assert.Throws<AutoFlipException>(() => Load("set", "y"));

        Assert.EndsWith($" is missing: there is no test.csv in '{_folder["set"]}'.", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<AutoFlipException>(() => Load("none.csv", "y"));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.EndsWith($" is missing: there is no none.csv in '{_folder.Path}'.", error.Message);
        Assert.StartsWith(
            "Experiment.Dataset csv:PATH", Assert.Throws<AutoFlipException>(() => DataSet.Of(new Experiment { Dataset = "csv:" })).Message);
    }

    string Write(string name, string text) => _folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    static DataLocations Where => new() { Offline = true };

    Experiment Of(string file, string target, string owner = "", TaskChoice choice = TaskChoice.Auto) =>
        new() { Dataset = $"csv:{_folder[file]}", Target = target, Owner = owner, TaskChoice = choice };

    LoadedData Load(
        string file, string target, string owner = "", TaskChoice choice = TaskChoice.Auto, RunObserver? observer = null)
    {
        var experiment = Of(file, target, owner, choice);
        return DataSet.Of(experiment).Load(experiment, Where, observer ?? RunObserver.None);
    }

    internal static float[] Row(SampleSet set, int row)
    {
        var values = new float[set.Shape.Length];
        set.Read([row], values, null);
        return values;
    }
}
