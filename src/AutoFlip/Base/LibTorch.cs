using System.Runtime.InteropServices;
using TorchSharp;

namespace AutoFlip;

/// <summary>libtorch, the native library that computes.</summary>
public static class LibTorch
{
    /// <summary>Version of the packages with the library.</summary>
    public const string Version = "2.10.0";

    /// <summary>The package with the library for this platform; null if there is none.</summary>
    internal static string? Package => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() => "libtorch-cpu-linux-x64",
        Architecture.X64 when OperatingSystem.IsWindows() => "libtorch-cpu-win-x64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "libtorch-cpu-osx-arm64",
        _ => null,
    };

    /// <summary>Loads it if it is not loaded yet. Runs and predictions do so themselves; a program that uses TorchSharp before anything of
    /// AutoFlip calls this first.</summary>
    /// <exception cref="AutoFlipException">It cannot be loaded (exit 4): the message names the missing package, or the
    /// library that does not load.</exception>
    public static void Require()
    {
        try
        {
            torch.empty(0).Dispose();
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException
            or BadImageFormatException)
        {
            throw AutoFlipException.RunFailed(
                Fault(Package, TorchLibrary.Find("libtorch_cpu.so", "torch_cpu.dll", "libtorch_cpu.dylib")), e);
        }
    }

    /// <summary>Reason why libtorch cannot be loaded, and the remedy.</summary>
    /// <param name="package">The package for this platform; null where there is none.</param>
    /// <param name="found">Its main library; null if it is not there.</param>
    internal static string Fault(string? package, string? found) =>
        package is null
            ? $"libtorch {Version} is not published for this platform ({RuntimeInformation.RuntimeIdentifier}); "
                + "it is for linux-x64, win-x64 and osx-arm64."
        : found is null
            ? $"The native library libtorch is missing: add it to the program with 'dotnet add package {package} --version {Version}'."
        : $"The native library '{found}' is there but cannot be loaded: its version must be {Version}, "
            + "and on Linux it needs glibc 2.34 and the libstdc++ of GCC 12, or later ones.";
}
