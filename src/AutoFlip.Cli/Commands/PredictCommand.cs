namespace AutoFlip.Cli;

/// <summary><c>autoflip predict</c>: what a saved model says about images, rows or texts of one's own.</summary>
sealed class PredictCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "predict";

    /// <inheritdoc/>
    public string Usage => "predict MODEL INPUT... [--top N]";

    /// <inheritdoc/>
    public string Summary => "What a saved model says about your files.";

    /// <inheritdoc/>
    public string Details => $"""
        MODEL is {ModelSource.Accepted}
        (computed by ONNX Runtime). What INPUT is depends on what the model reads:

          images    image files, and folders of them
          tables    .csv files whose first line names the columns, in any order
          texts     .txt files, a text a line
          numbers   .csv files of numbers without a header

        and - is standard input. Each input is answered by a line: its name, then classes and
        their probabilities, separated by tabs; or the number. What cannot be read is said on
        standard error, all else is answered, and the exit code is 3.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.Predict;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals is not [var path, _, ..])
            throw AutoFlipException.BadRequest($"predict: a model ({ModelSource.Accepted}) and at least one input are expected. See 'autoflip predict --help'.");
        if (request.Ship.Top < 1) throw AutoFlipException.BadRequest($"--top: '{request.Ship.Top}' is not accepted. Accepted: a whole number of at least 1.");
        using var runner = ModelSource.Open(path, request, host);
        var broken = 0;
        var inputs = positionals.Skip(1).SelectMany(source => RawInput.Of(runner.Card.Input, source, InputOf(source), request.Experiment.Encoding)).Select(Told);
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
