using AutoFlip.Cli;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class SavedModelTests(FinishedRuns runs) : IClassFixture<FinishedRuns>, IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string Small => Path.Combine(runs.Digits, SavedModel.SmallFile);

    string Full => Path.Combine(runs.Digits, SavedModel.FullFile);

    static float[] Outputs(SavedModel model, float[] samples)
    {
        using var runner = new NetworkRunner(model);
        return runner.Run(samples, samples.Length / model.Network.Input.Length);
    }

    /// <summary>TwoNN with hidden layers of 8: 64·8 + 8, 8·8 + 8 and, of the personal layer, 8·10 + 10 parameters.</summary>
    [Fact]
    public void A_model_of_which_clients_kept_a_part_is_loaded_with_a_warning()
    {
        var (observer, other) = (new RecordingObserver(), new RecordingObserver());
        var run = Simulation.Run(
            FinishedRuns.Small with { Algorithm = "fedper", Pruner = "none" },
            new RunOptions { ResultPath = _folder.Path, Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System, default);

        RunModel.Load(run.Directory, observer: observer);
        RunModel.Load(runs.Digits, observer: other);

        Assert.StartsWith(
            "Experiment.Algorithm fedper: 90 of the model's 682 values were trained at the clients", Assert.Single(observer.Warnings));
        Assert.Empty(other.Warnings);
    }

    /// <summary>Of 8 hidden units 4 at the rate 0.5: the rows and columns that come first in each matrix, read back from a file.</summary>
    [Theory, InlineData("heterofl"), InlineData("fjord")]
    public void A_model_of_nested_sub_models_is_cut_to_their_rates(string pruner)
    {
        var run = Simulation.Run(
            (FinishedRuns.Small with { Pruner = pruner, EvaluationScope = EvaluationScope.Global }).WithOption("modelRates", "1,0.5"),
            new RunOptions { ResultPath = _folder.Path, Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System, default);
        var whole = RunModel.Load(run.Directory);

        whole.Cut(0.5m).WriteSafetensors(_folder["half.safetensors"]);
        var half = SavedModel.Load(_folder["half.safetensors"]);

        Assert.Equal(64 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10, half.Network.Layout.ParameterCount);
        var wide = whole.Weights.Layout.Entries.Where(tensor => tensor.Shape.Length == 2).ToArray();
        foreach (var (full, cut) in wide.Zip(half.Weights.Layout.Entries.Where(tensor => tensor.Shape.Length == 2)))
            for (var row = 0; row < cut.Shape[0]; row++)
                for (var column = 0; column < cut.Shape[1]; column++)
                    Assert.Equal(
                        whole.Weights.Values[full.Offset + row * full.Shape[1] + column],
                        half.Weights.Values[cut.Offset + row * cut.Shape[1] + column]);
        Assert.Same(whole, whole.Cut(1));
        Assert.Throws<AutoFlipException>(() => half.Cut(0.5m));
        Assert.Contains("Accepted: 1,0.5", Assert.Throws<AutoFlipException>(() => whole.Cut(0.25m)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Accepted: whole models of Experiment.Pruner heterofl or fjord",
            Assert.Throws<AutoFlipException>(() => RunModel.Load(runs.Digits).Cut(0.5m)).Message, StringComparison.Ordinal);
    }

    /// <summary>Both hidden layers are half as wide, and what they put out is divided by 1/2; the last layer is as wide as it
    /// was.</summary>
    [Fact]
    public void A_cut_model_computes_as_clients_with_the_scaler_did()
    {
        var run = Simulation.Run(
            (FinishedRuns.Small with { Pruner = "heterofl", EvaluationScope = EvaluationScope.Global }).WithOption("modelRates", "1,0.5")
                .WithOption("scaler", true),
            new RunOptions { ResultPath = _folder.Path, Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System, default);
        var whole = RunModel.Load(run.Directory);

        var half = whole.Cut(0.5m);

        foreach (var (full, cut) in whole.Weights.Layout.Entries.Zip(half.Weights.Layout.Entries))
            Assert.Equal(
                (cut.Shape[0] < full.Shape[0] ? 2 : 1) * whole.Weights.Values[full.Offset], half.Weights.Values[cut.Offset]);
    }

    [Fact]
    public void A_small_model_is_loaded_without_its_data_and_computes_what_the_full_one_computes()
    {
        var (small, full) = (SavedModel.Load(Small), SavedModel.Load(Full));

        Assert.True(small.Network.Layout.Count < full.Network.Layout.Count);
        Assert.Equal(RunSummary.Load(runs.Digits).ModelSha256, full.Weights.Sha256());
        Assert.Equal(full.Weights.Sha256(), small.Card.ModelSha256);
        Assert.Equal(
            full.Card,
            small.Card with { Widths = null, Input = full.Card.Input, Classes = full.Card.Classes, Options = full.Card.Options });
        var random = new KeyedRandom(1);
        float[] samples = [.. Enumerable.Range(0, 3 * 64).Select(_ => random.NextSingle())];
        Assert.Every(Outputs(full, samples).Zip(Outputs(small, samples)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_model_that_is_written_again_is_the_same_model()
    {
        var small = RunModel.Load(runs.Digits);

        small.WriteSafetensors(_folder["again.safetensors"]);
        small.WriteOnnx(_folder["again.onnx"]);

        Assert.Equal(File.ReadAllBytes(Small), File.ReadAllBytes(_folder["again.safetensors"]));
        Assert.Null(OnnxModel.Fault(File.ReadAllBytes(_folder["again.onnx"])));
    }

    [Fact]
    public void A_model_of_unknown_origin_is_written_without_an_experiment()
    {
        var model = SavedModel.Load(Small) with { Experiment = null };

        model.WriteSafetensors(_folder["unknown.safetensors"]);

        var again = SavedModel.Load(_folder["unknown.safetensors"]);
        Assert.Null(again.Experiment);
        Assert.Equal(model.Card.ExperimentSha256, again.Card.ExperimentSha256);
        Assert.Equal(model.Weights.Sha256(), again.Weights.Sha256());
    }

    /// <summary>As if a program with an algorithm of its own, which has an option 'keep', had made the run.</summary>
    [Fact]
    public void A_model_of_another_programs_method_is_used_and_its_run_is_shown()
    {
        static string Made(string experiment) => experiment.Replace(
            "\"algorithm\": \"fedavg\"", "\"algorithm\": \"mine\",\n  \"keep\": 3", StringComparison.Ordinal);
        var (run, experiment) = (_folder["run"], Path.Combine(_folder["run"], ExperimentFile.FileName));
        foreach (var file in Directory.GetFiles(runs.Digits, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(run, Path.GetRelativePath(runs.Digits, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        File.WriteAllText(experiment, Made(File.ReadAllText(experiment)));
        var (saved, small) = (SavedModel.Load(Small), Path.Combine(run, SavedModel.SmallFile));
        var metadata = saved.Card.Metadata(saved.Experiment);
        Safetensors.Write(small, saved.Weights, metadata.SetItem(ModelCard.ExperimentKey, Made(metadata[ModelCard.ExperimentKey])));

        Assert.Equal("mine", SavedModel.Load(small).Experiment!.Algorithm);
        Assert.Equal(saved.Weights.Sha256(), RunModel.Load(run).Weights.Sha256());
        var record = RunRecord.Load(run);
        Assert.Equal("mine", record.Experiment.Algorithm);
        Assert.NotEmpty(RunCharts.Of(record));
        Assert.NotEmpty(ExperimentChoices.ForReports.Choices(record.Experiment));
        Assert.Throws<AutoFlipException>(() => ExperimentFile.Load(experiment)); // what it would run is not known
    }

    [Fact]
    public void One_sample_is_predicted_as_a_batch_of_it_is()
    {
        using var runner = new NetworkRunner(SavedModel.Load(Small));
        var random = new KeyedRandom(2);
        float[] sample = [.. Enumerable.Range(0, 64).Select(_ => random.NextSingle())];

        var single = Prediction.Of(runner, sample, top: 3);

        var (_, batch) = Prediction.All(runner, [new RawInput("one", sample, null)], top: 3).Single();
        Assert.Equal(batch!.Top, single.Top.AsEnumerable());
        Assert.Equal(3, single.Top.Length);
        Assert.StartsWith(
            "The sample has 63 values; the model reads 1x8x8, 64 values.",
            Assert.Throws<ArgumentException>(() => Prediction.Of(runner, sample[1..])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_about_models_shows_code_that_runs()
    {
        var samples = TorchSharp.torch.zeros(2, 1, 8, 8);
        var path = Small;

        #region code
        var model = SavedModel.Load(path);
        using var network = new NetworkModule<float>(model.Network);
        model.Weights.Values.CopyTo(network.Values);
        using var outputs = network.Forward(samples, training: false); // [N, C, H, W] to [N, outputs]
        #endregion

        Assert.Equal([2, 10], outputs.shape);
        var lines = SourceTree.Read("tests/AutoFlip.Tests/Export/SavedModelTests.cs").Split('\n');
        var code = lines[(
            Array.FindIndex(lines, line => line.Trim() == "#region code")
            + 1)..Array.FindIndex(lines, line => line.Trim() == "#endregion")];
        Assert.Contains(
            $"```csharp\n{string.Join('\n', code.Select(line => line.Trim()))}\n```", SourceTree.Read("docs/models.md"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_checkpoint_says_what_it_is()
    {
        (string Name, int Round)[] models = [("initial", 0), ("initial-pruned", 0), ("final", 2), ("final-small", 2)];
        foreach (var (name, round) in models)
        {
            var path = Path.Combine(runs.Digits, "checkpoints", $"{name}.safetensors");
            var (file, model) = (Safetensors.Read(path), SavedModel.Load(path));

            Assert.Equal(("TwoNN", "Digits"), (file.Metadata["model"], file.Metadata["dataset"]));
            Assert.Equal(round, model.Card.Round);
            Assert.Equal(round == 0, model.Card.ModelSha256 is null);
            Assert.Equal(10, model.Card.Classes.Length);
            Assert.Equal(ExperimentFile.Write(ExperimentFile.OfRun(runs.Digits)), ExperimentFile.Write(model.Experiment!));
            var sha256 = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(file.Metadata["experiment"]));
            Assert.Equal(Convert.ToHexStringLower(sha256), model.Card.ExperimentSha256);
        }
    }

    [Fact]
    public void A_fitted_cut_off_and_pooled_moments_are_in_the_card()
    {
        var card = SavedModel.Load(Path.Combine(runs.Table, SavedModel.FullFile)).Card;

        Assert.InRange(card.CutOff!.Value, 0.01, 0.99);
        var income = Assert.IsType<TableRecipe>(card.Input).Columns[0];
        Assert.Equal(("income", ColumnKind.Number), (income.Name, income.Kind));
        Assert.InRange(income.Mean, 1300, 2000); // 5/3 thousand
        Assert.InRange(income.Deviation, 1000, 1600);
    }

    [Fact]
    public void A_file_without_a_card_and_a_file_of_something_else_are_refused()
    {
        var model = SavedModel.Load(Small);
        Safetensors.Write(_folder["bare"], model.Weights);
        Assert.Contains(
            "there is no model card in its metadata", Assert.Throws<AutoFlipException>(() => SavedModel.Load(_folder["bare"])).Message,
            StringComparison.Ordinal);

        Safetensors.Write(_folder["other"], SavedModel.Load(Full).Weights, model.Card.Metadata(model.Experiment!)); // the small one's card
        Assert.Contains(
            "does not fit the model", Assert.Throws<AutoFlipException>(() => SavedModel.Load(_folder["other"])).Message,
            StringComparison.Ordinal);

        Safetensors.Write(_folder["experiment"], model.Weights, model.Card.Metadata(model.Experiment!).SetItem("experiment", "{"));
        Assert.Contains(
            "the experiment in its metadata", Assert.Throws<AutoFlipException>(() => SavedModel.Load(_folder["experiment"])).Message,
            StringComparison.Ordinal);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_run_of_an_older_version_gets_its_card_from_its_data(bool small)
    {
        var copy = Copy(runs.Digits);
        foreach (var name in (string[])[SavedModel.SmallFile, SavedModel.FullFile])
            Safetensors.Write(
                Path.Combine(copy, name), SavedModel.Load(Path.Combine(runs.Digits, name)).Weights,
                new Dictionary<string, string> { ["model"] = "TwoNN", ["dataset"] = "Digits" });
        var observer = new RecordingObserver();

        var model = RunModel.Load(copy, small, null, observer, CancellationToken.None);

        var original = SavedModel.Load(small ? Small : Full);
        Assert.Equal(ModelCard.ToJson(original.Card), ModelCard.ToJson(model.Card));
        Assert.Equal(original.Weights.Sha256(), model.Weights.Sha256());
        Assert.Contains("an older version wrote them", Assert.Single(observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_not_ended_and_a_folder_that_is_none_are_refused()
    {
        var copy = Copy(runs.Digits);
        File.Delete(Path.Combine(copy, SavedModel.SmallFile));

        var unfinished = Assert.Throws<AutoFlipException>(() => RunModel.Load(copy, true, null, RunObserver.None, CancellationToken.None));
        var none = Assert.Throws<AutoFlipException>(() =>
            RunModel.Load(_folder.Path, true, null, RunObserver.None, CancellationToken.None));

        Assert.Equal($"'{copy}' has no final model: the run is not done. It is still running.", unfinished.Message);
        Assert.Contains("is no run directory", none.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode.BadRequest, ExitCode.BadRequest), (unfinished.Code, none.Code));
    }

    [Fact]
    public void No_flipped_byte_ends_in_anything_but_a_model_or_one_sentence()
    {
        var bytes = File.ReadAllBytes(Small);
        var header = 8 + (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var refused = 0;

        Gen.Select(Gen.Int[0, header - 1], Gen.Byte[1, 255], Gen.Int[0, header - 1], Gen.Byte).Sample((at, flip, also, other) =>
        {
            var broken = (byte[])bytes.Clone();
            broken[at] ^= flip;
            broken[also] ^= other;
            var path = _folder[$"{at}-{also}-{flip}-{other}"];
            try
            {
                SavedModel.Of(Safetensors.Read(new MemoryStream(broken), path), path);
            }
            catch (AutoFlipException e)
            {
                Assert.Equal(ExitCode.BadData, e.Code);
                Assert.DoesNotContain(e.Message, ForeignText.IsUnsafe);
                refused++;
            }
        }, iter: 2000, threads: 1);
        Assert.InRange(refused, 1, 2000);
    }

    string Copy(string run)
    {
        var copy = _folder["copy"];
        foreach (var file in Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return copy;
    }
}
