using System.Diagnostics;

namespace AutoFlip.Bench;

/// <summary>Use of processor and memory by this process over a time.</summary>
/// <param name="CpuSeconds">Processor time, of all threads.</param>
/// <param name="Growth">Bytes by which resident memory has grown at its peak.</param>
/// <param name="Peak">Resident bytes at the peak.</param>
sealed record Usage(double CpuSeconds, long Growth, long Peak)
{
    /// <summary>Processor time of this process so far.</summary>
    public static TimeSpan Cpu => Process.GetCurrentProcess().TotalProcessorTime;
}

/// <summary>Measures from its creation on. Resident memory is looked at every few milliseconds.</summary>
sealed class UsageMeter
{
    static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    readonly TimeSpan _cpu = Usage.Cpu;
    readonly long _resident = Environment.WorkingSet;
    readonly ManualResetEventSlim _stop = new();
    readonly Thread _thread;
    long _peak;

    /// <summary>Begins to measure.</summary>
    public UsageMeter()
    {
        _peak = _resident;
        _thread = new Thread(() =>
        {
            do Look();
            while (!_stop.Wait(Period));
        })
        { IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>The use so far.</summary>
    public Usage Now()
    {
        Look();
        var peak = Volatile.Read(ref _peak);
        return new((Usage.Cpu - _cpu).TotalSeconds, peak - _resident, peak);
    }

    /// <summary>Stops measuring.</summary>
    public Usage Stop()
    {
        _stop.Set();
        _thread.Join();
        return Now();
    }

    void Look() => Volatile.Write(ref _peak, Math.Max(Volatile.Read(ref _peak), Environment.WorkingSet));
}
