using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AutoFlip.Tests;

/// <summary>The tool as a process.</summary>
static partial class CliProcess
{
    const int SetPipeSize = 1031; // F_SETPIPE_SZ

    /// <summary>Starts it; its output is to be read.</summary>
    public static Process Start(params IEnumerable<string> arguments) => Process.Start(InfoOf(arguments))!;

    static ProcessStartInfo InfoOf(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "AutoFlip.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return start;
    }

    /// <summary>Starts it with a pipe for its output that holds few lines, so that it is never far ahead of its reader. On Linux; the
    /// usual pipe holds some hundred lines.</summary>
    public static Process StartWithSmallPipe(params IEnumerable<string> arguments) => StartWithSmallPipe(InfoOf(arguments));

    /// <summary>Likewise, with an environment variable.</summary>
    public static Process StartWith(string variable, string value, params IEnumerable<string> arguments)
    {
        var start = InfoOf(arguments);
        start.Environment[variable] = value;
        return StartWithSmallPipe(start);
    }

    static Process StartWithSmallPipe(ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        if (OperatingSystem.IsLinux())
            Assert.True(Control(((PipeStream)process.StandardOutput.BaseStream).SafePipeHandle, SetPipeSize, 4096) > 0);
        return process;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafePipeHandle file, int command, int value);
}
