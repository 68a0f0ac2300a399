namespace AutoFlip.Tests;

public sealed class ExperimentTableTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    ExperimentTable Read(string json)
    {
        File.WriteAllText(_folder["my.json"], json);
        return ExperimentTable.Load(_folder["my.json"]);
    }

    string Refusal(string json) =>
        Assert.Throws<AutoFlipException>(() => Read(json).Resolve()).Message.Replace(
            _folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    static IEnumerable<string> Names(ExperimentTable table) => table.Rows.Select(row => row.Name);

    [Fact]
    public void Plain_experiment_is_a_table_of_one_run_under_its_own_name()
    {
        var table = Read("""{ "name": "one", "dataset": "digits", "seed": 7 }""").Resolve();

        var row = Assert.Single(table.Rows);
        var experiment = Assert.Single(row.Experiments);
        Assert.Equal(("one", "one", "one"), (table.Experiment.Name, row.Name, table.Baseline));
        Assert.Equal(("one", "Digits", 7ul), (experiment.Name, experiment.Dataset, experiment.Seed));
    }

    [Fact]
    public void Row_sets_fields_over_those_of_the_file_and_is_run_with_every_seed()
    {
        var table = Read("""
            { // a note
              "name": "t", "dataset": "Digits", "rounds": 6, "seeds": [3, 1],
              "rows": [{ "name": "dense", "algorithm": "fedavg" }, { "name": "AutoFLIP (ours)", "rounds": 12, "seeds": [5] }], "baseline": "AutoFLIP (ours)" }
            """).Resolve();

        Assert.Equal(["dense", "AutoFLIP (ours)"], Names(table));
        Assert.Equal("AutoFLIP (ours)", table.Baseline);
        Assert.Equal([("none", 6, 3ul), ("none", 6, 1ul)], table.Rows[0].Experiments.Select(e => (e.Pruner, e.Rounds, e.Seed)));
        Assert.Equal([("autoflip", 12, 5ul)], table.Rows[1].Experiments.Select(e => (e.Pruner, e.Rounds, e.Seed)));
        Assert.Equal(["t-dense", "t-AutoFLIP-ours"], table.Rows.Select(row => row.Experiments[0].Name)); // portable directory names
    }

    /// <summary>300^4 = 8.1e9 rows; two seeds double the runs. Counting costs no more than reading the file.</summary>
    [Fact]
    public void Runs_of_a_grid_are_counted_before_they_are_made()
    {
        string Axis(string field, int values) => $"\"{field}\": [{string.Join(", ", Enumerable.Range(1, values))}]";
        var json = $"{{ \"seeds\": [1, 2], \"grid\": {{ {Axis("rounds", 300)}, {Axis("clients", 300)}, {Axis("hiddenSize", 300)}, "
            + $"{Axis("batchSize", 300)} }} }}";
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = Refusal(json);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.Equal(
            "my.json: the table has 16,200,000,000 runs (rounds 300 x clients 300 x hiddenSize 300 x batchSize 300 x seeds 2). Accepted: "
            + "up to 10,000; list fewer values, or split the table into several files.",
            message);
    }

    /// <summary>100 values by 50 by 2 rows are 10,000; the third row makes 15,000.</summary>
    [Fact]
    public void As_many_runs_as_are_accepted_are_made()
    {
        string Table(int rows) => $$"""
            { "grid": { "rounds": [{{string.Join(", ", Enumerable.Range(1, 100))}}], "clients": [{{string.Join(", ", Enumerable.Range(1, 50))}}] },
              "rows": [{{string.Join(", ", Enumerable.Range(0, rows).Select(row => $"{{ \"name\": \"r{row}\" }}"))}}] }
            """;

        Assert.Equal(10_000, Read(Table(2)).Rows.Length);
        Assert.StartsWith(
            "my.json: the table has 15,000 runs (3 rows, the largest rounds 100 x clients 50 x seeds 1).", Refusal(Table(3)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_named_after_data_sets_without_their_folders() => Assert.Equal(
        ["dataset csv:a.csv", "dataset folder:flowers", "dataset Digits"],
        Names(Read("""{ "grid": { "dataset": ["csv:/home/me/a.csv", "folder:/home/me/flowers/", "Digits"] } }""")));

    /// <summary>Two values by two, the last fastest; a row's own axis comes after the file's.</summary>
    [Fact]
    public void Grid_is_a_row_for_each_combination()
    {
        var table = Read("""
            { "dataset": "Digits", "grid": { "pruneFraction": [0.1, 0.5] },
              "rows": [{ "name": "a", "grid": { "metrics": [["acc1"], ["acc1", "f1"]] } }, { "name": "b", "pruner": "random" }] }
            """).Resolve();

        Assert.Equal(
            [
                "a, pruneFraction 0.1, metrics acc1", "a, pruneFraction 0.1, metrics acc1 f1", "a, pruneFraction 0.5, metrics acc1",
                "a, pruneFraction 0.5, metrics acc1 f1", "b, pruneFraction 0.1", "b, pruneFraction 0.5"
            ],
            Names(table));
        Assert.Equal([0.1m, 0.1m, 0.5m, 0.5m, 0.1m, 0.5m], table.Rows.Select(row => row.Experiments[0].PruneFraction));
        Assert.Equal(["algorithm fedavg", "algorithm autoflip"], Names(Read("""{ "grid": { "algorithm": ["fedavg", "autoflip"] } }""")));
    }

    /// <summary>Four combinations of the file's grid for <c>a</c>; <c>b</c> sets one of the two fields, and <c>c</c> varies it.</summary>
    [Fact]
    public void Fields_that_a_row_sets_or_varies_do_not_take_the_values_of_the_files_grid()
    {
        var table = Read("""
            { "dataset": "Digits", "grid": { "rounds": [3, 4], "pruneFraction": [0.1, 0.5] },
              "rows": [{ "name": "a" }, { "name": "b", "pruneFraction": 0.2 }, { "name": "c", "grid": { "pruneFraction": [0.3] } }] }
            """).Resolve();

        Assert.Equal(
            [
                "a, rounds 3, pruneFraction 0.1", "a, rounds 3, pruneFraction 0.5", "a, rounds 4, pruneFraction 0.1",
                "a, rounds 4, pruneFraction 0.5", "b, rounds 3", "b, rounds 4", "c, rounds 3, pruneFraction 0.3",
                "c, rounds 4, pruneFraction 0.3"
            ],
            Names(table));
        Assert.Equal([0.1m, 0.5m, 0.1m, 0.5m, 0.2m, 0.2m, 0.3m, 0.3m], table.Rows.Select(row => row.Experiments[0].PruneFraction));
    }

    /// <summary>An algorithm alone means no pruner, but not where one is named; and <c>autoflip</c> names one.</summary>
    [Fact]
    public void Algorithms_of_a_grid_leave_a_named_pruner_alone_and_pruners_of_a_grid_the_one_of_autoflip()
    {
        var algorithms = Read("""
            { "dataset": "Digits", "grid": { "algorithm": ["fedavg", "fedprox"] },
              "rows": [{ "name": "a", "pruner": "magnitude" }, { "name": "b" }, { "name": "c", "algorithm": "fedexp" }] }
            """).Resolve();
        var ofFile = Read("""{ "dataset": "Digits", "pruner": "random", "grid": { "algorithm": ["fedavg", "fedprox"] } }""").Resolve();
        var pruners = Read("""
            { "dataset": "Digits", "grid": { "pruner": ["random", "magnitude"] },
              "rows": [{ "name": "a", "algorithm": "autoflip" }, { "name": "b", "algorithm": "fedprox" }] }
            """).Resolve();

        Assert.Equal(
            ["fedavg magnitude", "fedprox magnitude", "fedavg none", "fedprox none", "fedexp none"], Methods(algorithms));
        Assert.Equal(["fedavg random", "fedprox random"], Methods(ofFile));
        Assert.Equal(["fedavg random", "fedavg autoflip"], Methods(Read(
            """{ "dataset": "Digits", "pruner": "random", "grid": { "algorithm": ["fedavg", "autoflip"] } }""").Resolve()));
        Assert.Equal(["fedavg autoflip", "fedprox random", "fedprox magnitude"], Methods(pruners));

        static IEnumerable<string> Methods(ExperimentTable table) =>
            table.Rows.Select(row => $"{row.Experiments[0].Algorithm} {row.Experiments[0].Pruner}");
    }

    [Fact]
    public void Base_gives_its_experiment_and_nothing_of_its_table()
    {
        File.WriteAllText(
            _folder["base.json"],
            """{ "name": "base", "dataset": "Digits", "rounds": 9, "clients": 5, "seeds": [4, 5], "rows": [{ "name": "a" }] }""");

        var table = Read("""{ "base": "base.json", "name": "mine", "clients": 6 }""");

        var experiment = Assert.Single(Assert.Single(table.Rows).Experiments);
        Assert.Equal(("mine", 9, 6, 1ul), (experiment.Name, experiment.Rounds, experiment.Clients, experiment.Seed));
        // 'run' reads it alike
        Assert.Equal(experiment with { Metrics = [] }, ExperimentFile.Load(_folder["my.json"]) with { Metrics = [] });
    }

    [Fact]
    public void What_is_typed_holds_for_all_rows_and_makes_equal_seeds_one()
    {
        var table = Read("""{ "name": "t", "dataset": "Digits", "seeds": [1, 2], "rows": [{ "name": "a", "rounds": 7 }, { "name": "b" }] }""")
            .Resolve(experiment => experiment with { Seed = 9, Rounds = 3, Name = "smoke" });

        Assert.Equal("smoke", table.Experiment.Name);
        Assert.Equal(
            [("smoke-a", 9ul, 3), ("smoke-b", 9ul, 3)],
            table.Rows.SelectMany(row => row.Experiments).Select(e => (e.Name, e.Seed, e.Rounds)));
    }

    [Theory]
    [InlineData("""{"row":[]}""", "my.json: there is no field 'row'. Did you mean 'rows'?")]
    [InlineData("""{"rows":{}}""", "my.json: field 'rows': {} is not accepted. Accepted: a list of rows")]
    [InlineData("""{"rows":[]}""", "my.json: field 'rows': [] is not accepted.")]
    [InlineData("""{"rows":[3]}""", "my.json: row 1 is not accepted.")]
    [InlineData("""{"rows":[{"name":"a"},{"rounds":3}]}""", "my.json: row 2 is not accepted.")]
    [InlineData("""{"rows":[{"name":"a","prune":0.1}]}""", "my.json: row 'a': there is no field 'prune'. Did you mean 'pruner'?")]
    [InlineData(
        """{"rows":[{"name":"a","rounds":"x"}]}""", "my.json: row 'a': field 'rounds': \"x\" is not accepted. Accepted: a whole number.")]
    [InlineData("""{"rows":[{"name":"a","rounds":1,"rounds":2}]}""", "my.json: row 'a': the field 'rounds' is there twice.")]
    [InlineData(
        """{"rows":[{"name":"a","seed":3}]}""",
        "my.json: row 'a': the field 'seed' is not accepted in a row. Accepted: \"seeds\", a list.")]
    [InlineData(
        """{"grid":{"pruneFraction":[0.5,0.3,0.50]}}""",
        "my.json: field 'grid.pruneFraction': 0.5 and 0.50 are the same value. Accepted: different")]
    [InlineData(
        """{"dataset":"csv:a.csv","grid":{"columns":[["b:number"],["b:number"]]}}""",
        "my.json: field 'grid.columns': [\"b:number\"] and [\"b:number\"] are the same value.")]
    [InlineData(
        """{"rows":[{"name":"a","grid":{"mu":[1,1.0]}}]}""", "my.json: row 'a': field 'grid.mu': 1 and 1.0 are the same value.")]
    [InlineData("""{"rows":[{"name":"a"},{"name":"a"}]}""", "my.json: two rows are called 'a'.")]
    [InlineData("""{"seeds":[]}""", "my.json: field 'seeds': [] is not accepted.")]
    [InlineData("""{"seeds":[1,1]}""", "my.json: field 'seeds': [1,1] is not accepted. Accepted: a list of different whole numbers")]
    [InlineData("""{"seeds":[-1]}""", "my.json: field 'seeds': [-1] is not accepted.")]
    [InlineData("""{"seeds":3}""", "my.json: field 'seeds': 3 is not accepted.")]
    [InlineData("""{"grid":[1]}""", "my.json: field 'grid': [1] is not accepted.")]
    [InlineData("""{"grid":{"rounds":3}}""", "my.json: field 'grid.rounds': 3 is not accepted.")]
    [InlineData("""{"grid":{"round":[3]}}""", "my.json: there is no field 'round'. Did you mean 'rounds'?")]
    [InlineData("""{"rows":[{"name":"a","rounds":3,"grid":{"rounds":[4]}}]}""", "my.json: row 'a': it sets the field 'rounds' and varies")]
    [InlineData("""{"grid":{"seed":[3]}}""", "my.json: the field 'seed' is not accepted in a grid")]
    [InlineData(
        """{"rows":[{"name":"FedAvg"}],"baseline":"Fedavg"}""",
        "my.json: field 'baseline': there is no row 'Fedavg'. Did you mean 'FedAvg'? Accepted: 'FedAvg'.")]
    [InlineData("""{"base":3}""", "my.json: field 'base': 3 is not accepted.")]
    [InlineData("""{"base":"my.json"}""", "my.json: its base 'my.json' has a base itself.")]
    [InlineData("""{"base":"none.json"}""", "The experiment file 'none.json' cannot be read: it does not exist.")]
    [InlineData("""{"rounds":0}""", "my.json: Experiment.Rounds: '0' is not accepted.")]
    [InlineData("""{"rows":[{"name":"a"},{"name":"b","pruner":"autoflop"}]}""", "my.json: row 'b': ")]
    [InlineData(
        """{"rows":[{"name":"a","dataset":"Digits","classesPerClient":11}]}""",
        "my.json: Experiment.ClassesPerClient: '11' is not accepted.")]
    [InlineData("[]", "my.json: a JSON object with the fields of an experiment is expected")]
    public void Wrong_file_is_refused_in_one_sentence_with_its_row(string json, string sentence)
    {
        var refusal = Refusal(json);

        Assert.StartsWith(sentence, refusal, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Fact]
    public void Every_violation_of_every_row_is_told_once() =>
        Assert.Equal(
            3,
            Refusal("""{ "seeds": [1, 2], "rows": [{ "name": "a", "rounds": 0 }, { "name": "b", "rounds": 0, "batchSize": -1 }] }""")
                .Split('\n').Length);
}
