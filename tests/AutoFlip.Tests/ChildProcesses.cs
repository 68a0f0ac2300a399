using System.Runtime.CompilerServices;

namespace AutoFlip.Tests;

/// <summary>Settings of the processes that tests start.</summary>
static class ChildProcesses
{
    /// <summary>Lets the just-in-time compiler start every method with quick code, and without profiling: a process that lives for two
    /// seconds spends most of them compiling, and no result depends on it.</summary>
    [ModuleInitializer]
    internal static void StartQuickly()
    {
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
        Environment.SetEnvironmentVariable("DOTNET_TC_QuickJitForLoops", "1");
    }
}
