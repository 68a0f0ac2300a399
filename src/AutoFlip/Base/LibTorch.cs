using System.Runtime.InteropServices;
using TorchSharp;

namespace AutoFlip;

/// <summary>The libtorch of a process.</summary>
/// <param name="Folder">The folder it was loaded from; empty where TorchSharp found it by itself, and the system does not tell.</param>
/// <param name="Version">Its version, such as <c>2.10.0+cu128</c>.</param>
/// <param name="HasCuda">True if it can compute on NVIDIA's GPUs, where there are any.</param>
public sealed record LoadedLibTorch(string Folder, string Version, bool HasCuda);

/// <summary>libtorch, the native library that computes.</summary>
/// <remarks>A process loads one, when it first needs it: the one that <see cref="Use"/> or the environment variable AUTOFLIP_LIBTORCH
/// names, else the program's own. Only versions 2.10.x are accepted: TorchSharp's library is compiled against one minor version, and
/// another ends the process or computes wrongly.</remarks>
public static class LibTorch
{
    /// <summary>Version of the packages with the library.</summary>
    public const string Version = TorchFolder.Packaged;

    const string Remedy = "Name one with LibTorch.Use or the environment variable " + TorchLibrary.Variable + ": " + TorchFolder.Accepted;

    static readonly Lazy<string?> Stranger = new(TorchLibrary.FindStranger);

    /// <summary>The package with the library for this platform; null if there is none.</summary>
    internal static string? Package => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => "libtorch-cpu-linux-x64",
        Architecture.X64 when OperatingSystem.IsWindows() => "libtorch-cpu-win-x64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "libtorch-cpu-osx-arm64",
        _ => null,
    };

    /// <summary>Names the folder from which this process loads libtorch; to be called before anything computes.</summary>
    /// <param name="folder">The folder with its libraries: <c>torch/lib</c> of a Python installation, or <c>lib</c> of an unzipped
    /// libtorch.</param>
    /// <exception cref="AutoFlipException">A library is missing in it, it is not of version 2.10, or the process has another libtorch
    /// (exit 2).</exception>
    public static void Use(string folder)
    {
        if (TorchLibrary.Name("LibTorch.Use", folder) is { } refused) throw AutoFlipException.BadRequest(refused);
    }

    /// <summary>Loads it if it is not loaded yet. Runs and predictions do so themselves; a program that uses TorchSharp before anything of
    /// AutoFlip calls this first.</summary>
    /// <exception cref="AutoFlipException">AUTOFLIP_LIBTORCH names a folder that is not accepted (exit 2), or libtorch cannot be loaded
    /// (exit 4): the message names the missing package, or the library that does not load.</exception>
    public static void Require()
    {
        if (TorchLibrary.Refusal is { } refused) throw AutoFlipException.BadRequest(refused);
        try
        {
            TorchLibrary.Load();
        }
        catch (DllNotFoundException e)
        {
            throw AutoFlipException.RunFailed(e.Message, e);
        }
        try
        {
            torch.empty(0).Dispose();
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException
            or BadImageFormatException)
        {
            throw AutoFlipException.RunFailed(Fault(Package, TorchLibrary.FindLoaded()?.Path), e);
        }
        if (Stranger.Value is { } stranger)
            throw AutoFlipException.RunFailed(
                $"'{stranger}' of another libtorch was loaded too, because the system finds it: take its folder out "
                + $"of {(OperatingSystem.IsWindows() ? "PATH" : "LD_LIBRARY_PATH")}, or name it with LibTorch.Use or "
                + $"{TorchLibrary.Variable}.");
    }

    /// <summary>The libtorch of this process; loads it if it is not loaded yet.</summary>
    /// <exception cref="AutoFlipException">It cannot be loaded: see <see cref="Require"/>.</exception>
    public static LoadedLibTorch Loaded
    {
        get
        {
            Require();
            var folder = TorchLibrary.Load()?.Path ?? Path.GetDirectoryName(TorchLibrary.FindLoaded()?.Path);
            return new(folder ?? "", TorchLibrary.Version, folder is not null && TorchFolder.Of(folder).HasCuda);
        }
    }

    /// <summary>Loads libtorch, and makes sure that it can compute on a GPU.</summary>
    /// <returns>The number of GPUs that it sees, at least 1.</returns>
    /// <exception cref="AutoFlipException">This libtorch has no CUDA, or the driver or the GPU is missing (exit 2): the message says
    /// what to do. Or libtorch cannot be loaded: see <see cref="Require"/>.</exception>
    public static int RequireCuda()
    {
        var loaded = Loaded;
        var devices = 0;
        var fault = CudaFault(
            loaded, () => NativeLibrary.TryLoad(CudaDriver.Library, out _),
            () => devices = torch.cuda.is_available() ? torch.cuda.device_count() : 0);
        return fault is null ? devices : throw AutoFlipException.BadRequest(fault);
    }

    /// <summary>Reason why a libtorch cannot compute on a GPU, and the remedy; null if it can.</summary>
    /// <param name="libTorch">Which.</param>
    /// <param name="hasDriver">Tests whether the machine has NVIDIA's driver.</param>
    /// <param name="countDevices">Counts the GPUs.</param>
    internal static string? CudaFault(LoadedLibTorch libTorch, Func<bool> hasDriver, Func<int> countDevices) =>
        !libTorch.HasCuda
            ? $"The libtorch {libTorch.Version} in '{libTorch.Folder}' is without CUDA, so it cannot compute on a GPU. {Remedy}, with CUDA."
        : !hasDriver()
            ? $"NVIDIA's driver is missing, so there is no GPU to compute on: {CudaDriver.Library} cannot be loaded. Install the "
                + "driver, or compute on the CPU."
        : countDevices() == 0
            ? $"The libtorch {libTorch.Version} in '{libTorch.Folder}' finds no GPU: there is none, CUDA_VISIBLE_DEVICES hides it, or the "
                + "driver is too old for it. 'nvidia-smi' tells; else compute on the CPU."
        : null;

    /// <summary>Reason why libtorch cannot be loaded, and the remedy.</summary>
    /// <param name="package">The package for this platform; null where there is none.</param>
    /// <param name="found">Its main library; null if it is not there.</param>
    internal static string Fault(string? package, string? found) =>
        package is null
            ? $"libtorch {Version} is not published for this platform ({RuntimeInformation.RuntimeIdentifier}); "
                + "it is for linux-x64, win-x64 and osx-arm64."
        : found is null
            ? $"The native library libtorch is missing: add it to the program with 'dotnet add package {package} --version {Version}'. "
                + $"Or name one with LibTorch.Use or {TorchLibrary.Variable}: {TorchFolder.Accepted}."
        : $"The native library '{found}' is there but cannot be used: its version must be {Version}, "
            + "and on Linux it needs glibc 2.34 and the libstdc++ of GCC 12, or later ones.";
}
