using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>The heap that tensors lie in, which is the C library's.</summary>
static partial class NativeHeap
{
    const int TrimThreshold = -1, TopPad = -2, MapThreshold = -3; // of mallopt(3)
    const int HeapSize = 64 << 20; // of the heaps that glibc gives to threads

    static readonly bool Keeps =
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "mallopt", out _)
        && SetOption(TrimThreshold, int.MaxValue) != 0 && SetOption(MapThreshold, int.MaxValue) != 0 && SetOption(TopPad, HeapSize) != 0;

    /// <summary>From now on, memory that is freed stays with the process for the next tensor. Whether the C library can: glibc.</summary>
    /// <remarks>
    /// A training step makes and frees the same tensors as the one before, tens of megabytes each. By default glibc returns each to the
    /// system, which hands it out again page by page, cleared: a tenth of a step's time (docs/decisions/0016). Threads have heaps of their
    /// own, 64 MB each, of which an empty one goes as soon as the one before has some room, whatever the thresholds: asking for a heap's
    /// size of room keeps it. What the process holds does not grow: its peak is that of a step either way. Applies to the whole process;
    /// <c>malloc_trim</c> still gives back.
    /// </remarks>
    public static bool KeepWhatIsFreed() => Keeps;

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
