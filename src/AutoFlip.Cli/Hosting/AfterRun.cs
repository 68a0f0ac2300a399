using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Something that is made of a run directory once its run has ended.</summary>
/// <param name="What">What is made.</param>
/// <param name="Command">The command that makes it later, of a run directory as it can be typed.</param>
/// <param name="IsWanted">Whether it was asked for.</param>
/// <param name="Make">Makes it, given the run directory and how it is to be shown.</param>
sealed record AfterRun(string What, Func<string, string> Command, Func<Presentation, bool> IsWanted, Action<string, Presentation> Make)
{
    /// <summary>All of them. Another one costs one line here.</summary>
    public static ImmutableArray<AfterRun> All { get; } =
    [
        new("plots", directory => $"plot {directory}", show => show.Plot, (directory, _) => PlotFolder.Write(directory)),
        new("report", directory => $"report {directory} --html {directory}/{ReportFile.Name}", _ => true, (directory, show) => ReportFile.WriteInto(directory, show.Report)), // last: it links what there is
    ];

    /// <summary>Makes what was asked for.</summary>
    /// <remarks>The run has ended and is saved: whatever goes wrong here is a sentence on standard error, and the run's success stays one.</remarks>
    public static void MakeAll(Presentation show, string directory, Host host)
    {
        foreach (var made in host.Afterwards.Where(made => made.IsWanted(show)))
        {
            try
            {
                made.Make(directory, show);
            }
            catch (Exception failure) // full disks, missing native libraries, defects: none of them undoes the run
            {
                host.Warn($"the run has ended and is saved, but its {made.What} could not be made: {failure.Message} Try again with: autoflip {made.Command(ShellWord.Of(directory))}");
                if (show.Verbose) host.Error.WriteLine(failure);
            }
        }
    }
}
