using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Switches of libtorch's global context that TorchSharp does not pass on, called by the names that libtorch exports.</summary>
static unsafe class TorchContext
{
    static readonly (string Linux, string Windows) Context = ("_ZN2at13globalContextEv", "?globalContext@at@@YAAEAVContext@1@XZ");

    // (only deterministic algorithms, only a warning where there is none), and those of cuDNN alone
    static readonly (string Linux, string Windows) Algorithms = (
        "_ZN2at7Context26setDeterministicAlgorithmsEbb", "?setDeterministicAlgorithms@Context@at@@QEAAX_N0@Z");

    static readonly (string Linux, string Windows) CuDnn = (
        "_ZN2at7Context21setDeterministicCuDNNEb", "?setDeterministicCuDNN@Context@at@@QEAAX_N@Z");

    static readonly (string Linux, string Windows) Trials = (
        "_ZN2at7Context17setBenchmarkCuDNNEb", "?setBenchmarkCuDNN@Context@at@@QEAAX_N@Z");

    static readonly (string Linux, string Windows) Filling = (
        "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb", "?setDeterministicFillUninitializedMemory@Context@at@@QEAAX_N@Z");

    static readonly (string Linux, string Windows) State = (
        "_ZNK2at7Context23deterministicAlgorithmsEv", "?deterministicAlgorithms@Context@at@@QEBA_NXZ");

    /// <summary>True if torch uses deterministic algorithms only; null if this cannot be determined.</summary>
    public static bool? IsDeterministic => Find(State) is var state and not 0 && Self is var self and not 0
        ? ((delegate* unmanaged<nint, byte>)state)(self) != 0
        : null;

    static nint Self => Find(Context) is var context and not 0 ? ((delegate* unmanaged<nint>)context)() : 0;

    /// <summary>Makes torch use deterministic algorithms only, or any; an operation that has none fails then. No trial runs of cuDNN, whose
    /// choice depends on the clock.</summary>
    /// <returns>False if libtorch does not export a switch; nothing is changed then.</returns>
    public static bool TrySetDeterministic(bool on)
    {
        var (self, algorithms, cuDnn, trials, filling) = (Self, Find(Algorithms), Find(CuDnn), Find(Trials), Find(Filling));
        if (self == 0 || algorithms == 0 || cuDnn == 0 || trials == 0 || filling == 0) return false;
        var value = on ? (byte)1 : (byte)0;
        ((delegate* unmanaged<nint, byte, byte, void>)algorithms)(self, value, 0);
        ((delegate* unmanaged<nint, byte, void>)cuDnn)(self, value);
        ((delegate* unmanaged<nint, byte, void>)trials)(self, 0);
        ((delegate* unmanaged<nint, byte, void>)filling)(self, 0); // else new tensors are filled, which nobody reads
        return true;
    }

    /// <summary>The address of a function that the libtorch that is loaded exports; 0 if it does not.</summary>
    static nint Find((string Linux, string Windows) symbol) =>
        !OperatingSystem.IsWindows() ? TorchLibrary.Export(symbol.Linux)
        : TorchLibrary.FindLoaded() is { } main
            && NativeLibrary.TryGetExport(NativeLibrary.Load(main.Path), symbol.Windows, out var address) ? address
        : 0;
}
