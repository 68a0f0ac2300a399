namespace AutoFlip.Cli;

/// <summary><c>autoflip resume</c>: resumes an interrupted run.</summary>
sealed class ResumeCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "resume";

    /// <inheritdoc/>
    public string Usage => "resume DIR [options]";

    /// <inheritdoc/>
    public string Summary => "Resume an interrupted run.";

    /// <inheritdoc/>
    public string Details => "Resumes an interrupted run. Its experiment is fixed; only these options may change.";

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings =>
        [.. Cli.Settings.Running.Where(setting => setting.Property?.Name != nameof(RunOptions.ResultPath)), .. NetworkSettings.Cluster];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (positionals is not [var directory])
            throw AutoFlipException.BadRequest("resume: one run directory is expected. A run prints it as its first and last line.");
        ExperimentFile.RequireRun(directory);
        ExperimentRules.Check(request.Options);
        var engine = WorkerCommand.EngineOf(request, host);
        Session.Watch(request.Show, host, display => engine.Resume(directory, request.Options, display, host.Time, host.Cancel));
        return ExitCode.Done;
    }
}
