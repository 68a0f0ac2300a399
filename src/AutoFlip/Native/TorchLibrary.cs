using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace AutoFlip;

/// <summary>Loads libtorch, and TorchSharp's native library on systems whose loader refuses it.</summary>
/// <remarks>
/// A process has one libtorch. It is the first of: the one that the program has loaded already, the one that was named, the one that lies
/// where .NET looks for native libraries, the one in the folder <see cref="Folder"/> beside the program. Its libraries are loaded by their
/// full paths before TorchSharp asks for them by name, and are what the loader then finds. Why so: docs/decisions/0063.
///
/// TorchSharp's library requires the symbol version GLIBCXX_3.4.32 of libstdc++. Debian 12 and Ubuntu 22.04 have 3.4.30. The one symbol of
/// that version is an initialiser that no relocation uses. Once the loader has refused the library, a copy in memory in which the version
/// is optional is loaded in its place. Where the library loads as it is, nothing is done. Why so: docs/decisions/0001.
/// </remarks>
static partial class TorchLibrary
{
    /// <summary>The environment variable that names a folder.</summary>
    public const string Variable = "AUTOFLIP_LIBTORCH";

    /// <summary>Folder beside the program with the libtorch that comes with it: not one that .NET looks into.</summary>
    public const string Folder = "libtorch";

    const string Library = "libLibTorchSharp.so", SymbolVersion = "GLIBCXX_3.4.32";
    const uint CloseOnExec = 1; // MFD_CLOEXEC

    static readonly Lazy<TorchFolder?> Chosen = new(LoadChosen);
    static readonly Lazy<nint> Relaxed = new(LoadRelaxed);
    static (string By, string Folder)? _named;

    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "TorchSharp loads its library in a static constructor, and any use of it may be the first.")]
    internal static void Register()
    {
        var context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (_, name) => name switch
        {
            "torch_cpu" => Load() is { } folder ? NativeLibrary.Load(Path.Combine(folder.Path, TorchFolder.Main)) : 0,
            "LibTorchSharp" or Library when OperatingSystem.IsLinux() => Relaxed.Value,
            _ => 0,
        };
    }

    /// <summary>Names the folder to load from.</summary>
    /// <param name="by">What names it, for messages.</param>
    /// <param name="folder">The folder.</param>
    /// <returns>The reason why it is refused, as a sentence; null if it is accepted.</returns>
    public static string? Name(string by, string folder)
    {
        if (RefusalOf(by, folder) is { } refused) return refused;
        _named = (by, folder);
        return null;
    }

    /// <summary>The reason why the named folder is refused, as a sentence; null if it is accepted, and where none is named.</summary>
    public static string? Refusal => Named is var (by, folder) ? RefusalOf(by, folder) : null;

    static (string By, string Folder)? Named =>
        _named ?? (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? (Variable, folder) : null);

    /// <summary>Version of the libtorch that is loaded, or would be.</summary>
    public static string Version => (Place is { } path ? TorchFolder.Of(path).Version : null) ?? Machine.Package("libtorch-");

    /// <summary>Folder that libtorch is or would be loaded from; null if there is none.</summary>
    static string? Place => FolderOf(FindLoaded()?.Path) ?? Named?.Folder ?? FolderOf(FindOwn());

    /// <summary>Loads libtorch if it is not loaded yet.</summary>
    /// <returns>The folder it is loaded from; null if there is none, and only TorchSharp may know of another.</returns>
    /// <exception cref="DllNotFoundException">The named folder is refused, or a library that is there cannot be loaded: the message is a
    /// sentence.</exception>
    public static TorchFolder? Load() => Chosen.Value;

    /// <summary>Loads libtorch if it is not loaded yet.</summary>
    /// <returns>As <see cref="FindLoaded"/>.</returns>
    public static (string Path, nint Address)? LoadMain()
    {
        if (Load() is null) torch.empty(0).Dispose(); // TorchSharp has ways of its own, for notebooks
        return FindLoaded();
    }

    /// <summary>The main library, and the address to which it was loaded; null if it is not loaded, and where the system does not
    /// tell.</summary>
    public static (string Path, nint Address)? FindLoaded()
    {
        var main = LoadedParts().FirstOrDefault(part => part.ModuleName == TorchFolder.Main);
        return main is null ? null : (main.FileName, main.BaseAddress);
    }

    /// <summary>Path of a library that belongs to another libtorch than the main one; null if there is none.</summary>
    /// <remarks>TorchSharp always asks the system for torch_cuda. Where ours has none, that of a folder in LD_LIBRARY_PATH is
    /// loaded.</remarks>
    public static string? FindStranger()
    {
        var parts = LoadedParts();
        return FolderOf(parts.FirstOrDefault(part => part.ModuleName == TorchFolder.Main)?.FileName) is { } home
            ? parts.Select(part => part.FileName).FirstOrDefault(file => FolderOf(file) != home)
            : null;
    }

    static ProcessModule[] LoadedParts()
    {
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Where(module => TorchFolder.Names.Contains(module.ModuleName))];
    }

    /// <summary>The address of a function that the main library exports, by the name that a compiler for Linux gives it; 0 if it does not
    /// export it, and on other systems. Loads libtorch.</summary>
    public static nint Export(string symbol)
    {
        if (!OperatingSystem.IsLinux() || LoadMain() is not var (path, _)) return 0;
        return NativeLibrary.TryGetExport(NativeLibrary.Load(path), symbol, out var address) ? address : 0;
    }

    /// <summary>The path of a library that lies where the runtime looks for native libraries; null if it does not.</summary>
    public static string? Find(string name)
    {
        var folders = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Append(AppContext.BaseDirectory).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>The path of the program's own main library; null if it has none.</summary>
    static string? FindOwn() => Find(TorchFolder.Main)
        ?? (Path.Combine(AppContext.BaseDirectory, Folder, TorchFolder.Main) is var own && File.Exists(own) ? own : null);

    static string? RefusalOf(string by, string folder) =>
        (TorchFolder.Refuses(folder)
            ?? Mix(folder, Chosen.IsValueCreated ? Chosen.Value?.Path : FolderOf(FindLoaded()?.Path), FolderOf(Find(TorchFolder.Main))))
            is { } reason ? $"{by}: '{folder}' is not accepted: {reason}. Accepted: {TorchFolder.Accepted}." : null;

    /// <summary>The reason why a libtorch would meet another one in a process, without a full stop; null if it would not. Two of them end
    /// the process, or functions of one work on data of the other.</summary>
    /// <param name="folder">The folder of the first.</param>
    /// <param name="loaded">The folder of the one that is loaded; null if none is.</param>
    /// <param name="searched">The folder of the one that .NET finds for TorchSharp; null if there is none.</param>
    internal static string? Mix(string folder, string? loaded, string? searched)
    {
        return loaded is not null && IsOther(loaded)
                ? $"libtorch is loaded from '{loaded}' already, and a process can have only one"
            : searched is not null && IsOther(searched)
                ? $"the program has another one in '{searched}', where .NET finds it; leave the package with it out of the program"
            : null;

        bool IsOther(string other) => TorchFolder.FullPathOf(folder) != TorchFolder.FullPathOf(other);
    }

    static string? FolderOf(string? file) => Path.GetDirectoryName(file);

    static TorchFolder? LoadChosen()
    {
        if (Refusal is { } refused) throw new DllNotFoundException(refused);
        if (Place is not { } path) return null;
        var isLoaded = FindLoaded() is not null;
        var folder = TorchFolder.Of(path);
        if (folder.Version is { } version && !TorchFolder.IsOfSeries(version))
            throw new DllNotFoundException(
                $"The libtorch in '{folder.Path}' is of version {version}, and TorchSharp's library works with {TorchFolder.Series} only.");
        foreach (var file in isLoaded ? [] : folder.Libraries) Load(file);
        return folder;
    }

    static void Load(string file)
    {
        try
        {
            NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException(Unloadable(file, e.Message), e);
        }
    }

    /// <summary>The sentence about a library that cannot be loaded.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="message">The runtime's message, whose last line is the loader's.</param>
    internal static string Unloadable(string file, string message)
    {
        var why = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1].TrimEnd('.');
        return $"The native library '{file}' cannot be loaded: {why}. It must be libtorch {TorchFolder.Series} with all libraries that it "
            + "needs, and on Linux it needs glibc 2.34 and the libstdc++ of GCC 12, or later ones.";
    }

    /// <summary>Loads a copy in which the symbol version is optional; 0 where it is not the version that is in the way.</summary>
    static nint LoadRelaxed()
    {
        if (Find(Library) is not { } path) return 0;
        var bytes = File.ReadAllBytes(path);
        if (!ElfVersions.MakeOptional(bytes, SymbolVersion)) return 0;
        if (Load() is null) return 0; // libtorch, which a copy in memory looks for nowhere

        using var memory = new SafeFileHandle(CreateMemoryFile(Library, CloseOnExec), ownsHandle: true);
        if (memory.IsInvalid) return 0;
        RandomAccess.Write(memory, bytes, 0);
        return NativeLibrary.TryLoad($"/proc/self/fd/{memory.DangerousGetHandle()}", out var loaded) ? loaded : 0;
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
