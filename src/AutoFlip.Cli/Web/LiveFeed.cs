using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary>The current page of runs in progress. Nothing is read or built without a request.</summary>
/// <param name="directories">The run directories; more may come.</param>
/// <param name="time">The clock.</param>
/// <remarks>
/// It reads run directories only, so runs of other processes work too. A change is seen by the length of the logs and by which files
/// there are; only then is anything read, once for all who look, and the next look comes after ten times as long as that took, though
/// after three seconds at the latest: however fast rounds come, looking costs a tenth of one core. Safe for several threads.
/// </remarks>
sealed class LiveFeed(Func<IReadOnlyList<string>> directories, TimeProvider time)
{
    const int PauseFactor = 10; // times the time that making the page took
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(250), Most = TimeSpan.FromSeconds(3);
    static readonly string[] Watched =
    [
        "rounds.jsonl", Path.Combine("checkpoints", "exploration.jsonl"), "summary.json", "guidance.json", "partition.json",
        RunStatus.FileName,
    ];

    static readonly ReportPage Unreadable = new("AutoFLIP", "", Html.Of($"<h1>The run cannot be shown</h1>\n"), []);

    readonly Lock _lock = new();
    LiveState? _state;

    /// <summary>Pause before the next check of the files.</summary>
    public TimeSpan Pause { get; private set; } = Least;

    /// <summary>The page as it is now; the same object as long as nothing changed.</summary>
    public LiveState Now()
    {
        lock (_lock)
        {
            var folders = directories();
            var seen = string.Join('\n', folders.Select(Signature));
            if (_state?.Seen == seen) return _state;
            var started = time.GetTimestamp();
            _state = Read(folders, seen);
            Pause = TimeSpan.FromTicks(Math.Clamp((time.GetElapsedTime(started) * PauseFactor).Ticks, Least.Ticks, Most.Ticks));
            return _state;
        }
    }

    LiveState Read(IReadOnlyList<string> folders, string seen)
    {
        try
        {
            RunRecord[] runs = [.. folders.Select(RunRecord.Load)];
            return new(
                seen, ReportPage.Of(runs, new PageLinks(Folder: null), ExperimentChoices.ForReports),
                runs.Length > 0 && runs.All(run => run.Status.Stage != RunStage.Running), null);
        }
        catch (AutoFlipException trouble)
        {
            return new(seen, _state?.Page ?? Unreadable, false, Spelling.Of(trouble.Message));
        }
    }

    static string Signature(string folder) =>
        string.Join('|', Watched.Select(name => new FileInfo(Path.Combine(folder, name)) is { Exists: true } file ? file.Length : -1)
        .Prepend(IsInUse(folder) ? 1 : 0).Prepend(folder.Length)); // a killed run changes no file, but its lock is free

    static bool IsInUse(string folder)
    {
        try
        {
            return RunStatus.IsInUse(folder);
        }
        catch (AutoFlipException) // it is no file: reading the run reports it
        {
            return false;
        }
    }
}

/// <summary>A live page at one moment.</summary>
/// <param name="Seen">What the files looked like.</param>
/// <param name="Page">The page of the last time that all runs could be read.</param>
/// <param name="Ended">Whether all runs have ended.</param>
/// <param name="Trouble">Why the page could not be brought up to date; null if it is.</param>
sealed record LiveState(string Seen, ReportPage Page, bool Ended, string? Trouble)
{
    /// <summary>The whole page; built once for all readers.</summary>
    public string Document => field ??= ReportFile.Text(Page with { Content = ContentOf(Page, Trouble) }, LiveView.Events);

    /// <summary>The message that brings a page in a browser to this state, on one line.</summary>
    public string Message { get; } = ChartJson.Write(new JsonObject
    {
        ["title"] = Page.Title,
        ["progress"] = Trouble ?? Page.Progress,
        ["ended"] = Ended,
        ["content"] = ContentOf(Page, Trouble).Text,
        ["charts"] = ChartJson.Of(Page.Charts),
    });

    static Html ContentOf(ReportPage page, string? trouble) =>
        trouble is null ? page.Content : Html.Of($"<p class=\"lead\">{trouble}</p>\n{page.Content}");
}
