using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Where a machine hides its caches, oneDNN is helped (docs/decisions/0030); <see cref="ConvolutionTests"/> says
/// whether it can be trusted then.</summary>
public unsafe class OneDnnTests
{
    /// <summary>As every program should that convolves by itself before it makes a network: tests run in any
    /// order, and some convolve.</summary>
    [ModuleInitializer]
    internal static void Prepare()
    {
        OneDnn.Prepare();
        if (Environment.GetEnvironmentVariable(HiddenVariable) is null) return;
        var record = OneDnn.FindRecord();
        if (record is null) throw new InvalidOperationException("The record of the processor was not found.");
        record->HideSizes();
        if (OneDnn.Apply(record) != CacheRemedy.AssumedSizes) throw new InvalidOperationException("Hidden caches were not mended.");
        Console.WriteLine(Mended);
    }

    /// <summary>A variable under which tests run as on a machine that hides its caches (<see cref="InstructionSetTests"/>).</summary>
    internal const string HiddenVariable = "AUTOFLIP_TESTS_HIDE_CACHES";

    /// <summary>What such a process prints.</summary>
    internal const string Mended = "hidden caches were mended";

    // EBX and ECX of leaf 8000001D: 32 or 48 KiB in 64 sets of 8 or 12 ways of 64 bytes, each number less one.
    [Theory]
    [InlineData("Auth", 0, 0, true)]                       // AMD, hidden
    [InlineData("Auth", (7 << 22) | 63, 63, false)]        // AMD, 32 KiB
    [InlineData("Auth", (11 << 22) | 63, 63, false)]       // AMD, 48 KiB
    [InlineData("Genu", 0, 0, false)]                      // Intel, which is asked otherwise
    public void Caches_are_hidden_if_an_AMD_processor_says_nothing_of_the_first(string maker, int ebx, int ecx, bool hidden)
    {
        var name = MemoryMarshal.Read<int>(Encoding.ASCII.GetBytes(maker));

        Assert.Equal(hidden, OneDnn.HidesCaches((leaf, subleaf) => (leaf, subleaf) switch
        {
            (0, 0) => (0x10, name, 0, 0),
            (unchecked((int)0x8000001D), 0) => (hidden ? 0 : 0x121, ebx, ecx, 0),
            _ => throw new InvalidOperationException($"Nobody should ask for {leaf:X}."),
        }));
    }

    /// <summary>Of this libtorch, on any machine: after an update this says whether its record is still where, and as,
    /// <see cref="OneDnn"/> looks for it.</summary>
    [Fact]
    public void It_believes_in_caches_that_can_be()
    {
        SkipUnlessLinuxOnX64();

        var record = OneDnn.FindRecord();

        Assert.True(record is not null);
        Assert.InRange(record->Sizes.Length, 2, 4);
        Assert.InRange(record->Sizes[0], 8u << 10, 1u << 20);
        Assert.InRange(record->Sizes[1], 128u << 10, 64u << 20);
    }

    [Fact]
    public void Where_it_can_be_told_it_is_and_keeps_its_fastest_kernels()
    {
        SkipUnlessLinuxOnX64();

        Assert.Equal(OneDnn.HidesCaches(X86Base.CpuId) ? CacheRemedy.AssumedSizes : CacheRemedy.None, OneDnn.Remedy);
    }

    [Fact]
    public void Record_that_zeros_have_made_is_known_and_mended()
    {
        var words = new uint[36]; // as a debugger shows it: sizes from word 7 on, sharing cores from word 17 on, levels in word 27
        words.AsSpan(7, 3).Fill(1);
        words.AsSpan(17, 3).Fill(1);
        words[27] = 3;
        ref var record = ref MemoryMarshal.AsRef<OneDnn.ProcessorRecord>(MemoryMarshal.AsBytes(words.AsSpan()));

        Assert.True(record.ReportsOneByteCaches);
        record.GuessSizes();

        Assert.Equal([32_768u, 524_288, 1_048_576], record.Sizes);
        Assert.False(record.ReportsOneByteCaches);
    }

    // Leaf 1 has FMA in bit 12 of ECX, leaf 7 AVX2 in bit 5 of EBX; a processor that knows no leaf 7 answers as to its last one.
    [Theory]
    [InlineData(7, 1 << 12, 1 << 5, 63, true)]
    [InlineData(7, 0, 1 << 5, 63, false)]         // no FMA
    [InlineData(7, 1 << 12, 0, 63, false)]        // no AVX2
    [InlineData(6, 1 << 12, 1 << 5, 63, false)]   // no leaf 7
    [InlineData(7, 1 << 12, 1 << 5, 0, false)]    // caches hidden
    public void NNPACK_starts_with_AVX2_and_FMA_and_caches_that_can_be_seen(int highest, int features, int more, int cache, bool starts)
    {
        var maker = MemoryMarshal.Read<int>("Auth"u8);

        Assert.Equal(starts, NnPack.CanStart((leaf, _) => leaf switch
        {
            0 => (highest, maker, 0, 0),
            1 => (0, 0, features, 0),
            7 => (0, more, 0, 0),
            _ => (0, cache, cache, 0),
        }));
    }

    /// <summary>Where it cannot start it is off, and where it can it is as libtorch has it: on.</summary>
    [Fact]
    public void NNPACK_is_off_where_it_cannot_start_and_only_there()
    {
        SkipUnlessLinuxOnX64();

        Assert.Equal(NnPack.CanStart(X86Base.CpuId), NnPack.IsEnabled);
    }

    [Fact]
    public void NNPACK_can_be_switched_off_and_on()
    {
        SkipUnlessLinuxOnX64();
        var before = NnPack.IsEnabled;

        try
        {
            NnPack.Set(true);
            Assert.True(NnPack.IsEnabled);
            NnPack.Disable();
            Assert.False(NnPack.IsEnabled);
        }
        finally
        {
            NnPack.Set(before ?? true);
        }
    }

    [Fact]
    public void Symbols_are_where_the_loader_puts_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Symbol tables of this kind are an affair of Linux.");
        const string Exported = "_ZN2at13globalContextEv"; // at::globalContext()
        torch.empty(0).Dispose(); // loads libtorch
        using var process = Process.GetCurrentProcess();
        var library = process.Modules.Cast<ProcessModule>().Single(module => module.ModuleName == "libtorch_cpu.so");

        var found = ElfSymbols.Find(library.FileName, Exported);

        Assert.Equal(NativeLibrary.GetExport(NativeLibrary.Load(library.FileName), Exported), library.BaseAddress + (nint)found!.Value);
        Assert.Null(ElfSymbols.Find(library.FileName, "globalContextEv")); // the end of a name is no name
        Assert.Null(ElfSymbols.Find(Path.Combine(AppContext.BaseDirectory, "AutoFlip.dll"), Exported)); // no ELF file
    }

    static void SkipUnlessLinuxOnX64() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
        "Its record of the processor is looked for under Linux on x64.");
}
