using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Output that is written into a run directory after its run: plots, the report.</summary>
/// <param name="What">Plural noun for messages.</param>
/// <param name="Command">The command that writes it later, without <c>autoflip</c>, from the run directory as a word of a shell.</param>
/// <param name="IsWanted">Whether it is requested.</param>
/// <param name="Write">Writes it into a run directory.</param>
sealed record RunOutput(string What, Func<string, string> Command, Func<Presentation, bool> IsWanted, Action<string, Presentation> Write)
{
    /// <summary>All outputs, in the order in which they are written: the report links the others.</summary>
    public static ImmutableArray<RunOutput> All { get; } =
    [
        new("plots", directory => $"plot {directory}", show => show.Plot, (directory, _) => PlotFolder.Write(directory)),
        new(
            "report", directory => $"report {directory} --html {directory}/{ReportFile.Name}", _ => true,
            (directory, show) => ReportFile.WriteInto(directory, show.Report)),
    ];

    /// <summary>Writes the requested outputs.</summary>
    /// <remarks>The run has ended and is saved: a failure here is a warning, and the exit code stays that of the run.</remarks>
    public static void WriteAll(Presentation show, string directory, Host host)
    {
        foreach (var output in host.RunOutputs.Where(output => output.IsWanted(show)))
        {
            try
            {
                output.Write(directory, show);
            }
            catch (Exception failure) // a full disk, a missing native library, a defect: none of them undoes the run
            {
                host.Warn(
                    $"the run has ended and is saved, but its {output.What} could not be written: {failure.Message} "
                    + $"Try again with: autoflip {output.Command(ShellWord.Of(directory))}");
                if (show.Verbose) host.Error.WriteLine(failure);
            }
        }
    }
}
