using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>oneDNN, the library inside libtorch that computes convolutions.</summary>
/// <remarks>
/// It sizes its blocks by the processor's caches. Some virtual machines hide those of AMD's processors: they answer the question for them with zeros, which
/// oneDNN 3.7 takes for caches of one byte. With vectors of 256 bits and more its kernels are then wrong: of random convolutions one in ten, by as much as
/// the result, and some write past their buffers. Held to 128 bits (SSE4.1) they are right (docs/decisions/0030).
/// </remarks>
static class OneDnn
{
    /// <summary>The variable that names the widest instructions its kernels may use.</summary>
    public const string WidestVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>What <see cref="WidestVariable"/> says where kernels are held back.</summary>
    public const string Narrow = "SSE41";

    /// <summary>Answers of the CPUID instruction to a leaf and a subleaf.</summary>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuId(int leaf, int subleaf);

    /// <summary>Whether its kernels are held to narrow vectors in this process.</summary>
    public static bool IsHeldBack { get; } = X86Base.IsSupported && HidesCaches(X86Base.CpuId);

    /// <summary>Whether these answers make it believe in a first cache of one byte: the processor is AMD's, and says nothing of its data cache.</summary>
    public static bool HidesCaches(CpuId cpuId)
    {
        const int authenticAmdInEbx = 0x68747541; // "Auth"; no other maker's name begins so
        const int caches = unchecked((int)0x8000001D), dataCache = 0; // sizes in EBX and ECX, each less one
        return cpuId(0, 0).Ebx == authenticAmdInEbx && cpuId(caches, dataCache) is (_, 0, 0, _);
    }

    /// <summary>Holds kernels back where they need it, before libtorch asks: it does so once, at the first convolution, whoever computes that.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A program may convolve before it makes one of our networks; no later moment is early enough.")]
    internal static void HoldBackWhereCachesAreHidden()
    {
        if (IsHeldBack) NativeEnvironment.Set(WidestVariable, Narrow);
    }
}
