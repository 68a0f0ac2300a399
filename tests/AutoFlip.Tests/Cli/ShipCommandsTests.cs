using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>export, predict and evaluate, as one types them.</summary>
public sealed class ShipCommandsTests(FinishedRuns runs) : IClassFixture<FinishedRuns>, IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes a model of the digits, in any of the forms that it can be used in.</summary>
    string Model(string form)
    {
        if (form == "run") return runs.Digits;
        var path = _folder[form];
        var half = form.Contains("16", StringComparison.Ordinal);
        var full = form.StartsWith("full", StringComparison.Ordinal);
        var ended = Shell.Run([
            "export", runs.Digits, "-o", path, .. half ? ["--fp16"] : (string[])[], .. full ? ["--full"] : (string[])[]]);
        Assert.Equal((ExitCode.Done, $"{path}\n", ""), (ended.Exit, ended.Out, ended.Error));
        return path;
    }

    /// <summary>Some digits of the server's test set as grey images.</summary>
    string[] Images(int count)
    {
        var set = (ImageSet)((Catalog.DataSets["Digits"].Load(FinishedRuns.Small, new() { Offline = true }, RunObserver.None).Test)!);
        return [.. Enumerable.Range(0, count).Select(row => _folder.Write($"images/{row}.pgm", SmallImages.Ppm(8, 8, set[row].ToArray())))];
    }

    [Theory, InlineData("run"), InlineData("small.safetensors"), InlineData("full.safetensors"), InlineData("small.onnx")]
    [InlineData("full.onnx"), InlineData("small16.safetensors"), InlineData("small16.onnx")]
    public void A_model_says_the_same_in_every_form(string form)
    {
        var files = Images(70); // more than a batch
        var model = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile));
        var data = Catalog.DataSets["Digits"].Load(FinishedRuns.Small, new() { Offline = true }, RunObserver.None).Test!;
        using var runner = new NetworkRunner(model);
        var outputs = runner.Run([.. Enumerable.Range(0, 70).SelectMany(row => data.Row(row))], 70);

        var ended = Shell.Run("predict", Model(form), _folder["images"], "--top", "10", "--json");

        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        Assert.Equal(70, ended.Lines.Length);
        var said = ended.Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(line => line.GetProperty("input").GetString()!);
        var allowed = form.Contains("16", StringComparison.Ordinal) ? 2e-3 : 1e-5;
        for (var row = 0; row < 70; row++)
        {
            var expected = Prediction.Of(model.Card, outputs.AsSpan(row * 10, 10), [], 10).Top.ToDictionary(
                top => top.Name, top => top.Probability);
            Assert.Every(said[files[row]].GetProperty("top").EnumerateArray(), top =>
                Assert.Equal(expected[top.GetProperty("class").GetString()!], top.GetProperty("probability").GetDouble(), allowed));
        }
    }

    [Theory]
    [InlineData("The model cannot be cut to 0.5 of its units. Accepted: whole models of --pruner heterofl or fjord", "--rate", "0.5")]
    [InlineData("--rate and --full contradict each other", "--rate", "0.5", "--full")]
    public void A_sub_model_of_a_run_without_any_is_refused(string sentence, params string[] options)
    {
        var ended = Shell.Run(["export", runs.Digits, "-o", _folder["cut.safetensors"], .. options]);

        Assert.Equal((ExitCode.BadRequest, ""), (ended.Exit, ended.Out));
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["cut.safetensors"]));
    }

    [Theory, InlineData("run"), InlineData("small.safetensors"), InlineData("full.safetensors"), InlineData("small.onnx")]
    public void Evaluation_of_any_form_has_the_runs_figures(string form)
    {
        var ended = Shell.Run("evaluate", Model(form), "--json", "--offline");

        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        var said = JsonDocument.Parse(ended.Out).RootElement;
        var reported = FinishedRuns.LastEvaluation(runs.Digits);
        Assert.Equal(
            ("Digits", "test", 359),
            (said.GetProperty("dataset").GetString(), said.GetProperty("split").GetString(), said.GetProperty("samples").GetInt32()));
        Assert.Equal(reported.Loss, said.GetProperty("loss").GetDouble(), form is "run" or "small.safetensors" ? 0 : 1e-5);
        Assert.Equal(
            reported.Metrics,
            said.GetProperty("metrics").EnumerateObject().ToDictionary(metric => metric.Name, metric => (double?)metric.Value.GetDouble()));
    }

    [Fact]
    public void Evaluation_is_a_table_of_the_metrics_that_are_asked_for()
    {
        var reported = FinishedRuns.LastEvaluation(runs.Table);

        var ended = Shell.Run("evaluate", runs.Table, "--metrics", "f1", "acc1", "--split", "test");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal($"csv:{runs.TablePath}, test: 60 samples", ended.Lines[0]);
        Assert.Equal(["loss", "f1", "acc1"], ended.Lines[2..].Select(line => line.Split(' ')[0]));
        Assert.EndsWith(Readable.Figure(reported.Metrics["f1"]), ended.Lines[3], StringComparison.Ordinal);
        Assert.StartsWith(
            $"csv:{runs.TablePath}, train: 240 samples", Shell.Run("evaluate", runs.Table, "--split", "train").Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_lies_where_it_is_asked_for_and_nowhere_else()
    {
        var name = Path.GetFileName(runs.Digits);
        var before = Directory.EnumerateFileSystemEntries(runs.Digits, "*", SearchOption.AllDirectories).Order().ToList();

        var ended = Shell.Run("export", runs.Digits, "--output", _folder.Path, "--format", "onnx", "--full", "--fp16");

        Assert.Equal($"{_folder[name]}-full-fp16.onnx\n", ended.Out);
        Assert.Equal([$"{name}-full-fp16.onnx"], _folder.Files);
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(runs.Digits, "*", SearchOption.AllDirectories).Order());
    }

    /// <summary>As the personal model of a client, which lies in a file of its own.</summary>
    [Fact]
    public void A_models_file_is_exported_too()
    {
        File.Copy(Path.Combine(runs.Digits, SavedModel.SmallFile), _folder["0007-personal.safetensors"]);

        var ended = Shell.Run("export", _folder["0007-personal.safetensors"], "--output", _folder.Path, "--format", "onnx");

        Assert.Equal($"{_folder["0007-personal.onnx"]}\n", ended.Out);
        Assert.Contains(
            "which it is made from. Give another with --output.",
            Shell.Run("export", _folder["0007-personal.safetensors"], "--output", _folder.Path).Error, StringComparison.Ordinal);
        Assert.Null(OnnxModel.Fault(File.ReadAllBytes(_folder["0007-personal.onnx"])));
    }

    [Fact]
    public void The_full_model_has_every_shape_of_the_architecture_and_its_runs_hash()
    {
        var full = SavedModel.Load(Model("full.safetensors"));

        Assert.Equal(Catalog.Models["TwoNN"](new(1, 8, 8), 10, ModelOptions.Of(FinishedRuns.Small)).Layout, full.Network.Layout);
        Assert.Equal(RunSummary.Load(runs.Digits).ModelSha256, full.Weights.Sha256());
        Assert.Contains(0f, full.Weights.Parameters.ToArray());
    }

    [Fact]
    public void Rows_come_from_files_and_from_standard_input()
    {
        const string Rows = "town,income\na,3100\nb,900\n?,oops\nc,?\n";
        var file = _folder.Write("rows.csv", System.Text.Encoding.UTF8.GetBytes(Rows));

        var ended = Shell.Run("predict", runs.Table, file);
        var piped = Shell.Run(["predict", runs.Table, "-", "--top", "2"], step: null, input: Rows);

        Assert.Equal((ExitCode.BadData, ExitCode.BadData), (ended.Exit, piped.Exit)); // one of four could not be read
        Assert.Equal($"autoflip: '{file}', line 4: 'oops' in column 'income' is no number.\n", ended.Error);
        Assert.Equal([$"{file}:2", $"{file}:3", $"{file}:5"], ended.Lines.Select(line => line.Split('\t')[0]));
        Assert.Every(ended.Lines, line => Assert.Equal(3, line.Split('\t').Length));
        Assert.Every(piped.Lines, line => Assert.Equal(5, line.Split('\t').Length));
        Assert.Equal(ended.Lines.Select(line => line.Split('\t')[1..]), piped.Lines.Select(line => line.Split('\t')[1..3]));
        var json = JsonDocument.Parse(Shell.Run("predict", runs.Table, file, "--json").Lines[2]).RootElement;
        Assert.Contains("'oops'", json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_stops_gets_the_code_of_an_interruption()
    {
        var ended = Shell.Run(["predict", runs.Digits, .. Images(1)], step: null, cancel: new CancellationToken(canceled: true));

        Assert.Equal((ExitCode.Interrupted, "", "autoflip: interrupted.\n"), (ended.Exit, ended.Out, ended.Error));
    }

    [Fact]
    public void A_terminal_gets_a_table()
    {
        var ended = Shell.Run(["predict", runs.Digits, .. Images(2), "--top", "2"], step: null, terminal: true);

        Assert.Contains("probability", ended.Out, StringComparison.Ordinal);
        Assert.Contains("1.pgm", ended.Out.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export", "one run directory is expected, which a run prints as its first and last line, or one .safetensors file")]
    [InlineData("export FILE --full", "--full is not accepted with a file, which is exported as it is")]
    [InlineData("export none", "'none' is no run directory")]
    [InlineData("export RUN --small --full", "Give one of them")]
    [InlineData("export RUN --format pickle", "--format: 'pickle' is not accepted. Accepted: safetensors, onnx, huggingface.")]
    [InlineData("export RUN -o none/x.onnx", "does not exist. Create it")]
    [InlineData("predict", "a model (a run directory, a .safetensors file or an .onnx file) and at least one input")]
    [InlineData("predict RUN", "at least one input")]
    [InlineData("predict RUN x --top 0", "--top: '0' is not accepted")]
    [InlineData("predict RUN -", "images are not read from standard input")]
    [InlineData("predict RUN x --json True --nonsense", "There is no option '--nonsense'")]
    [InlineData("evaluate", "one model is expected")]
    [InlineData("evaluate RUN --dataset CIFAR10 --offline", "and the model about 10 classes (0, 1, 2, 3, 4, ...)")]
    [InlineData("evaluate RUN --dataset nothing", "'nothing'")]
    [InlineData("evaluate RUN --metrics mse", "mse compares numbers")]
    public void A_wrong_request_ends_with_a_sentence(string words, string reason)
    {
        var ended = Shell.Run([.. words.Split(' ').Select(word =>
            word == "RUN" ? runs.Digits : word == "FILE" ? Path.Combine(runs.Digits, SavedModel.SmallFile) : word)]);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.onnx", "it is not an ONNX model")]
    [InlineData("x.safetensors", "is not a safetensors file")]
    [InlineData("none.onnx", "does not exist")]
    [InlineData("none.safetensors", "does not exist")]
    public void A_file_that_is_no_model_ends_with_a_sentence(string name, string reason)
    {
        _folder.Write("x.onnx", [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        _folder.Write("x.safetensors", [1, 2, 3, 4, 5, 6, 7, 8, 9]);

        var ended = Shell.Run("predict", _folder[name], "x.png");

        Assert.Equal(ExitCode.BadData, ended.Exit);
        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ONNX_file_whose_card_lies_about_its_outputs_ends_with_a_sentence()
    {
        var model = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile));
        var lie = model.Card with { Classes = ["a", "b", "c"], Outputs = 3 };
        OnnxModel.Write(_folder["lie.onnx"], model.Network, model.Weights, lie.Metadata(model.Experiment!));
        OnnxModel.Write(_folder["bare.onnx"], model.Network, model.Weights, new Dictionary<string, string>());
        OnnxModel.Write(
            _folder["wide.onnx"], model.Network, model.Weights,
            (model.Card with { Input = new ImageRecipe(1, 9, 8, [0], [1]) }).Metadata(model.Experiment!));

        Assert.Contains(
            "its output has 10 numbers per sample, but its model card states 3",
            Shell.Run(["predict", _folder["lie.onnx"], .. Images(1)]).Error, StringComparison.Ordinal);
        Assert.Contains(
            "there is no model card", Shell.Run(["predict", _folder["bare.onnx"], .. Images(1)]).Error, StringComparison.Ordinal);
        Assert.Contains(
            "ONNX Runtime cannot compute it", Shell.Run(["predict", _folder["wide.onnx"], .. Images(1)]).Error, StringComparison.Ordinal);
    }

    [Theory, InlineData("export"), InlineData("predict"), InlineData("evaluate")]
    public void Help_fits_80_columns_and_names_every_option(string command)
    {
        var ended = Shell.Run(command, "--help");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Every(ended.Lines, line => Assert.InRange(line.Length, 0, 100));
        foreach (var setting in command switch { "export" => Settings.Export, "predict" => Settings.Predict, _ => Settings.Evaluate })
            Assert.Contains(setting.Name, ended.Out, StringComparison.Ordinal);
    }
}
