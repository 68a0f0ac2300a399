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

    /// <summary>Keeps freed memory in the process for later tensors, from the first call on. True if the C library supports it:
    /// glibc.</summary>
    /// <remarks>
    /// A training step makes and frees the same tensors as the one before, tens of megabytes each. By default glibc returns each to the
    /// system, which returns it page by page, cleared: a tenth of a step's time (docs/decisions/0016). Threads have their own heaps of 64
    /// MB, of which glibc unmaps an empty one as soon as the previous one has some room, regardless of the thresholds; requesting a
    /// heap's size of room prevents this. Memory does not grow: the peak is that of a step in either case. Applies to the whole process;
    /// <c>malloc_trim</c> still gives back.
    /// </remarks>
    public static bool KeepWhatIsFreed() => Keeps;

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
