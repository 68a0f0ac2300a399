using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip replay</c>: simulates a run over a network again and compares the models.</summary>
sealed class ReplayCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "replay";

    /// <inheritdoc/>
    public string Usage => "replay RUN [options]";

    /// <inheritdoc/>
    public string Summary => "Verify a run over a network.";

    /// <inheritdoc/>
    public string Details => """
        Simulates the run of an 'autoflip server' again, without the replies that did not count
        there (network/closed.jsonl), and compares the models. Exit code 0: they are equal to the bit;
        4: they differ. The clients' data must be a data set that is on this machine. The simulation
        is deleted afterwards, unless --result-path names a directory for it. Warns if lines of
        network/audit.jsonl were changed or removed, unless they are the last.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings =>
    [
        .. Cli.Settings.Running.Where(setting =>
            setting.Name is "--result-path" or "--data-path" or "--offline" or "--workers" or "--libtorch" or "--quiet" or "--plain"
                or "--verbose"),
    ];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(new Request { Options = new() { ResultPath = "" } });
        foreach (var warning in warnings) host.Warn(warning);
        if (words is not [var directory])
            throw AutoFlipException.BadRequest("replay: one run directory of a server is expected.");
        var isKept = request.Options.ResultPath.Length > 0;
        var options = request.Options with
        {
            ResultPath = isKept ? request.Options.ResultPath : Directory.CreateTempSubdirectory("autoflip-replay").FullName,
            Wording = Spelling.Of,
        };
        ExperimentRules.Check(options);
        try
        {
            if (options.DataPath is null && File.Exists(Path.Combine(directory, ExperimentFile.FileName)))
                options = options with { DataPath = RunRecord.OptionsOf(directory).DataPath };
            var result = Replay.Run(directory, options, RunObserver.None, host.Time, host.Cancel);
            if (result.BrokenAuditLine is { } broken)
                host.Warn($"'{directory}', network/audit.jsonl: line {broken} does not follow from the one before. The log was changed.");
            var withheld = $"{result.Missing} {(result.Missing == 1 ? "reply" : "replies")} withheld";
            if (!result.IsEqual)
                throw AutoFlipException.RunFailed(
                    $"The models differ ({withheld}): the run has {result.Expected}, the simulation {result.Simulated.ModelSha256}. "
                    + "Equal models need the same version of the program and the same kind of processor on all machines.");
            host.Print($"model_sha256 {result.Expected}: equal ({withheld})");
            return ExitCode.Done;
        }
        finally
        {
            if (!isKept) Directory.Delete(options.ResultPath, recursive: true);
        }
    }
}
