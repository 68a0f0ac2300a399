using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace AutoFlip;

/// <summary>Loads libtorch, TorchSharp's native part, on systems on which TorchSharp alone does not.</summary>
/// <remarks>
/// TorchSharp's library requires the symbol version GLIBCXX_3.4.32 of libstdc++. Debian 12 and Ubuntu 22.04 have 3.4.30, so their loader refuses it.
/// The one symbol of that version is an initialiser that no relocation uses. Once the loader has refused the library, a copy in memory in which the
/// version is optional is loaded in its place. Where the library loads as it is, nothing is done. Why so: docs/decisions/0001.
/// </remarks>
public static partial class LibTorch
{
    /// <summary>Version of the packages with the native libraries.</summary>
    public const string Version = "2.10.0";

    const string Library = "libLibTorchSharp.so", SymbolVersion = "GLIBCXX_3.4.32";
    const uint CloseOnExec = 1; // MFD_CLOEXEC

    static readonly Lazy<nint> Relaxed = new(LoadRelaxed);

    /// <summary>Loads libtorch if it is not loaded yet. Runs call it; a program that uses TorchSharp before anything of AutoFlip should, too.</summary>
    /// <exception cref="AutoFlipException">It cannot be loaded (exit 4): the message names the missing package, or the library that does not load.</exception>
    public static void Require()
    {
        try
        {
            torch.empty(0).Dispose();
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or BadImageFormatException)
        {
            throw AutoFlipException.RunFailed(Fault(Package, Find("libtorch_cpu.so", "torch_cpu.dll", "libtorch_cpu.dylib")), e);
        }
    }

    /// <summary>Why libtorch is not loaded, and what to do.</summary>
    /// <param name="package">The package of this platform; null where there is none.</param>
    /// <param name="found">Its main library; null if it is not there.</param>
    internal static string Fault(string? package, string? found) =>
        package is null ? $"libtorch {Version} is not published for this platform ({RuntimeInformation.RuntimeIdentifier}); it is for linux-x64, win-x64 and osx-arm64."
        : found is null ? $"The native library libtorch is missing: add it to the program with 'dotnet add package {package} --version {Version}'."
        : $"The native library '{found}' is there but cannot be loaded: its version must be {Version}, and on Linux it needs glibc 2.34 and the libstdc++ of GCC 12, or later ones.";

    /// <summary>The package with the native libraries of this platform; null if there is none.</summary>
    internal static string? Package => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => "libtorch-cpu-linux-x64",
        Architecture.X64 when OperatingSystem.IsWindows() => "libtorch-cpu-win-x64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "libtorch-cpu-osx-arm64",
        _ => null,
    };

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads its library in a static constructor, and any use of it may be the first.")]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux()) return;
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, name) => name is "LibTorchSharp" or Library ? Relaxed.Value : 0;
    }

    /// <summary>Loads a copy in which the symbol version is optional; 0 where it is not the version that is in the way.</summary>
    static nint LoadRelaxed()
    {
        if (Find(Library) is not { } path) return 0;
        var bytes = File.ReadAllBytes(path);
        if (!ElfVersions.MakeOptional(bytes, SymbolVersion)) return 0;
        foreach (var needed in (string[])["libc10.so", "libtorch_cpu.so", "libtorch.so"]) // beside the library, where a copy in memory does not look
            if (!NativeLibrary.TryLoad(Path.Combine(Path.GetDirectoryName(path)!, needed), out _)) return 0;

        using var memory = new SafeFileHandle(CreateMemoryFile(Library, CloseOnExec), ownsHandle: true);
        if (memory.IsInvalid) return 0;
        RandomAccess.Write(memory, bytes, 0);
        return NativeLibrary.TryLoad($"/proc/self/fd/{memory.DangerousGetHandle()}", out var loaded) ? loaded : 0;
    }

    /// <summary>The path of the first library that lies where the runtime looks for native libraries; null if none does.</summary>
    static string? Find(params ReadOnlySpan<string> names)
    {
        var folders = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in folders.Append(AppContext.BaseDirectory))
            foreach (var name in names)
                if (Path.Combine(folder, name) is var path && File.Exists(path)) return path;
        return null;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
