namespace AutoFlip.Tests;

public sealed class ModelEvaluationTests(FinishedRuns runs) : IClassFixture<FinishedRuns>
{
    static readonly DataLocations Nowhere = new() { Offline = true };

    static SampleSet Samples(ModelCard card, Experiment experiment, DataSplit split = DataSplit.Test) =>
        ModelEvaluation.SamplesFor(card, experiment, split, Nowhere, RunObserver.None, CancellationToken.None);

    [Theory, InlineData(true), InlineData(false)]
    public void A_saved_model_has_the_figures_of_its_runs_last_round_to_the_bit(bool table)
    {
        var run = table ? runs.Table : runs.Digits;
        var model = SavedModel.Load(Path.Combine(run, SavedModel.SmallFile));
        // a file does not hold the table's folder
        var made = table ? model.Experiment! with { Dataset = $"csv:{runs.TablePath}" } : model.Experiment!;
        var experiment = ModelEvaluation.Settle(model.Card, made);

        var said = ModelEvaluation.Run(model, experiment, Samples(model.Card, experiment), 2, CancellationToken.None);

        var reported = FinishedRuns.LastEvaluation(run);
        Assert.Equal(reported.Loss, said.Loss);
        Assert.Equal(reported.Metrics, said.Metrics);
        using var runner = new NetworkRunner(model);
        var other = ModelEvaluation.Run(runner, experiment, Samples(model.Card, experiment), CancellationToken.None);
        Assert.Equal(reported.Loss, other.Loss, 1e-6);
        Assert.Equal(reported.Metrics, other.Metrics);
    }

    [Fact]
    public void Training_samples_are_all_that_clients_share_out()
    {
        var model = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile));

        Assert.Equal(
            (1438, 359), (Samples(model.Card, model.Experiment!, DataSplit.Train).Count, Samples(model.Card, model.Experiment!).Count));
    }

    [Fact]
    public void Data_about_other_classes_in_another_shape_or_of_other_columns_are_refused()
    {
        var (digits, table) = (
            SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile)),
            SavedModel.Load(Path.Combine(runs.Table, SavedModel.SmallFile)));
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["other.csv"], "age,kind\n1,rare\n2,often\n3,often\n4,rare\n5,rare\n6,often");
        string Refusal(SavedModel model, Experiment experiment) => Assert.Throws<AutoFlipException>(() =>
            Samples(model.Card, experiment)).Message;

        Assert.Equal(
            "Experiment.Dataset CIFAR10: it is about 10 classes (airplane, automobile, bird, cat, deer, ...), "
            + "and the model about 10 classes (0, 1, 2, 3, 4, ...).",
            Refusal(digits, digits.Experiment! with { Dataset = "CIFAR10" }));
        Assert.Equal($"Experiment.Dataset csv:{folder["other.csv"]}: it has other columns than the model reads.".Replace(
            "it has other columns than the model reads", "its samples are 1x1x1, and the model reads 4x1x1", StringComparison.Ordinal),
            Refusal(table, table.Experiment! with { Dataset = $"csv:{folder["other.csv"]}" }));
        Assert.Equal(
            "Experiment.Dataset Digits: its samples are 1x16x16, and the model reads 1x8x8.",
            Refusal(digits, digits.Experiment! with { Resize = 16 }));
        Assert.Equal(
            "Experiment.Dataset Digits: its samples are read in another way than the model's.",
            Refusal(digits, digits.Experiment! with { ImageNetNormalization = false }));
    }

    [Fact]
    public void Another_data_set_of_the_same_classes_is_resized_to_what_the_model_reads()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        var model = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile));

        var samples = ModelEvaluation.SamplesFor(
            model.Card, model.Experiment! with { Dataset = "MNIST" }, DataSplit.Test, new() { DataPath = folder.Path, Offline = true },
            RunObserver.None, default);

        Assert.Equal((2, new SampleShape(1, 8, 8)), (samples.Count, samples.Shape));
    }

    [Theory]
    [InlineData("mse", "mse compares numbers")]
    [InlineData("youdenj", "youdenj needs samples of one of two classes")]
    [InlineData("nothing", "'nothing'")]
    public void A_metric_that_does_not_fit_is_refused(string metric, string reason)
    {
        var card = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile)).Card;

        var error = Assert.Throws<AutoFlipException>(() => ModelEvaluation.Settle(card, FinishedRuns.Small with { Metrics = [metric] }));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_need_not_be_spelled_as_in_the_catalogue()
    {
        var card = SavedModel.Load(Path.Combine(runs.Digits, SavedModel.SmallFile)).Card;

        var settled = ModelEvaluation.Settle(card, new Experiment { Dataset = "digits", Metrics = ["ACC1", "auto"], Criterion = "auto" });

        Assert.Equal(
            ("Digits", "CrossEntropyLoss", "acc1 acc5 f1 precision recall"),
            (settled.Dataset, settled.Criterion, string.Join(' ', settled.Metrics)));
    }
}
