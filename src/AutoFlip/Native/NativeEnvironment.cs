using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Environment variables as native libraries see them: on Unix, .NET keeps an environment of its own.</summary>
public static partial class NativeEnvironment
{
    /// <summary>Sets a variable for native libraries that have not read it yet, and for processes started from here.</summary>
    /// <exception cref="InvalidOperationException">The C library refused it.</exception>
    public static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows() && SetVariable(name, value, overwrite: 1) != 0)
            throw new InvalidOperationException($"{name} could not be set.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
