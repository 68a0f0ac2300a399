using System.Text;

namespace AutoFlip.Tests;

/// <summary>Small files in the published formats.</summary>
public sealed class TableDataSetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    DataLocations Where => new() { DataPath = _folder.Path, Offline = true };

    [Fact]
    public void Heart_has_a_client_for_each_hospital()
    {
        Write(
            "Heart/processed.cleveland.data",
            "63.0,1.0,1.0,145.0,233.0,1.0,2.0,150.0,0.0,2.3,3.0,0.0,6.0,0\n67.0,0.0,4.0,160.0,286.0,0.0,2.0,108.0,1.0,1.5,2.0,3.0,3.0,2\n");
        Write("Heart/processed.hungarian.data", "28,1,2,130,132,0,2,185,0,0,?,?,?,0\n");
        Write("Heart/processed.switzerland.data", "32,1,1,95,0,?,0,127,0,.7,1,?,?,1\n");
        Write("Heart/processed.va.data", "63,1,4,140,260,0,1,112,1,3,2,?,?,4\n");
        var observer = new RecordingObserver();

        var data = TableDataSet.Heart.Load(new Experiment(), Where, observer);

        Assert.Equal(["cleveland", "hungarian", "switzerland", "va"], data.Owners!.Names);
        Assert.Equal([0, 0, 1, 2, 3], data.Owners.OfRow);
        Assert.Equal([0, 1, 0, 1, 1], data.Train.Labels.ToArray()); // any degree of it is presence
        Assert.Null(data.Test);
        // age sex cp(1 2 4) trestbps chol fbs+missing restecg(0 1 2) thalach exang oldpeak slope(1 2 3) ca+missing thal(3 6):
        // 1 + 1 + 3 + 1 + 1 + 2 + 3 + 1 + 1 + 1 + 3 + 2 + 2
        Assert.Equal(
            [63, 1, /* cp 1.0 is 1 */ 1, 0, 0, 145, 233, 1, 0, 0, 0, 1, 150, 0, 2.3f, 0, 0, 1, 0, 0, 0, 1],
            CsvDataSetTests.Row(data.Train, 0));
        Assert.Contains("5 training and 0 test rows; the published set has 920 and 0", Assert.Single(observer.Warnings));
    }

    [Fact]
    public void Adult_is_read_in_its_original_format_and_partitioned_by_education()
    {
        Write("Adult/adult.data", """
            39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, United-States, <=50K
            50, ?, 83311, 11th, 7, Married-civ-spouse, Exec-managerial, Husband, White, Male, 0, 0, 13, Cuba, >50K

            """);
        Write("Adult/adult.test", """
            |1x3 Cross validator
            25, Private, 226802, 11th, 7, Never-married, Machine-op-inspct, Own-child, Black, Male, 0, 0, 40, United-States, <=50K.
            28, State-gov, 336951, Assoc-acdm, 12, Married-civ-spouse, Protective-serv, Husband, White, Male, 0, 0, 40, United-States, >50K.

            """);

        var data = TableDataSet.Adult.Load(new Experiment(), Where, RunObserver.None);

        Assert.Equal(["11th", "Bachelors"], data.Owners!.Names);
        Assert.Equal([1, 0], data.Owners.OfRow);
        Assert.Equal([0, 1], data.Train.Labels.ToArray());
        Assert.Equal([0, 1], data.Test!.Labels.ToArray());
        // age, State-gov, 2 states of marriage, 2 occupations, 2 relationships, White, Male, gain, loss, hours, 2 countries
        Assert.Equal([39, 1, 0, 1, 1, 0, 0, 1, 1, 1, 2174, 0, 40, 0, 1], CsvDataSetTests.Row(data.Train, 0));
        Assert.Equal([28, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 40, 0, 1], CsvDataSetTests.Row(data.Test, 1));
    }

    [Fact]
    public void Cover_has_a_client_for_each_wilderness_area_and_learns_from_the_other_columns()
    {
        string Line(int elevation, int area, int soil, int kind) => string.Join(',',
            [$"{elevation}", .. Enumerable.Repeat("1", 9), .. Enumerable.Range(1, 4).Select(a => a == area ? "1" : "0"),
                .. Enumerable.Range(1, 40).Select(s => s == soil ? "1" : "0"), $"{kind}"]);
        Write("covtype/covtype.data", $"{Line(2596, 1, 29, 5)}\n{Line(2785, 4, 40, 2)}\n");

        var data = TableDataSet.Cover.Load(new Experiment(), Where, RunObserver.None);

        Assert.Equal(TableDataSet.Cover.Shape, data.Train.Shape);
        Assert.Equal(["Cache la Poudre", "Rawah"], data.Owners!.Names);
        Assert.Equal([1, 0], data.Owners.OfRow);
        Assert.Equal([4, 1], data.Train.Labels.ToArray());
        var row = CsvDataSetTests.Row(data.Train, 1);
        Assert.Equal((2785, 1, 1), (row[0], row[^1], row[10..].Sum()));
    }

    [Fact]
    public void Gleam_is_a_documented_file_with_a_header()
    {
        Write("GLEAM/gleam.csv", """
            Person,Sensor,x,y,z,age,gender,glasses,annotator,chair,activity
            1001,gravity,0.1,9.7,0.4,19,F,no,1,fixed,eat
            1002,light,120,,,20,M,yes,2,rolling,play_game

            """);

        var data = TableDataSet.Gleam.Load(new Experiment(), Where, RunObserver.None);

        Assert.Equal(["1001", "1002"], data.Owners!.Names);
        Assert.Equal(["eat", "play"], data.Train.Labels.ToArray().Select(label => data.Task.ClassNames[label]));
    }

    [Theory]
    [InlineData(
        "Person,Sensor,x,y,z,age,gender,glasses,annotator,activity,chair\n", "line 1: the columns of GLEAM are person, sensor, x, ")]
    [InlineData(
        "person,sensor,x,y,z,age,gender,glasses,annotator,chair,activity\n1,a,left,0,0,19,F,no,1,fixed,eat\n",
        "line 2: 'left' in column 'x' is no number.")]
    [InlineData(
        "person,sensor,x,y,z,age,gender,glasses,annotator,chair,activity\n1,a,0,0,0,19,F,no,1,fixed,swim\n",
        "line 2: 'swim' in the target 'activity' is none of its classes: eat, ")]
    [InlineData("person,sensor,x,y,z,age,gender,glasses,annotator,chair,activity\n", "is not usable: it has no rows.")]
    public void Files_that_are_not_what_they_should_be_are_refused(string text, string message)
    {
        var path = Write("GLEAM/gleam.csv", text);

        var error = Assert.Throws<AutoFlipException>(() => TableDataSet.Gleam.Load(new Experiment(), Where, RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.StartsWith($"'{path}'", error.Message);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void An_area_that_is_none_is_refused()
    {
        Write("Cover/covtype.data", string.Join(',', Enumerable.Repeat("0", 54).Append("1")));

        var error = Assert.Throws<AutoFlipException>(() => TableDataSet.Cover.Load(new Experiment(), Where, RunObserver.None));

        Assert.EndsWith(
            "line 1: '0 0 0 0' in wilderness-area-1, wilderness-area-2, wilderness-area-3, wilderness-area-4 is none of its owners.",
            error.Message);
    }

    [Fact]
    public void A_set_that_cannot_be_downloaded_says_where_it_comes_from()
    {
        var error = Assert.Throws<AutoFlipException>(() =>
            TableDataSet.Gleam.Load(new Experiment(), Where with { Offline = false }, RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(
            "Get it from http://www.skleinberg.org/data/GLEAM.tar.gz and make a table of it, so that gleam.csv lie in a folder",
            error.Message);
    }

    [Theory]
    [InlineData("Heart", "TwoNN", "pre")]
    [InlineData("Heart", "LogReg", "iid")]
    public void A_table_trains_from_its_files_to_a_summary(string name, string model, string partition)
    {
        var random = new KeyedRandom(1);
        foreach (var file in TableDataSet.Heart.Files)
        {
            // Those above 50 are ill; everything else is noise, and often missing.
            Write($"Heart/{file}", string.Concat(Enumerable.Range(0, 60).Select(_ =>
            {
                var age = 30 + random.Next(40);
                string Number(int bound) => random.Next(4) == 0 ? "?" : $"{random.Next(bound)}";
                return $"{age},{Number(2)},{Number(4)},{Number(99)},{Number(99)},{Number(2)},{Number(3)},{Number(99)},{Number(2)},"
                    + $"{Number(9)},{Number(3)},{Number(3)},{Number(3)},{(age > 50 ? 1 + random.Next(4) : 0)}\n";
            })));
        }
        var experiment = new Experiment
        {
            Dataset = name,
            Model = model,
            Partition = partition,
            Clients = 4,
            CohortFraction = 1,
            Rounds = 10,
            LocalEpochs = 5,
            BatchSize = 20,
            LearningRate = 0.01,
            LearningRateDecay = 1,
            Criterion = "BCEWithLogitsLoss",
            Metrics = ["acc1", "auroc", "f1"],
            ServerMomentum = 0,
        };

        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder["runs"], DataPath = _folder.Path, Offline = true, Workers = 2 },
            RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.True(summary.Metrics.Local.Acc1 > 0.75, $"{summary.Metrics.Local.Acc1}");
    }

    string Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));
}
