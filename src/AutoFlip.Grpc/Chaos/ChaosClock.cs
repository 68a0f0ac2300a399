namespace AutoFlip.Grpc;

/// <summary>Processes whose clock is wrong, by libfaketime (Debian: libfaketime), where it is installed.</summary>
static class ChaosClock
{
    static readonly string? Library = OperatingSystem.IsLinux()
        ? ((string[])["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"])
            .Select(folder => Path.Combine(folder, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists)
        : null;

    /// <summary>True where it is installed.</summary>
    public static bool IsInstalled => Library is not null;

    /// <summary>Environment of a process whose time of day is shifted, and whose durations are right.</summary>
    /// <param name="shift">The shift, such as +1d.</param>
    public static Dictionary<string, string> Shifted(string shift) => new()
    {
        ["LD_PRELOAD"] = Library!,
        ["FAKETIME"] = shift,
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
    };
}
