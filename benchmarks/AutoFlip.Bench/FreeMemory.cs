using System.Runtime.InteropServices;

namespace AutoFlip.Bench;

/// <summary>Memory that nobody uses but the process still holds.</summary>
static partial class FreeMemory
{
    /// <summary>Collects garbage, and gives what is free back to the system: managed memory, and native
    /// memory where the allocator can.</summary>
    public static void GiveBack()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers(); // their objects are garbage of the second pass
        }
        if (HasGlibc) Trim(0);
    }

    static bool HasGlibc { get; } =
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "malloc_trim", out _);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
