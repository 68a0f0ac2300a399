namespace AutoFlip.Cli;

/// <summary><c>autoflip plot</c>: the figures of runs as pictures and tables, and of several runs their comparison.</summary>
sealed class PlotCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "plot";

    /// <inheritdoc/>
    public string Usage => "plot DIR... [options]";

    /// <inheritdoc/>
    public string Summary => "Write plots of runs and of comparisons.";

    /// <inheritdoc/>
    public string Details => """
        Writes plots of a run, finished or not, into its run directory: PNG, SVG, and the same
        numbers as CSV. For several runs it writes their comparison into -o DIR, and the plots of
        each run into a subfolder; runs that differ only in their seeds are one line.
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => Cli.Settings.Plot;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, directories, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (directories is [])
            throw AutoFlipException.BadRequest("plot: at least one run directory is expected. A run prints it as its first and last line.");
        if (directories.Count > 1 && request.Plot.Output is null)
            throw AutoFlipException.BadRequest("plot: a comparison of several runs needs an output directory: --output (-o) DIR.");
        PlotFormat[] formats = [.. request.Plot.Formats.Select(FormatOf).Distinct()];
        RunRecord[] runs = [.. directories.Select(RunRecord.Load)];

        if (runs is [var single]) Write(RunCharts.Of(single), request.Plot.Output ?? OwnFile.Folder(single.Directory, PlotFolder.Name));
        else
        {
            Write(RunCharts.Comparing(runs), request.Plot.Output!);
            foreach (var (folder, run) in Folders(runs)) Write(RunCharts.Of(run), Path.Combine(request.Plot.Output!, folder));
        }
        return ExitCode.Done;

        void Write(IReadOnlyCollection<Chart> charts, string folder)
        {
            if (charts.Count == 0) host.Warn($"{folder}: nothing to plot yet: no round has finished.");
            PlotFolder.Write(charts, folder, formats);
            host.Out.WriteLine($"{folder}: {charts.Count} figures");
        }
    }

    /// <summary>A folder for each run: its name, with a number behind it if another run is called that too.</summary>
    static IEnumerable<(string Folder, RunRecord Run)> Folders(IEnumerable<RunRecord> runs)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var run in runs)
        {
            var folder = run.Name;
            for (var number = 2; !taken.Add(folder); number++) folder = $"{run.Name}_{number}";
            yield return (folder, run);
        }
    }

    static PlotFormat FormatOf(string text)
    {
        string[] names = [.. PlotFolder.AllFormats.Select(format => format.ToString().ToLowerInvariant())];
        return names.Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<PlotFormat>(text, ignoreCase: true)
            : throw AutoFlipException.BadRequest(
                $"--format: '{text}' is not accepted. Accepted: {string.Join(", ", names)}.{Nearest.Hint(text, names)}");
    }
}
