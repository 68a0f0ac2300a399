namespace AutoFlip.Bench;

/// <summary><c>./bench</c>: measurements of this machine, each an entry of <see cref="Benchmark.All"/>.</summary>
sealed class BenchCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "bench";

    /// <inheritdoc/>
    public string Usage => "NAME [options]";

    /// <inheritdoc/>
    public string Synopsis => $"./bench {Usage}";

    /// <inheritdoc/>
    public string Summary => "Measure this machine.";

    /// <inheritdoc/>
    public string Details => $"""
        Prints a report as Markdown; progress goes to standard error. Each measurement has a
        setting of its own, which options change.

        {string.Join('\n', Benchmark.All.Select(benchmark => $"  {benchmark.Name,-14}{benchmark.Summary}"))}
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => [.. Cli.Settings.All, .. BenchOptions.Settings];

    /// <inheritdoc/>
    public Request Defaults => new BenchRequest();

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(words => new BenchRequest { Experiment = Find(words)?.Experiment ?? new() });
        foreach (var warning in warnings) host.Warn(warning);
        var chosen = Find(positionals) ?? throw AutoFlipException.BadRequest(Unknown(positionals));
        var settled = (BenchRequest)request.Resolve(host.Warn);
        var context = new BenchContext(settled.Experiment, settled.Options, settled.Bench, host.Out, host.Error, host.Time, host.Cancel)
        {
            Command = string.Join(' ', ["./bench", .. Environment.GetCommandLineArgs()[1..]]),
        };
        try
        {
            chosen.Run(context);
            return ExitCode.Done;
        }
        catch (OperationCanceledException stopped) when (host.Cancel.IsCancellationRequested)
        {
            throw new AutoFlipException(ExitCode.Interrupted, "interrupted; a measurement cut short is not reported.", stopped);
        }
    }

    static Benchmark? Find(IReadOnlyList<string> words) =>
        words is [var name] ? Benchmark.All.FirstOrDefault(benchmark => benchmark.Name == name) : null;

    static string Unknown(IReadOnlyList<string> words)
    {
        var names = Benchmark.All.Select(benchmark => benchmark.Name).ToList();
        var problem = words is [var name]
            ? $"there is no measurement '{name}'.{Nearest.Hint(name, names)}"
            : "the name of one measurement is expected.";
        return $"bench: {problem} Accepted: {string.Join(", ", names)}.";
    }
}
