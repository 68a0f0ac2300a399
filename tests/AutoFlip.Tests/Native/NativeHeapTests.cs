using System.Globalization;
using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>What is freed stays with the process (docs/decisions/0016).</summary>
/// <remarks>Whole heaps of threads stay too, which is measured there and not tested: what the runtime allocates between tensors decides
/// which heaps are ever empty.</remarks>
public unsafe class NativeHeapTests
{
    const int Size = 40 << 20, Page = 4 << 10; // two blocks do not fit into one of the heaps of 64 MB that threads have

    [Fact]
    public void A_thread_gets_back_what_it_freed_and_no_takenpages()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeHeap.KeepWhatIsFreed(), "Only glibc keeps what is freed if it is asked to.");
        var faults = new List<long>();
        var worker = new Thread(() =>
        {
            // Blocks until one takes new pages; freed, it is what the next can have.
            List<nint> below = [];
            for (var last = 0L; below.Count < 2 || last < Size / Page / 2; below.Add(Block(out last)))
            {
            }
            NativeMemory.Free((void*)below[^1]);
            for (var i = 0; i < 5; i++)
            {
                NativeMemory.Free((void*)Block(out var taken));
                faults.Add(taken);
            }
            foreach (var block in below.SkipLast(1)) NativeMemory.Free((void*)block);
        });

        worker.Start();
        worker.Join();

        Assert.Every(faults, pages => Assert.InRange(pages, 0, Size / Page / 10)); // all 10,240, if the heap had gone
    }

    /// <summary>A block whose every page was written to, and how many pages that took from the system.</summary>
    static nint Block(out long faults)
    {
        var before = Faults();
        var block = NativeMemory.Alloc(Size);
        new Span<byte>(block, Size).Fill(1);
        faults = Faults() - before;
        return (nint)block;
    }

    /// <summary>Pages that this thread was given so far: minflt of proc(5), the tenth field. The second, a name, may hold blanks,
    /// but ends with a parenthesis.</summary>
    static long Faults() =>
        long.Parse(File.ReadAllText("/proc/thread-self/stat").Split(')')[^1].Split(' ')[8], CultureInfo.InvariantCulture);
}
