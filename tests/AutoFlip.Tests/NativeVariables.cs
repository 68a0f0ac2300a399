using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Environment variables as native libraries see them.</summary>
static partial class NativeVariables
{
    /// <summary>A variable's value; null if it is not set.</summary>
    public static string? Get(string name) => Marshal.PtrToStringUTF8(Read(name));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr Read(string name);
}
