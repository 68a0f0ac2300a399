using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>Support of this processor for bfloat16.</summary>
static class Bfloat16
{
    /// <summary>True on x86 processors that lack instructions for products of bfloat16 numbers, or where these may not be used
    /// (<see cref="OneDnn"/>): libtorch then emulates them, with the same quality of result in more time. False on other processors,
    /// where support cannot be detected.</summary>
    public static bool IsEmulated { get; } = X86Base.IsSupported
        && (OneDnn.Remedy == CacheRemedy.NarrowVectors || (!HasAvx512() && !HasAmx()));

    // Leaf 7: subleaf 1, EAX bit 5 is AVX512_BF16; subleaf 0, EDX bit 22 is AMX_BF16.
    static bool HasAvx512() => X86Base.CpuId(0, 0).Eax >= 7 && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    static bool HasAmx() => X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
}
