using System.Globalization;

namespace AutoFlip.Tests;

/// <summary>Whole runs that begin with weights of other programs, or with those of an earlier run.</summary>
[Trait("speed", "slow")] // simulations
public sealed class PretrainedRunTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Forty reviews of the vocabulary's letters: a is good, b is bad, and both are drowned in others.</summary>
    string Reviews
    {
        get
        {
            var path = _folder["reviews.csv"];
            var rows = Enumerable.Range(0, 40).Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"{"ab"[i % 2]} {(char)('c' + i % 7)} {(char)('c' + i % 5)}{(i % 3 == 0 ? "" : " d")},{"yn"[i % 2]}"));
            File.WriteAllText(path, "review,label\n" + string.Join('\n', rows));
            return path;
        }
    }

    Experiment FineTuning(string model, string path) => new()
    {
        Dataset = $"csv:{Reviews}",
        Text = "review",
        Target = "label",
        Model = model,
        Pretrained = path,
        SequenceLength = 6,
        Partition = "iid",
        Clients = 2,
        CohortFraction = 1,
        Rounds = 2,
        LocalEpochs = 1,
        BatchSize = 8,
        LearningRate = 0.001,
        Pruner = "autoflip",
        PruneFraction = 0.3m,
        Pruning = PruningKind.Structured,
        DenseRounds = 0,
        ExplorerFraction = 1,
        UnitMultiple = 1,
        EvaluateEvery = 2,
    };

    [Theory]
    [InlineData("DistilBert")]
    [InlineData("SqueezeBert")]
    [InlineData("MobileBert")]
    public void Fine_tuning_begins_with_the_weights_of_the_folder_and_prunes_them(string model)
    {
        var path = GoldenCheckpoint.Of(model).Write(_folder["model"]);

        var observer = new Watch();
        var summary = Simulation.Run(FineTuning(model, path), Options, observer, TimeProvider.System, CancellationToken.None);

        Assert.Contains("The last layer (classifier.weight, classifier.bias) is drawn: the file has none.", observer.Warnings);
        var initial = SavedModel.Load(Path.Combine(summary.Directory, "checkpoints", "initial.safetensors"));
        var want = PretrainedWeights.Load(PretrainedFiles.Of(path), initial.Network, initial.Weights);
        Assert.Equal(want.Weights.Sha256(), initial.Weights.Sha256()); // its own classifier, and all else from the folder
        Assert.NotEqual(initial.Weights.Sha256(), summary.ModelSha256);
        Assert.InRange(summary.ModelSize.TrainedParameters, 1, (int)(0.75 * summary.ModelSize.Parameters));
        var small = SavedModel.Load(Path.Combine(summary.Directory, SavedModel.SmallFile)); // its card has the sizes of the config
        Assert.True(small.Weights.Values.Length < initial.Weights.Values.Length);
        var recipe = Assert.IsType<WordPieceRecipe>(small.Card.Input);
        Assert.Equal(GoldenCheckpoint.Of(model).Vocabulary, recipe.Tokens);
    }

    /// <summary>The folder of a pruned model has the full size, and computes what is left of the model.</summary>
    [Fact]
    public void A_pruned_model_is_exported_at_full_size_and_loaded_again()
    {
        var path = GoldenCheckpoint.Of("SqueezeBert").Write(_folder["model"]);
        var summary = Run(FineTuning("SqueezeBert", path));
        var full = RunModel.Load(summary.Directory, small: false);

        full.WriteHuggingFace(_folder["out"]);

        var again = PretrainedWeights.Load(
            PretrainedFiles.Of(_folder["out"]), full.Network, new Weights(full.Network.Layout, new float[full.Network.Layout.Count]));
        Assert.Null(again.Fresh);
        Assert.Equal(summary.ModelSha256, again.Weights.Sha256());
        Assert.Contains(0f, again.Weights.Values.ToArray());
        float[] sample = [3, 6, 8, 4, 0, 0];
        var (small, loaded) = (RunModel.Load(summary.Directory), full with { Weights = again.Weights });
        Assert.Equal(Outputs(small, sample), Outputs(loaded, sample), (a, b) => Math.Abs(a - b) < 1e-5f);
        // and a run begins with it
        Assert.Equal(
            summary.ModelSha256,
            SavedModel.Load(Path.Combine(
                Run(FineTuning("SqueezeBert", _folder["out"]) with { Name = "again" }).Directory, "checkpoints", "initial.safetensors"))
                .Weights.Sha256());
    }

    /// <summary>The weights are in the run directory by then; the vocabulary is read again with the data.</summary>
    [Fact]
    public void A_stopped_run_goes_on_without_the_weights_of_the_folder()
    {
        var experiment = FineTuning("DistilBert", GoldenCheckpoint.Of("DistilBert").Write(_folder["model"])) with { Rounds = 3 };
        var unbroken = Run(experiment).ModelSha256;
        var directory = Stopped(experiment with { Name = "stopped" }, round: 1);
        File.Delete(_folder["model/model.safetensors"]);
        File.Delete(_folder["model/config.json"]);

        Assert.Equal(unbroken, Resume(directory).ModelSha256);
    }

    /// <summary>The identity of a run has the content of its vocabulary; the refusal names the file and not experiment.json
    /// alone.</summary>
    [Fact]
    public void A_stopped_run_whose_vocabulary_is_gone_or_changed_is_refused_by_its_name()
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        var directory = Stopped(FineTuning("DistilBert", path) with { Rounds = 3 }, round: 1);
        var vocabulary = Path.Combine(path, "vocab.txt");

        File.AppendAllText(vocabulary, "zebra\n");
        var changed = Assert.Throws<AutoFlipException>(() => Resume(directory));
        File.Delete(vocabulary);
        var gone = Assert.Throws<AutoFlipException>(() => Resume(directory));

        Assert.Equal((ExitCode.BadRequest, ExitCode.BadData), (changed.Code, gone.Code));
        Assert.StartsWith($"experiment.json, {vocabulary} or the tokenizer_config.json beside it was changed", changed.Message);
        Assert.StartsWith($"The vocabulary {vocabulary} of the run is not there.", gone.Message);
    }

    [Fact]
    public void A_run_stopped_before_its_first_model_needs_the_same_weights()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        var experiment = FineTuning("DistilBert", golden.Write(_folder["model"]));
        var unbroken = Run(experiment).ModelSha256;
        string Begun(string name)
        {
            var directory = Stopped(experiment with { Name = name }, round: 0);
            File.Delete(Path.Combine(directory, "checkpoints", "initial.safetensors"));
            return directory;
        }

        Assert.Equal(unbroken, Resume(Begun("same")).ModelSha256);

        var other = Begun("other");
        golden.Tensors[2] = golden.Tensors[2] with { Data = new byte[golden.Tensors[2].Data.Length] };
        golden.Write(_folder["model"]);
        var refused = Assert.Throws<AutoFlipException>(() => Resume(other));
        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains("have changed since the run began", refused.Message, StringComparison.Ordinal);
    }

    RunSummary RunOfDigits() => Run(FineTuning("TwoNN", "") with
    {
        Dataset = "Digits",
        Text = "",
        Target = "",
        Resize = 0,
        Model = "TwoNN",
        HiddenSize = 4,
        SampleFraction = 0.2,
    });

    /// <summary>Of 64 · 4 + 4, 4 · 4 + 4 and 4 · 10 + 10 values the last 50 stay at clients, which draw them. Ditto's clients start from
    /// the received model.</summary>
    [Theory, InlineData("fedper", true), InlineData("fedrep", true), InlineData("ditto", false), InlineData("fedbn", false)]
    public void What_stays_at_clients_starts_as_drawn_with_a_warning(string algorithm, bool isDrawn)
    {
        var first = RunOfDigits();
        var path = Path.Combine(first.Directory, SavedModel.FullFile);
        var experiment = DerivedValue.Undo(ExperimentFile.OfRun(first.Directory)) with
        {
            Name = "second",
            Pretrained = path,
            Algorithm = algorithm,
            LocalEpochs = 2,
        };

        var observer = new Watch();
        var second = Simulation.Run(experiment, Options, observer, TimeProvider.System, CancellationToken.None);

        var (loaded, initial) = (
            SavedModel.Load(path).Weights, SavedModel.Load(Path.Combine(second.Directory, "checkpoints", "initial.safetensors")).Weights);
        Assert.Equal(loaded.Values[..280].ToArray(), initial.Values[..280].ToArray());
        Assert.Equal(!isDrawn, loaded.Values[280..].SequenceEqual(initial.Values[280..]));
        Assert.Equal(
            isDrawn
                ? [$"Experiment.Algorithm {algorithm}: 50 of the model's 330 values stay at the clients, which have no file of weights: "
                    + $"they start as drawn, and not as in '{path}'."]
                : Array.Empty<string>(),
            observer.Warnings.Where(warning => warning.Contains("as drawn", StringComparison.Ordinal)));
    }

    /// <summary>The final model of a run as the first of another, with as many classes and with fewer.</summary>
    [Fact]
    public void A_model_of_a_run_begins_another()
    {
        var first = RunOfDigits();
        var path = Path.Combine(first.Directory, SavedModel.FullFile);
        var experiment = ExperimentFile.OfRun(first.Directory) with { Name = "second", Pretrained = path };

        var second = Run(DerivedValue.Undo(experiment));

        Assert.Equal(
            first.ModelSha256,
            SavedModel.Load(Path.Combine(second.Directory, "checkpoints", "initial.safetensors")).Weights.Sha256());
        Refused(
            DerivedValue.Undo(experiment) with { Pretrained = Path.Combine(first.Directory, SavedModel.SmallFile) }, ExitCode.BadData,
            "does not fit the model TwoNN: it has ");
    }

    [Fact]
    public void The_content_of_the_weights_is_part_of_a_run_and_their_path_is_not()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        string Identity(string folder) => RunIdentity.Of(ExperimentRules.Resolve(
            FineTuning("DistilBert", golden.Write(_folder[folder])) with { Dataset = $"csv:{Reviews}" }));

        var (one, other) = (Identity("one"), Identity("other"));
        golden.Config["n_heads"] = 2; // the same tensors, another network
        var heads = Identity("heads");
        golden.Tensors[2] = golden.Tensors[2] with { Data = new byte[golden.Tensors[2].Data.Length] };
        var weights = Identity("weights");

        Assert.Equal(one, other);
        Assert.Equal(3, ((string[])[one, heads, weights]).Distinct().Count());
    }

    /// <summary>Values that the config decides are derived: undone, they are what was asked for.</summary>
    [Fact]
    public void The_config_decides_the_sizes()
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        var asked = FineTuning("distilbert", path);

        var resolved = ExperimentRules.Resolve(asked);

        Assert.Equal(
            ("DistilBert", 12, 26, 0.1, $"wordpiece:{path}", 2),
            (resolved.Model, resolved.HiddenSize, resolved.EmbeddingCount, resolved.Dropout, resolved.Tokenizer,
                resolved.Content!.Encoder!.Layers));
        Assert.Equal(asked.HiddenSize, DerivedValue.Undo(resolved).HiddenSize);
        Assert.Equal(resolved, ExperimentRules.Resolve(resolved), (a, b) => ExperimentFile.Write(a, "x") == ExperimentFile.Write(b, "x"));
        File.WriteAllText(_folder["experiment.json"], ExperimentFile.Write(resolved, "x"));
        Assert.Equal(resolved.Content, ExperimentFile.OfRun(_folder.Path).Content);
    }

    [Fact]
    public void An_option_that_contradicts_the_config_is_refused()
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        var plain = FineTuning("DistilBert", path);

        Refused(
            plain with { Model = "SqueezeBert" }, ExitCode.BadRequest,
            "Experiment.Model: 'SqueezeBert' is not accepted. Accepted: DistilBert, the model of '");
        Refused(plain with { HiddenSize = 24 }, ExitCode.BadRequest, "Experiment.HiddenSize: '24' is not accepted. Accepted: 12, as in '");
        Refused(plain with { EmbeddingCount = 27 }, ExitCode.BadRequest, "Experiment.EmbeddingCount: '27' is not accepted. Accepted: 26");
        Refused(plain with { Dropout = 0.2 }, ExitCode.BadRequest, "Experiment.Dropout: '0.2' is not accepted. Accepted: 0.1");
        Refused(
            plain with { WidthMultiplier = 0.5 }, ExitCode.BadRequest, "Experiment.WidthMultiplier: '0.5' is not accepted. Accepted: 1");
        Refused(
            plain with { SequenceLength = 11 }, ExitCode.BadRequest,
            "Experiment.SequenceLength: '11' is not accepted. Accepted: 1 to 10, the positions in '");
        ExperimentRules.Resolve(plain with { HiddenSize = 12, SequenceLength = 10 });
    }

    /// <summary>MobileBert alone has an embedding of another width than the encoder's: 6 in this config.</summary>
    [Fact]
    public void The_embedding_size_is_MobileBerts_alone()
    {
        var mobile = FineTuning("MobileBert", GoldenCheckpoint.Of("MobileBert").Write(_folder["mobile"]));
        var distil = FineTuning("DistilBert", GoldenCheckpoint.Of("DistilBert").Write(_folder["distil"]));

        Assert.Equal(6, ExperimentRules.Resolve(mobile).EmbeddingSize);
        Assert.Equal(7, ExperimentRules.Resolve(distil with { EmbeddingSize = 7 }).EmbeddingSize);
        Refused(
            mobile with { EmbeddingSize = 7 }, ExitCode.BadRequest,
            "Experiment.EmbeddingSize: '7' is not accepted. Accepted: 6, as in '");
    }

    [Fact]
    public void A_vocabulary_with_more_tokens_than_rows_is_refused()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        golden.Vocabulary = [.. golden.Vocabulary, "zebra"];
        var long27 = FineTuning("DistilBert", golden.Write(_folder["long"]));
        golden.Vocabulary = golden.Vocabulary[..20];
        var short20 = FineTuning("DistilBert", golden.Write(_folder["short"]));
        File.Copy(_folder["long/model.safetensors"], _folder["x.safetensors"]);

        Refused(long27, ExitCode.BadRequest, "has 27 tokens, and the weights have rows for 26 ('vocab_size' in '");
        ExperimentRules.Resolve(short20);
        File.Delete(_folder["short/vocab.txt"]);
        Refused(short20, ExitCode.BadRequest, "has no vocab.txt. Accepted: wordpiece:PATH");
        Assert.Equal("words", ExperimentRules.Resolve(short20 with { Tokenizer = "words" }).Tokenizer);
        Refused(short20 with { Pretrained = "", Tokenizer = "model" }, ExitCode.BadRequest, "Experiment.Pretrained, which is not given");
        Refused(
            short20 with { Pretrained = _folder["x.safetensors"], Tokenizer = "model" }, ExitCode.BadRequest,
            "only a folder has a vocabulary");
    }

    /// <summary>A file that is cut off is found before the data, which are not there at all.</summary>
    [Fact]
    public void Damaged_weights_are_refused_before_data_load()
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        var bytes = File.ReadAllBytes(_folder["model/model.safetensors"]);
        File.WriteAllBytes(_folder["model/model.safetensors"], bytes[..^1]);

        Refused(FineTuning("DistilBert", path) with { Dataset = "csv:/nowhere.csv" }, ExitCode.BadData, "cut off, perhaps");
        Assert.False(Directory.Exists(_folder["results"]));
    }

    void Refused(Experiment experiment, ExitCode code, string sentence)
    {
        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment));

        Assert.Equal(code, refused.Code);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }

    static float[] Outputs(SavedModel model, float[] sample)
    {
        using var runner = new NetworkRunner(model);
        return runner.Run(sample, 1);
    }

    RunOptions Options => new() { ResultPath = _folder["results"], Workers = 2, Offline = true };

    RunSummary Run(Experiment experiment) =>
        Simulation.Run(experiment, Options, RunObserver.None, TimeProvider.System, CancellationToken.None);

    RunSummary Resume(string directory) =>
        Simulation.Resume(directory, Options, RunObserver.None, TimeProvider.System, CancellationToken.None);

    /// <summary>The directory of a run that was stopped behind a round; 0 is before the first.</summary>
    string Stopped(Experiment experiment, int round)
    {
        using var stop = new CancellationTokenSource();
        var observer = new StopAfter(round, stop);
        Assert.ThrowsAny<OperationCanceledException>(
            () => Simulation.Run(experiment, Options, observer, TimeProvider.System, stop.Token));
        return observer.Directory!;
    }

    sealed class Watch : RunObserver
    {
        public List<string> Warnings { get; } = [];

        public override void Warning(string message) => Warnings.Add(message);
    }

    sealed class StopAfter(int round, CancellationTokenSource stop) : RunObserver
    {
        public string? Directory { get; private set; }

        public override void Started(RunStart start)
        {
            Directory = start.Directory;
            if (round == 0) stop.Cancel();
        }

        public override void RoundDone(RoundReport report)
        {
            if (report.Round == round) stop.Cancel();
        }
    }
}
