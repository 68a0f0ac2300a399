using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AutoFlip;

/// <summary>The remedy for a processor whose caches oneDNN cannot detect.</summary>
enum CacheRemedy
{
    /// <summary>None: oneDNN detects the caches.</summary>
    None,

    /// <summary>Assumed cache sizes were written into oneDNN's record.</summary>
    AssumedSizes,

    /// <summary>The record was not found: kernels are limited to vectors of 128 bits, at a quarter to a half of the speed, in bfloat16 a
    /// thirtieth.</summary>
    NarrowVectors,
}

/// <summary>oneDNN, the library inside libtorch that computes convolutions, and its record of the processor's caches.</summary>
/// <remarks>
/// It sizes its blocks by the processor's caches. Some virtual machines hide those of AMD's processors: CPUID returns zeros, which oneDNN
/// 3.7 reads as caches of one byte. Its kernels are then wrong in one of ten random convolutions, by as much as the result, and some
/// write past their buffers. The remedy writes assumed sizes into oneDNN's record of the processor. If the record is not found, kernels
/// are limited to instructions that do not need the sizes. Measurements: docs/decisions/0030.
/// </remarks>
static unsafe class OneDnn
{
    /// <summary>The variable that names the widest instructions its kernels may use.</summary>
    public const string WidestVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>Value of <see cref="WidestVariable"/> that restricts kernels.</summary>
    public const string Narrow = "SSE41";

    const string Record = "_ZN4dnnl4impl3cpu3x643cpuEv"; // dnnl::impl::cpu::x64::cpu(), which makes it when it is first asked

    /// <summary>The remedy in force in this process.</summary>
    public static CacheRemedy Remedy { get; } = X86Base.IsSupported ? Decide() : CacheRemedy.None;

    /// <summary>Answers of the CPUID instruction to a leaf and a subleaf.</summary>
    public delegate (int Eax, int Ebx, int Ecx, int Edx) CpuId(int leaf, int subleaf);

    /// <summary>Applies the remedy, once; to be called before the first convolution.</summary>
    public static void Prepare() => _ = Remedy;

    /// <summary>Tests whether these CPUID answers make oneDNN assume a first cache of one byte: an AMD processor that does not report its
    /// data cache.</summary>
    public static bool HidesCaches(CpuId cpuId)
    {
        const int authenticAmdInEbx = 0x68747541; // "Auth"; no other maker's name begins so
        const int caches = unchecked((int)0x8000001D), dataCache = 0; // sizes in EBX and ECX, each less one
        return cpuId(0, 0).Ebx == authenticAmdInEbx && cpuId(caches, dataCache) is (_, 0, 0, _);
    }

    /// <summary>oneDNN's record of the processor, in place; null if its address cannot be determined.</summary>
    public static ProcessorRecord* FindRecord()
    {
        if (!OperatingSystem.IsLinux()) return null;
        if (TorchLibrary.LoadMain() is not var (library, address)) return null;
        try
        {
            return ElfSymbols.Find(library, Record) is { } place
                ? ((delegate* unmanaged<ProcessorRecord*>)(address + (nint)place))()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a library that was replaced since it was loaded: there is another remedy
        }
    }

    static CacheRemedy Decide()
    {
        if (!NnPack.CanStart(X86Base.CpuId)) NnPack.Disable(); // it would report that for every small batch
        return HidesCaches(X86Base.CpuId) ? Apply(FindRecord()) : CacheRemedy.None;
    }

    /// <summary>Mends a record that hidden caches have spoilt, or holds oneDNN back where it is not found.</summary>
    public static CacheRemedy Apply(ProcessorRecord* record)
    {
        if (record is not null && record->ReportsOneByteCaches)
        {
            record->GuessSizes();
            return CacheRemedy.AssumedSizes;
        }
        NativeEnvironment.Set(WidestVariable, Narrow);
        return CacheRemedy.NarrowVectors;
    }

    /// <summary>Class Xbyak::util::Cpu as oneDNN 3.7 has it, as far as caches go.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    public struct ProcessorRecord
    {
        [FieldOffset(28)]
        fixed uint _sizes[10]; // bytes, of the data caches from the first on

        [FieldOffset(68)]
        fixed uint _sharing[10]; // cores

        [FieldOffset(108)]
        uint _levels;

        /// <summary>Bytes of each level of data caches that a core has to itself.</summary>
        public readonly uint[] Sizes
        {
            get
            {
                var sizes = new uint[Math.Min(_levels, 10)];
                for (var level = 0; level < sizes.Length; level++) sizes[level] = _sizes[level] / _sharing[level];
                return sizes;
            }
        }

        /// <summary>True if the record has three cache levels of one byte each, which is how oneDNN reads zeros.</summary>
        public readonly bool ReportsOneByteCaches => _levels == 3 && _sizes[0] == 1 && _sizes[1] == 1 && _sizes[2] == 1;

        /// <summary>Sets the sizes that oneDNN derives from zeros, for tests on machines with visible caches.</summary>
        public void HideSizes()
        {
            for (var level = 0; level < 3; level++) (_sizes[level], _sharing[level]) = (1, 1);
            _levels = 3;
        }

        /// <summary>Sets the sizes that oneDNN assumes for unknown caches.</summary>
        public void GuessSizes()
        {
            ReadOnlySpan<uint> guess = [32 << 10, 512 << 10, 1 << 20];
            for (var level = 0; level < guess.Length; level++) (_sizes[level], _sharing[level]) = (guess[level], 1);
        }
    }
}
