using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Stage of a run. Where a table finds several runs of one experiment, it prefers later members of this list.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStage>))]
public enum RunStage
{
    /// <summary>The run ended with an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Its process ended without a record, by a kill or a power cut.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>The user interrupted it.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>A process holds its lock.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>All rounds are done and summed up.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>Status of a run: read from its directory, and written there (<c>status.json</c>) when the run fails or is
/// interrupted.</summary>
/// <param name="Stage">How far it has come.</param>
/// <remarks>
/// A process holds an exclusive lock on <c>checkpoints/lock</c> from before the first round until after this file is written, and the
/// operating system releases the lock of a process that was killed. So a held lock means running, regardless of the files; no lock and no
/// record means stopped.
/// </remarks>
public sealed record RunStatus([property: JsonPropertyName("state")] RunStage Stage) : IChecked
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "status.json";

    const int LongestReason = 2000;

    /// <summary>Version of the format. Fields may be added without raising it.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Reason of the failure; null unless the run failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The exit code of a run that failed.</summary>
    public int? ExitCode { get; init; }

    /// <summary>True if the run failed twice for the same reason: runs are deterministic, so resuming it would fail again.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Time at which the run ended.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The status of the run in a directory.</summary>
    /// <exception cref="AutoFlipException">The record of its end is damaged (exit 3).</exception>
    public static RunStatus Of(string directory) =>
        File.Exists(Path.Combine(directory, RunSummary.FileName)) ? new(RunStage.Done) : BeforeEnd(directory);

    /// <summary>The status regardless of a summary, which may be damaged.</summary>
    internal static RunStatus BeforeEnd(string directory) =>
        IsInUse(directory) ? new(RunStage.Running)
        : Recorded(directory) ?? new(RunStage.Stopped);

    /// <summary>Tests whether a process runs the run of a directory.</summary>
    public static bool IsInUse(string path)
    {
        var file = Path.Combine(path, "checkpoints", "lock");
        if (!File.Exists(file)) return false;
        try
        {
            using var free = OwnFile.OpenRead(file, FileShare.Read);
            return false;
        }
        catch (IOException) // whoever is at it shares the file with nobody
        {
            return true;
        }
    }

    /// <summary>The record of an end.</summary>
    /// <param name="why">What ended the run; an <see cref="OperationCanceledException"/> if it was cancelled.</param>
    /// <param name="before">The record of an earlier end of the same run; null if there is none.</param>
    /// <param name="now">The time.</param>
    /// <param name="experiment">What was run: the folders of its data set are left out of the reason, which reports
    /// show. Null if that is not known.</param>
    internal static RunStatus Of(Exception why, RunStatus? before, DateTimeOffset now, Experiment? experiment = null)
    {
        if (why is OperationCanceledException) return new(RunStage.Interrupted) { Time = now };
        var reason = Text(experiment is null ? why.Message : DataSetName.WithoutFolders(why.Message, experiment));
        var code = (why as AutoFlipException)?.Code ?? AutoFlip.ExitCode.RunFailed;
        var isRepeated = before?.Reason == reason && code == AutoFlip.ExitCode.RunFailed && !IsOutside(why)
            && !IsOutside(why.InnerException);
        return new(RunStage.Failed) { Reason = reason, ExitCode = (int)code, IsRepeated = isRepeated, Time = now };
    }

    /// <summary>Tests whether the cause is the machine, where it may be removed, rather than the run.</summary>
    static bool IsOutside(Exception? why) => why is IOException or UnauthorizedAccessException or OutOfMemoryException;

    /// <summary>In a few words: <c>failed: the disk is full</c>.</summary>
    [JsonIgnore]
    public string InWords => Stage switch
    {
        RunStage.Failed => $"failed: {Reason}",
        RunStage.Stopped => "stopped before its end",
        var stage => stage.ToString().ToLowerInvariant(),
    };

    /// <summary>In a sentence with what to do about it, for a run that is neither done nor running; null otherwise.</summary>
    /// <param name="directory">The run directory as it can be typed.</param>
    /// <param name="resume">What resumes a run, given its directory.</param>
    public string? Advice(string directory, string resume = "Simulation.Resume") => Stage switch
    {
        RunStage.Failed when IsRepeated =>
            $"The run failed twice with the same error: {Reason} Resuming it would fail again: start a run with other options.",
        RunStage.Failed => $"The run failed: {Reason} Once the cause is removed, resume it with: {resume} {directory}",
        RunStage.Interrupted => $"The run was interrupted. Resume it with: {resume} {directory}",
        RunStage.Stopped => $"The run was stopped before its end, and no process runs it now. Resume it with: {resume} {directory}",
        _ => null,
    };

    /// <summary>The record of an end before the last round; null if there is none.</summary>
    internal static RunStatus? Recorded(string directory) =>
        RunJson.Load<RunStatus>(Path.Combine(directory, FileName), "without the file the run counts as stopped") is { } read
            ? read with { Reason = read.Reason is { } reason ? Text(reason) : null }
            : null;

    string? IChecked.Fault() =>
        Stage is not (RunStage.Failed or RunStage.Interrupted) ? "'state' must be failed or interrupted"
        : Stage == RunStage.Failed && Reason is null ? "'reason' is missing"
        : null;

    /// <summary>On one line, without control characters, ending in a full stop.</summary>
    static string Text(string message)
    {
        var line = string.Concat(message.ReplaceLineEndings(" ").Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();
        if (line.Length > LongestReason) line = line[..LongestReason] + "...";
        return line.EndsWith('.') || line.EndsWith('!') || line.EndsWith('?') ? line : $"{line}.";
    }
}
