using System.Diagnostics;
using System.Text.Json;

namespace AutoFlip.Bench;

/// <summary>Measures a case in a process of its own, so that nothing which went before can show in its memory.</summary>
static class OwnProcess
{
    /// <summary>Starts this program again with the same command line, the case behind it, and reads the answer.</summary>
    /// <typeparam name="T">What <see cref="Answer"/> was given there.</typeparam>
    /// <param name="context">Whether to stop.</param>
    /// <param name="name">The case.</param>
    /// <param name="oneHeap">Whether all threads share one native heap. By default glibc gives each its own, and of those, unlike of the
    /// first, it never gives all back that is free: memory then goes up and down with no use of it.</param>
    /// <exception cref="AutoFlipException">The process failed (exit 4); its own message went to standard error.</exception>
    public static T Measure<T>(BenchContext context, string name, bool oneHeap = false)
    {
        var start = StartInfo(name);
        if (oneHeap) start.Environment["MALLOC_ARENA_MAX"] = "1";
        using var child = Process.Start(start)!;
        using var stop = context.Cancel.Register(child.Kill);
        var answer = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        context.Cancel.ThrowIfCancellationRequested();
        return child.ExitCode == 0
            ? JsonSerializer.Deserialize<T>(answer)!
            : throw AutoFlipException.RunFailed(
                $"The process that measured '{name}' ended with exit code {child.ExitCode}; see its messages above.");
    }

    /// <summary>This program again with the same command line, and the case behind it; its standard output is read here.</summary>
    public static ProcessStartInfo StartInfo(string name)
    {
        var command = Environment.GetCommandLineArgs(); // the program itself comes first
        var program = Environment.ProcessPath!;
        var hosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return new(program, [.. command[(hosted ? 0 : 1)..], "--case", name]) { RedirectStandardOutput = true };
    }

    /// <summary>Writes the answer that the process which asked reads; there is no report then.</summary>
    public static BenchReport Answer<T>(BenchContext context, T outcome)
    {
        context.Output.WriteLine(JsonSerializer.Serialize(outcome));
        return BenchReport.Nothing;
    }
}
