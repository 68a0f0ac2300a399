using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace AutoFlip;

/// <summary>TorchSharp's native library on systems whose loader refuses it.</summary>
/// <remarks>
/// It requires the symbol version GLIBCXX_3.4.32 of libstdc++. Debian 12 and Ubuntu 22.04 have 3.4.30. The one symbol of that version is an
/// initialiser that no relocation uses. Once the loader has refused the library, a copy in memory in which the version is optional is
/// loaded in its place. Where the library loads as it is, nothing is done. Why so: docs/decisions/0001.
/// </remarks>
static partial class TorchLibrary
{
    const string Library = "libLibTorchSharp.so", SymbolVersion = "GLIBCXX_3.4.32";
    const uint CloseOnExec = 1; // MFD_CLOEXEC

    static readonly Lazy<nint> Relaxed = new(LoadRelaxed);

    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "TorchSharp loads its library in a static constructor, and any use of it may be the first.")]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux()) return;
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, name) => name is "LibTorchSharp" or Library ? Relaxed.Value : 0;
    }

    /// <summary>The path of the first library that lies where the runtime looks for native libraries; null if none does.</summary>
    public static string? Find(params ReadOnlySpan<string> names)
    {
        var folders = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in folders.Append(AppContext.BaseDirectory))
            foreach (var name in names)
                if (Path.Combine(folder, name) is var path && File.Exists(path)) return path;
        return null;
    }

    /// <summary>Loads a copy in which the symbol version is optional; 0 where it is not the version that is in the way.</summary>
    static nint LoadRelaxed()
    {
        if (Find(Library) is not { } path) return 0;
        var bytes = File.ReadAllBytes(path);
        if (!ElfVersions.MakeOptional(bytes, SymbolVersion)) return 0;
        // beside the library, where a copy in memory does not look
        foreach (var needed in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"])
            if (!NativeLibrary.TryLoad(Path.Combine(Path.GetDirectoryName(path)!, needed), out _)) return 0;

        using var memory = new SafeFileHandle(CreateMemoryFile(Library, CloseOnExec), ownsHandle: true);
        if (memory.IsInvalid) return 0;
        RandomAccess.Write(memory, bytes, 0);
        return NativeLibrary.TryLoad($"/proc/self/fd/{memory.DangerousGetHandle()}", out var loaded) ? loaded : 0;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
