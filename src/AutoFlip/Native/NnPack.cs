namespace AutoFlip;

/// <summary>NNPACK, the library inside libtorch that computes convolutions of small batches.</summary>
/// <remarks>It starts only on processors that have AVX2 and FMA, and whose caches it can see. Elsewhere libtorch computes these
/// convolutions otherwise, after a warning each time: 1,200 in a short run of MobileNet. There it is switched off, which changes no result.
/// Where it starts it stays: other kernels would round otherwise.</remarks>
static unsafe class NnPack
{
    const string Context = "_ZN2at13globalContextEv"; // at::globalContext()
    // members of at::Context
    const string Switch = "_ZN2at7Context20setUserEnabledNNPACKEb", State = "_ZNK2at7Context17userEnabledNNPACKEv";

    /// <summary>True if libtorch tries NNPACK; null if this cannot be determined.</summary>
    public static bool? IsEnabled =>
        TorchLibrary.Export(State) is var state and not 0 && TorchLibrary.Export(Context) is var context and not 0
        ? ((delegate* unmanaged<nint, byte>)state)(((delegate* unmanaged<nint>)context)()) != 0
        : null;

    /// <summary>Tests whether NNPACK can start on an x86 processor with these CPUID answers. The third level of caches, which it also
    /// requires, is not checked.</summary>
    public static bool CanStart(OneDnn.CpuId cpuId)
    {
        const int highestOfFeatures = 7, fma = 1 << 12, avx2 = 1 << 5;
        return cpuId(0, 0).Eax >= highestOfFeatures && (cpuId(1, 0).Ecx & fma) != 0 && (cpuId(7, 0).Ebx & avx2) != 0
            && !OneDnn.HidesCaches(cpuId);
    }

    /// <summary>Switches it off; does nothing where libtorch has no such switch.</summary>
    public static void Disable() => Set(false);

    /// <summary>Switches it on or off.</summary>
    internal static void Set(bool enabled)
    {
        if (TorchLibrary.Export(Switch) is var member and not 0 && TorchLibrary.Export(Context) is var context and not 0)
            ((delegate* unmanaged<nint, byte, void>)member)(((delegate* unmanaged<nint>)context)(), enabled ? (byte)1 : (byte)0);
    }
}
