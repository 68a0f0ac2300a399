namespace AutoFlip.Cli;

/// <summary><c>autoflip run</c>: one experiment, from options, a file, or both.</summary>
sealed class RunCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "run";

    /// <inheritdoc/>
    public string Usage => "run [experiment.json] [options]";

    /// <inheritdoc/>
    public string Summary => "Run an experiment.";

    /// <inheritdoc/>
    public string Details => """
        Runs an experiment. Options on the command line override those of the file.
        Each option is listed with its own name first, then the spelling of the paper's code;
        dashes and underscores are interchangeable, as are --option value and --option=value.
        Defaults are in brackets.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [.. Cli.Settings.All, .. NetworkSettings.Cluster];

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var request = Read(line, host);
        var engine = WorkerCommand.EngineOf(request, host);
        Session.Watch(request.Show, host, display => engine.Run(request.Experiment, request.Options, display, host.Time, host.Cancel));
        return ExitCode.Done;
    }

    /// <summary>The run that a command line of this kind describes; warnings are given on the way.</summary>
    /// <exception cref="AutoFlipException">It describes none (exit 2).</exception>
    /// <param name="line">The command line.</param>
    /// <param name="host">Receives warnings.</param>
    /// <param name="change">Applied before the rules are checked; null changes nothing.</param>
    internal static Request Read(CommandLine line, Host host, Func<Request, Request>? change = null)
    {
        var parsed = line.Over(FromFile);
        foreach (var warning in parsed.Warnings) host.Warn(warning);
        if (parsed.Positionals is [var file] && ExperimentFile.TableFieldsOf(file) is { Count: > 0 } fields)
            host.Warn(
                $"'{file}' is a table: 'autoflip run' ignores its {string.Join(", ", fields)}; 'autoflip experiment {file}' uses them.");
        try
        {
            return (change?.Invoke(parsed.Request) ?? parsed.Request).Resolve(host.Warn);
        }
        catch (AutoFlipException refused) when (parsed.Positionals is [_] && refused.Code == ExitCode.BadRequest)
        {
            var lines = refused.Message.Split('\n').Select(text => ExperimentFile.WithFields(text, name => !IsTyped(name, line)));
            throw new AutoFlipException(refused.Code, string.Join('\n', lines), refused);
        }
    }

    /// <summary>Tests whether an option was given on the command line.</summary>
    static bool IsTyped(string name, CommandLine line) => Cli.Settings.All.Any(setting =>
        (setting.Property ?? setting.Option?.Property)?.Name == name && line.ValueOf(setting) is not null);

    static Request FromFile(IReadOnlyList<string> files) => files switch
    {
        [] => new(),
        [var file] when File.Exists(file) || Directory.Exists(file) => new() { Experiment = ExperimentFile.Load(file) },
        [var word] => throw AutoFlipException.BadRequest($"'{word}' is neither an experiment file nor an option."
            + Nearest.Hint($"--{word}", Cli.Settings.All.SelectMany(setting => setting.Declared)) + " See 'autoflip run --help'."),
        _ => throw AutoFlipException.BadRequest(
            $"Only one experiment file is accepted, not {string.Join(", ", files.Select(file => $"'{file}'"))}. "
            + "See 'autoflip run --help'."),
    };
}
