using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>The kind of this machine's processor. Among equal kinds, results are equal to the bit.</summary>
static class ProcessorKind
{
    /// <summary>Architecture, manufacturer and widest vectors, such as <c>x64 GenuineIntel avx512</c>.</summary>
    public static string Here { get; } =
        $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}{Manufacturer()} {Vectors()}";

    static string Vectors() => Avx512F.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : "vector128";

    static string Manufacturer()
    {
        if (!X86Base.IsSupported) return "";
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        Span<int> letters = [b, d, c]; // in this order: GenuineIntel, AuthenticAMD
        return $" {Encoding.ASCII.GetString(MemoryMarshal.AsBytes(letters))}";
    }
}
