using System.Runtime;
using System.Runtime.ExceptionServices;
using TorchSharp;

namespace AutoFlip.Bench;

/// <summary>Threads as a bare loop uses them.</summary>
static class SideBySide
{
    /// <summary>Spreads jobs over threads, each with one intra-op thread: whoever is free takes the next.</summary>
    /// <param name="threads">How many threads.</param>
    /// <param name="jobs">How many jobs.</param>
    /// <param name="work">Is given the thread's number and the job's.</param>
    public static void Run(int threads, int jobs, Action<int, int> work)
    {
        var next = -1;
        Exception? failure = null;
        var running = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            torch.set_num_threads(1);
            try
            {
                for (var job = Interlocked.Increment(ref next); job < jobs; job = Interlocked.Increment(ref next)) work(number, job);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        })
        { IsBackground = true }).ToList();
        foreach (var thread in running) thread.Start();
        foreach (var thread in running) thread.Join();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Does some work without a garbage collection, and says how many there were all the same.</summary>
    /// <remarks>TorchSharp's own optimisers lose objects to the collector while they are in use, and then break.</remarks>
    public static int WithoutCollections(Action work)
    {
        const long Budget = 200L << 20; // bytes that may be allocated before the collector runs after all
        FreeMemory.GiveBack();
        var before = GC.CollectionCount(0);
        var suspended = GC.TryStartNoGCRegion(Budget);
        before = suspended ? GC.CollectionCount(0) : before;
        try
        {
            work();
            return GC.CollectionCount(0) - before;
        }
        finally
        {
            if (suspended && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
        }
    }
}
