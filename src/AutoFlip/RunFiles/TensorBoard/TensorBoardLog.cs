using Google.Protobuf;
using Tensorboard;

namespace AutoFlip;

/// <summary>Writes event files for TensorBoard, in the folder <c>tensorboard</c> of the run directory.</summary>
/// <param name="wanted">Whether they were requested. A run with such files always continues them.</param>
/// <remarks>
/// The files are a function of the rounds' reports, times included, so a resumed run restores them after any interruption
/// (docs/decisions/0025). There are two files: the run's own curves, and under <see cref="Weighted"/> those of clients' means weighted by
/// samples, which TensorBoard draws into the same charts. Values are float32, as in all such files; <c>rounds.jsonl</c> has them exactly.
/// </remarks>
sealed class TensorBoardLog(bool wanted) : RunObserver, IDisposable
{
    /// <summary>The folder.</summary>
    public const string Folder = "tensorboard";

    /// <summary>The second curve, by the reference's name for it.</summary>
    public const string Weighted = "Weighted Average";

    /// <summary>TensorBoard takes every file with "tfevents" in its name.</summary>
    public const string FileName = "events.out.tfevents.autoflip";

    AppendFile? _own, _weighted;
    long _bytes;

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        var folder = Path.Combine(start.Directory, Folder);
        if (!wanted && !Directory.Exists(folder)) return;
        _own = new AppendFile(Path.Combine(OwnFile.Folder(start.Directory, Folder), FileName));
        _weighted = new AppendFile(Path.Combine(OwnFile.Folder(start.Directory, Folder, Weighted), FileName));
        var (own, weighted) = (new MemoryStream(), new MemoryStream());
        foreach (var report in start.Rounds) Write(report, own.Write, weighted.Write);
        _own.ReplaceWith(own.ToArray());
        _weighted.ReplaceWith(weighted.ToArray());
    }

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report)
    {
        if (_own is not null && _weighted is not null) Write(report, _own.Append, _weighted.Append);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        _weighted?.Dispose();
    }

    void Write(RoundReport report, Action<ReadOnlySpan<byte>> own, Action<ReadOnlySpan<byte>> weighted)
    {
        own(Records(report, RoundPoints.All(report, _bytes)));
        weighted(Records(report, RoundPoints.Weighted(report)));
        _bytes += report.DownBytes + report.UpBytes;
    }

    /// <summary>A round as records; before the first one stands what every event file begins with.</summary>
    static byte[] Records(RoundReport report, IEnumerable<CurvePoint> points)
    {
        var begun = report.Time - TimeSpan.FromSeconds(report.Seconds);
        byte[] version = report.Round == 1 ? Record(new Event { WallTime = UnixSeconds(begun), FileVersion = "brain.Event:2" }) : [];
        var values = points.Select(point => new Summary.Types.Value { Tag = point.Tag, SimpleValue = (float)point.Value });
        return
        [
            .. version,
            .. Record(new Event
            {
                WallTime = UnixSeconds(report.Time),
                Step = report.Round,
                Summary = new Summary { Value = { values } },
            }),
        ];
    }

    static byte[] Record(Event happened) => TfRecord.Frame(happened.ToByteArray());

    static double UnixSeconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
