using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary><c>autoflip evaluate</c>: a saved model on a whole data set.</summary>
sealed class EvaluateCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "evaluate";

    /// <inheritdoc/>
    public string Usage => "evaluate MODEL [--dataset NAME]";

    /// <inheritdoc/>
    public string Summary => "Evaluate a saved model on a data set.";

    /// <inheritdoc/>
    public string Details => $"""
        MODEL is {ModelSource.Accepted}
        (computed by ONNX Runtime). Data set, its options, loss and metrics default to those of the
        training run, whose last evaluation is then reproduced to the bit. Another data set must
        have the same classes in the same order. Model files do not contain paths: a model trained
        on csv:PATH, parquet:PATH or folder:PATH needs --dataset, and one with a WordPiece
        vocabulary --tokenizer. --split train evaluates on all training samples of the clients.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.Evaluate;

    /// <inheritdoc/>
    public Request Defaults => new() { Experiment = new() { Dataset = "the model's own" } };

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (typed, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals is not [var path]) throw AutoFlipException.BadRequest($"evaluate: one model is expected: {ModelSource.Accepted}.");
        ExperimentRules.Check(typed.Options);
        if (ModelSource.IsOnnx(path))
        {
            using var runner = OnnxRunner.Load(path);
            Evaluate(
                runner.Card, runner.Experiment, (experiment, samples) => ModelEvaluation.Run(runner, experiment, samples, host.Cancel));
        }
        else
        {
            var model = ModelSource.Load(path, typed, host);
            Evaluate(
                model.Card, model.Experiment,
                (experiment, samples) => ModelEvaluation.Run(model, experiment, samples, typed.Options.Workers, host.Cancel));
        }
        return ExitCode.Done;

        void Evaluate(ModelCard card, Experiment? made, Func<Experiment, SampleSet, ServerEvaluation> run)
        {
            var (request, _, _) = line.Over(new Request
            {
                Experiment = made ?? new() { Dataset = card.Dataset, Criterion = Experiment.Auto },
                Options = new() { DataPath = Directory.Exists(path) ? RunRecord.OptionsOf(path).DataPath : null },
            });
            if (
                !Directory.Exists(path) && typed.Experiment.Dataset == new Experiment().Dataset
                && DataSetName.IsWithoutFolders(request.Experiment.Dataset))
                throw AutoFlipException.BadRequest(
                    $"evaluate: the model was trained on {request.Experiment.Dataset}, and model files do not contain paths. "
                    + $"Give the path: --dataset {request.Experiment.Dataset.Split(':')[0]}:PATH");
            if (
                !Directory.Exists(path) && typed.Experiment.Tokenizer == new Experiment().Tokenizer && card.Input is WordPieceRecipe
                && DataSetName.IsWithoutFolders(request.Experiment.Tokenizer))
                throw AutoFlipException.BadRequest(
                    $"evaluate: the model reads texts by {request.Experiment.Tokenizer}, and model files do not contain paths. "
                    + "Give the path: --tokenizer wordpiece:PATH");
            var experiment = ModelEvaluation.Settle(card, request.Experiment);
            var split = request.Ship.Split;
            var samples = ModelEvaluation.SamplesFor(
                card, experiment, split, DataLocations.Of(request.Options), new QuietDisplay(host), host.Cancel);
            Write(run(experiment, samples), experiment, ExperimentOption.Text(split), samples.Count, request.Show, host);
        }
    }

    static void Write(ServerEvaluation said, Experiment experiment, string split, int samples, Presentation show, Host host)
    {
        IEnumerable<KeyValuePair<string, double?>> figures = [
            new("loss", said.Loss), .. experiment.Metrics.Distinct().Select(name => KeyValuePair.Create(name, said.Metrics[name]))];
        if (show.Json)
        {
            host.Out.WriteLine(new JsonObject
            {
                ["dataset"] = experiment.Dataset,
                ["split"] = split,
                ["samples"] = samples,
                ["loss"] = double.IsFinite(said.Loss) ? said.Loss : null,
                ["metrics"] = new JsonObject(said.Metrics.Select(metric => KeyValuePair.Create(metric.Key, (JsonNode?)metric.Value))),
            }.ToJsonString(ReportJson.Options));
            return;
        }
        host.Print($"{experiment.Dataset}, {split}: {Readable.Count(samples)} samples");
        new FigureTable(
            ["value"],
            [.. figures.Select(figure => (figure.Key, (IReadOnlyList<string>)[Readable.Metric(figure.Key, figure.Value)]))]).Write(host);
    }
}
