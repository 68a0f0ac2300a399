namespace AutoFlip.Cli;

/// <summary><c>autoflip predict</c>: predictions of a saved model for images, tables or texts.</summary>
sealed class PredictCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "predict";

    /// <inheritdoc/>
    public string Usage => "predict MODEL INPUT... [--top N]";

    /// <inheritdoc/>
    public string Summary => "Predict with a saved model.";

    /// <inheritdoc/>
    public string Details => $"""
        MODEL is {ModelSource.Accepted}
        (computed by ONNX Runtime). The kind of INPUT depends on the model:

          images    image files, and folders of them
          tables    .csv files with column names in the first line, in any order
          texts     .txt files, one text per line
          numbers   .csv files of numbers without a header

        and - for standard input. Each input gives one line: its name, then classes and their
        probabilities, separated by tabs; or the predicted number. Unreadable input is reported
        on standard error, the rest is predicted, and the exit code is 3.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.Predict;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals is not [var path, _, ..])
            throw AutoFlipException.BadRequest(
                $"predict: a model ({ModelSource.Accepted}) and at least one input are expected. See 'autoflip predict --help'.");
        if (request.Ship.Top < 1)
            throw AutoFlipException.BadRequest($"--top: '{request.Ship.Top}' is not accepted. Accepted: a whole number of at least 1.");
        using var runner = ModelSource.Open(path, request, host);
        var broken = 0;
        var inputs = positionals.Skip(1)
            .SelectMany(source => RawInput.Of(runner.Card.Input, source, InputOf(source), request.Experiment.Encoding)).Select(Told);
        PredictionText.Write(Prediction.All(runner, inputs, request.Ship.Top), request.Show, host);
        return broken == 0 ? ExitCode.Done : ExitCode.BadData;

        TextReader InputOf(string source) => source == RawInput.StandardInput && host.InputBytes is { } bytes
            ? RawInput.Reader(bytes(), "standard input", request.Experiment.Encoding)
            : host.In;

        RawInput Told(RawInput input)
        {
            host.Cancel.ThrowIfCancellationRequested();
            if (input.Fault is not { } fault) return input;
            broken++;
            host.Error.WriteLine($"autoflip: {fault}");
            return input;
        }
    }
}
