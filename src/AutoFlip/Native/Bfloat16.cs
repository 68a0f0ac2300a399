using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>Support of this processor for bfloat16.</summary>
static class Bfloat16
{
    /// <summary>Whether it is known to lack instructions that multiply bfloat16 numbers, or may not use them (<see cref="OneDnn"/>):
    /// libtorch then emulates them, which gives the same quality of result and takes longer. Processors other than x86 cannot be asked,
    /// and count as having them.</summary>
    public static bool IsEmulated { get; } = X86Base.IsSupported
        && (OneDnn.Remedy == CacheRemedy.NarrowVectors || (!HasAvx512() && !HasAmx()));

    // Leaf 7: subleaf 1, EAX bit 5 is AVX512_BF16; subleaf 0, EDX bit 22 is AMX_BF16.
    static bool HasAvx512() => X86Base.CpuId(0, 0).Eax >= 7 && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    static bool HasAmx() => X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
}
