using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>What build/LibTorch.targets promises about the output folder (docs/decisions/0001).</summary>
public class BuildTests
{
    const string Version = "GLIBCXX_3.4.32";
    const ushort WeakFlag = 0x2;           // VER_FLG_WEAK
    const uint VersionNeeds = 0x6ffffffe;  // SHT_GNU_verneed

    static readonly string Library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    // Two cases of one promise: either this system's libstdc++ is new enough, or the build has relaxed the requirement.
    static readonly Lazy<bool> SystemHasVersion = new(() => Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
        .Select(module => module.FileName)
        .Where(path => Path.GetFileName(path).StartsWith("libstdc++.so", StringComparison.Ordinal))
        .Any(path => File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version + "\0")) >= 0));

    [Fact]
    public void Libtorch_loads_from_the_output_folder()
    {
        using var ones = torch.ones(2);

        Assert.Equal(2, ones.numel());
    }

    [Fact]
    public void Symbol_version_that_the_system_lacks_is_optional()
    {
        SkipUnlessLinux();
        LoadLibtorch();

        var flags = FlagsOf(File.ReadAllBytes(Library), Version);

        Assert.NotNull(flags);
        Assert.True(SystemHasVersion.Value || (flags & WeakFlag) != 0, $"{Library} insists on {Version}, which this system's libstdc++ lacks.");
    }

    [Fact]
    public void Relaxed_library_is_a_file_of_its_own_and_the_package_cache_stays_as_it_was()
    {
        SkipUnlessLinux();
        if ((FlagsOf(File.ReadAllBytes(Library), Version) & WeakFlag) == 0) Assert.Skip("The build had nothing to relax on this system.");

        // The large libraries beside it are hard links into the package cache; writing into one of those would change the package.
        Assert.Equal(1u, LinksOf(Library));
    }

    static void SkipUnlessLinux()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Symbol versions are an affair of Linux.");
    }

    static void LoadLibtorch() => torch.empty(1).Dispose();

    /// <summary>vna_flags of a version that an ELF library (64-bit, little-endian) asks for; null if it does not.</summary>
    static ushort? FlagsOf(ReadOnlySpan<byte> elf, string version)
    {
        Assert.True(elf[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]), "not a 64-bit little-endian ELF file");
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(elf[0x28..]);   // e_shoff
        var headerSize = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3a..]);  // e_shentsize
        var headers = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);     // e_shnum
        for (var i = 0; i < headers; i++)
        {
            var header = elf[(table + i * headerSize)..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != VersionNeeds) continue;
            var section = elf[(int)BinaryPrimitives.ReadInt64LittleEndian(header[0x18..])..];
            var linked = elf[(table + BinaryPrimitives.ReadInt32LittleEndian(header[0x28..]) * headerSize)..];
            var names = elf[(int)BinaryPrimitives.ReadInt64LittleEndian(linked[0x18..])..];
            var files = BinaryPrimitives.ReadInt32LittleEndian(header[0x2c..]); // sh_info: how many files are needed
            for (var file = section; files > 0; files--, file = file[BinaryPrimitives.ReadInt32LittleEndian(file[12..])..])
            {
                var entry = file[BinaryPrimitives.ReadInt32LittleEndian(file[8..])..];
                for (int k = BinaryPrimitives.ReadUInt16LittleEndian(file[2..]); k > 0; k--)
                {
                    var name = names[BinaryPrimitives.ReadInt32LittleEndian(entry[8..])..];
                    if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version) return BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]);
                    entry = entry[BinaryPrimitives.ReadInt32LittleEndian(entry[12..])..];
                }
            }
        }
        return null;
    }

    /// <summary>How many names a file has.</summary>
    static uint LinksOf(string path)
    {
        var status = new byte[256]; // struct statx
        const int currentDirectory = -100;
        const uint linkCount = 0x4; // STATX_NLINK
        Assert.Equal(0, Statx(currentDirectory, path, 0, linkCount, status));
        return BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(16)); // stx_nlink
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] status);
}
