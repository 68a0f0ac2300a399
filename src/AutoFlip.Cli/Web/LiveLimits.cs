namespace AutoFlip.Cli;

/// <summary>Limits of a live view: runs on the same machine have priority.</summary>
sealed record LiveLimits
{
    const int MostConnections = 64, LeastConnections = 4, Share = 8; // of the file handles that are free

    /// <summary>Connections at once; a further one waits until one of them ends. Each takes a file handle, so there are
    /// fewer where handles are short.</summary>
    public int Connections { get; init; } = ConnectionsFor(FreeHandles());

    /// <summary>Streams of events at once, one for each open page; a further one is answered with 503.</summary>
    public int Streams { get; init; } = 24;

    /// <summary>Timeout of a request.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Idle timeout of a connection.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The bound on connections of a process that can open <paramref name="free"/> more files; null if that is unknown.</summary>
    internal static int ConnectionsFor(long? free) =>
        free is { } handles ? (int)Math.Clamp(handles / Share, LeastConnections, MostConnections) : MostConnections;

    /// <summary>The process's limit less what it has open, where the system lists both.</summary>
    static long? FreeHandles()
    {
        const string Limits = "/proc/self/limits", Name = "Max open files";
        if (!File.Exists(Limits)) return null;
        var line = File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.TryParse(line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], out var limit)
            ? limit - Directory.EnumerateFileSystemEntries("/proc/self/fd").Count()
            : null;
    }
}
