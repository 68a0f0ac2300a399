namespace AutoFlip.Cli;

/// <summary><c>autoflip export</c>: writes a run's final model and its card as one file.</summary>
sealed class ExportCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "export";

    /// <inheritdoc/>
    public string Usage => "export MODEL [-o FILE] [options]";

    /// <inheritdoc/>
    public string Summary => "Export a model as one file.";

    /// <inheritdoc/>
    public string Details => """
        MODEL is a run directory, of which the final model is written, or a .safetensors file, such
        as a client's personal model. It is written as safetensors (for PyTorch and AutoFLIP) or as
        ONNX (for ONNX Runtime and others), and the path is printed. The file contains the classes,
        the preprocessing of raw input, and the training data set's name.

        --format huggingface writes a folder for Hugging Face's transformers: config.json,
        model.safetensors, and the vocabulary if there is one. Its config has no place for removed
        units, so the folder holds the full architecture, with zeros for removed weights.

        --rate exports a sub-model of a run with heterofl or fjord, for devices of that size.

        Without --output the file is RUN-small.safetensors in the current folder, or
        RUN-0.5.safetensors at the rate 0.5, and of a file NAME it is NAME.onnx with --format onnx,
        else NAME.safetensors, which may not be that file itself.
        An existing file is replaced.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.Export;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals is not [var source])
            throw AutoFlipException.BadRequest(
                "export: one run directory is expected, which a run prints as its first and last line, or one .safetensors file.");
        var ship = request.Ship;
        var isFile = File.Exists(source);
        if (isFile && (ship.Small || ship.Full))
            throw AutoFlipException.BadRequest(
                $"export: {(ship.Small ? "--small" : "--full")} is not accepted with a file, which is exported as it is. "
                + "Accepted: with a run directory.");
        if (ship is { Small: true, Full: true })
            throw AutoFlipException.BadRequest("--small and --full contradict each other. Give one of them.");
        if (ship is { Rate: not null, Full: true })
            throw AutoFlipException.BadRequest(
                "--rate and --full contradict each other: a sub-model has no removed units to be filled with zeros.");
        var format = ship.Format
            ?? (ship.Output is { } named && ModelSource.IsOnnx(named) ? ExportFormat.Onnx : ExportFormat.Safetensors);
        var isFolder = format == ExportFormat.HuggingFace;
        if (isFolder && ship.Small)
            throw AutoFlipException.BadRequest(
                "--small and --format huggingface contradict each other: a Hugging Face config has no place for removed units. "
                + "Leave --small out, or export safetensors or onnx.");
        var path = Target(ship, source, isFile, format);
        if (isFile && Path.GetFullPath(path) == Path.GetFullPath(source))
            throw AutoFlipException.BadRequest(
                $"export: the file would replace '{source}', which it is made from. Give another with --output.");
        var isSmall = !ship.Full && !isFolder;
        var model = isFile ? SavedModel.Load(source)
            : RunModel.Load(source, isSmall, request.Options.DataPath, new QuietDisplay(host), host.Cancel);
        if (ship.Rate is { } rate) model = model.Cut(rate);
        switch (format)
        {
            case ExportFormat.HuggingFace: model.WriteHuggingFace(path, ship.Half); break;
            case ExportFormat.Onnx: model.WriteOnnx(path, ship.Half); break;
            default: model.WriteSafetensors(path, ship.Half); break;
        }
        if (isFolder && !ship.Full && model.Experiment is { IsDense: false } made
            && !(Catalog.Pruners.TryGet(made.Pruner, out var pruner) && pruner(made).HasSubModels))
            host.Warn("The folder holds the full architecture, with zeros for removed weights: a config has no place for removed units.");
        host.Out.WriteLine(path);
        return ExitCode.Done;
    }

    static string Target(ShipOptions ship, string source, bool isFile, ExportFormat format)
    {
        var isFolder = format == ExportFormat.HuggingFace;
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source));
        var kind = format.ToString().ToLowerInvariant();
        var part = isFolder ? kind : ship.Full ? "full" : ship.Rate is { } rate ? ExperimentOption.Text(rate) : isFile ? "" : "small";
        var name = $"{(isFile ? Path.GetFileNameWithoutExtension(whole) : Path.GetFileName(whole))}{(part.Length > 0 ? "-" : "")}{part}"
            + $"{(ship.Half ? "-fp16" : "")}{(isFolder ? "" : $".{kind}")}";
        if (ship.Output is null) return name;
        if (!isFolder && Directory.Exists(ship.Output)) return Path.Combine(ship.Output, name);
        var folder = Path.GetDirectoryName(Path.GetFullPath(ship.Output));
        return Directory.Exists(folder)
            ? ship.Output
            : throw AutoFlipException.BadRequest(
                $"--output {ship.Output}: the folder '{folder}' does not exist. Create it, or give another.");
    }
}
