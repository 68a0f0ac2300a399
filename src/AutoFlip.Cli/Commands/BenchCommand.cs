namespace AutoFlip.Cli;

/// <summary><c>autoflip bench</c>: measurements of this machine. Each is one entry of <see cref="Benchmarks"/>.</summary>
sealed class BenchCommand : ICommand
{
    /// <summary>Name, what it measures, and the measurement, which writes its table to the host.</summary>
    internal static readonly IReadOnlyList<(string Name, string Summary, Func<Request, Host, ExitCode> Measure)> Benchmarks = [];

    /// <inheritdoc/>
    public string Name => "bench";

    /// <inheritdoc/>
    public string Usage => "bench NAME [options]";

    /// <inheritdoc/>
    public string Summary => "Measure this machine.";

    /// <inheritdoc/>
    public string Details => Benchmarks.Count == 0
        ? "There are no measurements in this build."
        : string.Join('\n', Benchmarks.Select(benchmark => $"  {benchmark.Name,-14}{benchmark.Summary}"));

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.All;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, positionals, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        var names = Benchmarks.Select(benchmark => benchmark.Name).ToList();
        var name = positionals is [var only] ? only : "";
        var chosen = Benchmarks.FirstOrDefault(benchmark => benchmark.Name == name);
        return chosen.Measure is { } measure
            ? measure(request.Resolve(host.Warn), host)
            : throw AutoFlipException.BadRequest((name.Length == 0 ? "bench: the name of one measurement is expected." : $"bench: there is no measurement '{name}'.{Nearest.Hint(name, names)}") + " Accepted: "
                + (names.Count == 0 ? "none in this build." : string.Join(", ", names) + "."));
    }
}
