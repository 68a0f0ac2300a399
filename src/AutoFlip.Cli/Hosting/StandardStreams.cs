using System.Runtime.InteropServices;

namespace AutoFlip.Cli;

/// <summary>Standard streams that the program was started without, as by a shell's <c>&gt;&amp;-</c>.</summary>
/// <remarks>
/// Pipes of the runtime then occupy the free descriptors among 0, 1 and 2, and text that is printed, by native libraries too, arrives
/// there as signals that nobody sent. Descriptors in use cannot be moved: the process executes its program again, with the null
/// device in place of each missing stream.
/// </remarks>
static partial class StandardStreams
{
    const int GetFlags = 1, CloseOnExec = 1, ReadWrite = 2; // F_GETFD, FD_CLOEXEC and O_RDWR of Linux

    /// <summary>Returns at once where no stream is missing, and on other systems than Linux; else the program begins anew.</summary>
    public static void Restore()
    {
        if (!OperatingSystem.IsLinux()) return;
        int[] missing = [.. Enumerable.Range(0, 3).Where(IsMissing)];
        if (missing is []) return;
        var nothing = Open("/dev/null", ReadWrite);
        foreach (var stream in missing) Duplicate(nothing, stream);
        Execute("/proc/self/exe", [.. File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0'), null]);
    }

    /// <summary>Closed, or opened by the runtime: its descriptors are marked to be closed on exec, which no inherited one can be.</summary>
    static bool IsMissing(int stream) => Control(stream, GetFlags) is var flags && (flags < 0 || (flags & CloseOnExec) != 0);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int number);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);
}
