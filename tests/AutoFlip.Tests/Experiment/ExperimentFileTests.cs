using CsCheck;

namespace AutoFlip.Tests;

public class ExperimentFileTests
{
    static readonly Gen<Experiment> AnyExperiment =
        from text in Gen.String[0, 12]
        from seed in Gen.ULong
        from fraction in Gen.Double.Where(double.IsFinite)
        from whole in Gen.Int
        from exact in Gen.Decimal
        from flag in Gen.Bool
        from names in Gen.String[1, 8].Array[0, 4]
        from scope in Gen.Enum<EvaluationScope>()
        from scale in Gen.Enum<GuidanceScale>()
        from refresh in Gen.Enum<MaskRefresh>()
        from regrow in Gen.Enum<Regrow>()
        select new Experiment
        {
            Name = text,
            Seed = seed,
            Dataset = text,
            TestFraction = fraction,
            SampleFraction = -fraction,
            Resize = whole,
            ImageNetNormalization = flag,
            LearningRate = fraction,
            PruneFraction = exact,
            Metrics = [.. names],
            EvaluationScope = scope,
            GuidanceNormalization = scale,
            DenseRounds = flag ? whole : null,
            KeepNorm = !flag,
            MaskRefresh = refresh,
            Regrow = regrow,
            Algorithm = "fedavg",
            Pruner = text,
            Clients = ~whole,
            NoShuffle = !flag,
        };

    [Fact]
    public void Experiment_that_is_written_and_read_is_the_same() => AnyExperiment.Sample(experiment =>
    {
        var read = ExperimentFile.Read(ExperimentFile.Write(experiment), "test");

        // An ImmutableArray is equal to itself only, so the metrics are compared by their names.
        return read.Metrics.SequenceEqual(experiment.Metrics) && read with { Metrics = experiment.Metrics } == experiment;
    }, iter: 500);

    /// <summary>A Latin-1 byte, and UTF-16 whose first character is half of a pair.</summary>
    [Theory]
    [InlineData(new byte[] { (byte)'{', 0xE9, (byte)'}' }, "line 1: byte 2 of the file (0xE9) is not UTF-8. Save it as UTF-8.")]
    [InlineData(
        new byte[] { 0xFF, 0xFE, 0x00, 0xD8, (byte)'{', 0 },
        "begins with the byte order mark of UTF-16, and what follows it is not UTF-16. Save it as UTF-8.")]
    public void A_file_in_another_encoding_is_refused_in_one_sentence(byte[] bytes, string why)
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(folder["my.json"], bytes);

        var refused = Assert.Throws<AutoFlipException>(() => ExperimentTable.Load(folder["my.json"]));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.EndsWith(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_is_complete_stable_and_readable()
    {
        var text = ExperimentFile.Write(new Experiment { Name = "é <1>", PruneFraction = 0.30m });

        Assert.StartsWith($$"""
            {
              "schema": 1,
              "version": "{{ExperimentFile.ProgramVersion}}",
              "name": "é <1>",
              "seed": 1,
              "dataset": "CIFAR10",
              "testFraction": 0.2,
            """.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        Assert.Contains("\"pruneFraction\": 0.30,", text, StringComparison.Ordinal);
        Assert.Contains("\"guidanceNormalization\": \"auto\",", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cohortSize", text, StringComparison.Ordinal); // follows from other fields
    }

    [Fact]
    public void The_deal_of_a_run_is_written_last_and_read_by_who_asks_for_it()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["with.json"], ExperimentFile.Write(new Experiment { Seed = 9 }, "abc"));
        File.WriteAllText(directory["without.json"], ExperimentFile.Write(new Experiment()));

        Assert.EndsWith("  \"partition_sha256\": \"abc\"\n}\n", File.ReadAllText(directory["with.json"]), StringComparison.Ordinal);
        Assert.Equal("abc", ExperimentFile.PartitionSha256Of(directory["with.json"]));
        Assert.Null(ExperimentFile.PartitionSha256Of(directory["without.json"]));
        Assert.Equal(9ul, ExperimentFile.Load(directory["with.json"]).Seed); // nothing of an experiment
    }

    [Fact]
    public void Comments_trailing_commas_and_left_out_fields_are_accepted()
    {
        var read = ExperimentFile.Read("""
            { // a note
              "dataset": "MNIST", "metrics": ["f1"], "evaluationScope": "LOCAL", /* another */ }
            """, "test");

        Assert.Equal(("MNIST", EvaluationScope.Local, 20), (read.Dataset, read.EvaluationScope, read.Clients));
        Assert.Equal(["f1"], read.Metrics);
    }

    [Fact]
    public void A_file_in_another_encoding_is_refused_by_line_and_byte()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllBytes(
            folder["e.json"], "{\n\"target\": \"K\u00f6ln\"}"u8.ToArray()[..14].Concat((byte[])[0xF6, (byte)'"', (byte)'}']).ToArray());

        var refused = Assert.Throws<AutoFlipException>(() => ExperimentFile.Load(folder["e.json"]));

        Assert.Equal(
            (ExitCode.BadRequest, $"'{folder["e.json"]}', line 2: byte 15 of the file (0xF6) is not UTF-8. Save it as UTF-8."),
            (refused.Code, refused.Message));
    }

    [Theory]
    [InlineData("{}", "fedavg autoflip")]
    [InlineData("""{"algorithm":"autoflip"}""", "fedavg autoflip")]
    [InlineData("""{"algorithm":"fedavg"}""", "fedavg none")]
    [InlineData("""{"algorithm":"AutoFlip","pruner":"random"}""", "fedavg random")]
    [InlineData("""{"pruner":"none"}""", "fedavg none")]
    public void Method_is_read_as_on_the_command_line(string json, string method)
    {
        var read = ExperimentFile.Read(json, "test");

        Assert.Equal(method, $"{read.Algorithm} {read.Pruner}");
    }

    [Theory]
    [InlineData("""{"client":3}""", "there is no field 'client'. Did you mean 'clients'?")]
    [InlineData("""{"Clients":3}""", "there is no field 'Clients'. Did you mean 'clients'?")]
    [InlineData("""{"clients":"many"}""", """field 'clients': "many" is not accepted. Accepted: a whole number.""")]
    [InlineData("""{"clients":1.5}""", "field 'clients': 1.5 is not accepted.")]
    [InlineData("""{"clients":99999999999}""", "field 'clients': 99999999999 is not accepted.")]
    [InlineData("""{"clients":null}""", "field 'clients': null is not accepted.")]
    [InlineData("""{"metrics":[null]}""", "field 'metrics': [null] is not accepted. Accepted: a list of texts.")]
    [InlineData("""{"regrow":"no"}""", """Accepted: "keep", "zero".""")]
    [InlineData("""{"regrow":1}""", "field 'regrow': 1 is not accepted.")]
    [InlineData("""{"seed":1,"seed":2}""", "the field 'seed' is there twice")]
    [InlineData("""{"schema":2}""", "schema 2 is not known")]
    [InlineData("[1]", "a JSON object")]
    [InlineData("{\n\"seed\" 1}", "this is not JSON (line 2")]
    [InlineData("", "this is not JSON")]
    public void Bad_file_is_refused_with_its_name_and_the_reason(string json, string sentence)
    {
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentFile.Read(json, "my.json"));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.StartsWith("my.json: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentFile.Load("no/such.json"));

        Assert.Equal("The experiment file 'no/such.json' cannot be read: it does not exist.", refused.Message);
    }

    [Fact]
    public void Command_line_overrides_the_file_and_a_run_directory_stands_for_its_file()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(
            directory["experiment.json"],
            ExperimentFile.Write(new Experiment { Dataset = "Digits", Seed = 5, Clients = 8, Pruner = "random" }));

        var ended = Shell.Run("run", directory["experiment.json"], "--seed", "2");

        Assert.Equal(
            ("Digits", 2ul, 8, "random"),
            (ended.Experiment!.Dataset, ended.Experiment.Seed, ended.Experiment.Clients, ended.Experiment.Pruner));
        Assert.Equal(5ul, Shell.Run("run", directory.Path).Experiment!.Seed);
        Assert.Equal("none", Shell.Run("run", directory.Path, "--algorithm", "fedavg").Experiment!.Pruner);
    }
}
