namespace AutoFlip.Cli;

/// <summary>The runs of one command, in one live view if one was asked for.</summary>
sealed class LiveRuns : IDisposable
{
    const int Most = 12; // of a table of a hundred runs, the last ones: a page of all would be slow to make and to read

    readonly List<Func<string?>> _runs = [];
    readonly LiveView? _view;

    LiveRuns(int? port, Host host) => _view = port is { } asked ? LiveView.Start(asked, () => [.. Directories.TakeLast(Most)], host) : null;

    /// <summary>Directories of the runs that have one, in the order in which they began.</summary>
    public IReadOnlyList<string> Directories
    {
        get
        {
            lock (_runs) return [.. _runs.Select(run => run()).OfType<string>()];
        }
    }

    /// <summary>Begins, if it was asked for.</summary>
    /// <exception cref="AutoFlipException">The address cannot be listened on (exit 2).</exception>
    public static LiveRuns Of(Presentation show, Host host) => new(show.Live, host);

    /// <summary>Another run.</summary>
    /// <param name="directory">Its directory; null until it has one.</param>
    public void Add(Func<string?> directory)
    {
        lock (_runs) _runs.Add(directory);
    }

    /// <inheritdoc/>
    public void Dispose() => _view?.Dispose();
}
