using System.Buffers.Binary;
using System.Text;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>libtorch loads from the output folder, on systems with an older libstdc++ too (docs/decisions/0001).</summary>
public class BuildTests
{
    const string Version = "GLIBCXX_3.4.32";
    const ushort WeakFlag = 0x2;           // VER_FLG_WEAK
    const uint VersionNeeds = 0x6ffffffe;  // SHT_GNU_verneed

    static readonly string Library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    /// <summary>Another one can be loaded then (docs/decisions/0063).</summary>
    [Fact]
    public void Libtorch_loads_from_a_folder_of_the_output_that_dotnet_does_not_look_into()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(TorchLibrary.Variable)), "Another libtorch is named.");
        using var ones = torch.ones(2);

        Assert.Equal(2, ones.numel());
        Assert.Equal(
            new(Path.Combine(AppContext.BaseDirectory, TorchLibrary.Folder), LibTorch.Version, LibTorch.Loaded.HasCuda), LibTorch.Loaded);
        Assert.Null(TorchLibrary.Find(TorchFolder.Main));
        Assert.DoesNotContain(
            TorchFolder.Main, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "AutoFlip.Tests.deps.json")),
            StringComparison.Ordinal);
    }

    /// <summary>When TorchSharp is updated, this says whether <see cref="TorchLibrary"/> still finds what it makes optional.</summary>
    [Fact]
    public void Symbol_version_that_older_systems_lack_becomes_optional_and_nothing_else_changes()
    {
        SkipUnlessLinux();
        var (before, after) = (File.ReadAllBytes(Library), File.ReadAllBytes(Library));

        Assert.True(ElfVersions.MakeOptional(after, Version));

        Assert.Equal(FlagsOf(before, Version)!.Value | WeakFlag, FlagsOf(after, Version)!.Value);
        // none: output of version 0.1, whose build set it
        Assert.InRange(Enumerable.Range(0, before.Length).Count(i => before[i] != after[i]), 0, 1);
    }

    [Fact]
    public void A_library_that_does_not_need_the_version_stays_as_it_is()
    {
        SkipUnlessLinux();
        var (before, after) = (File.ReadAllBytes(Library), File.ReadAllBytes(Library));

        Assert.False(ElfVersions.MakeOptional(after, "GLIBCXX_9.9"));
        Assert.False(ElfVersions.MakeOptional("not a library"u8.ToArray(), Version));

        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData("libtorch-cpu-linux-x64"), InlineData("libtorch-cpu-osx-arm64"), InlineData("libtorch-cpu-win-x64")]
    [InlineData("libtorch-cuda-12.8-linux-x64"), InlineData("libtorch-cuda-12.8-win-x64")]
    public void Version_of_libtorch_is_that_of_the_packages(string package)
    {
        Assert.Contains(
            $"Include=\"{package}\" Version=\"{LibTorch.Version}\"", SourceTree.Read("Directory.Packages.props"), StringComparison.Ordinal);
        Assert.True(TorchFolder.IsOfSeries(LibTorch.Version));
    }

    [Fact]
    public void A_missing_libtorch_is_one_sentence_that_names_its_package()
    {
        Assert.Equal(
            "The native library libtorch is missing: add it to the program with 'dotnet add package libtorch-cpu-linux-x64 --version "
            + "2.10.0'. Or name one with LibTorch.Use or AUTOFLIP_LIBTORCH: a folder with libtorch 2.10: torch/lib of a Python "
            + "installation, or lib of an unzipped libtorch.",
            LibTorch.Fault("libtorch-cpu-linux-x64", found: null));
        Assert.StartsWith(
            "The native library '/a/libtorch_cpu.so' is there but cannot be used: its version must be 2.10.0",
            LibTorch.Fault("libtorch-cpu-linux-x64", "/a/libtorch_cpu.so"), StringComparison.Ordinal);
        Assert.EndsWith(
            "it is for linux-x64, win-x64 and osx-arm64.", LibTorch.Fault(package: null, found: null), StringComparison.Ordinal);
    }

    static void SkipUnlessLinux()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Symbol versions are an affair of Linux.");
    }

    /// <summary>vna_flags of a version that an ELF library (64-bit, little-endian) asks for; null if it does not.</summary>
    static ushort? FlagsOf(ReadOnlySpan<byte> elf, string version)
    {
        Assert.True(
            elf[..6].SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]),
            "not a 64-bit little-endian ELF file");
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
                    if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == version)
                        return BinaryPrimitives.ReadUInt16LittleEndian(entry[4..]);
                    entry = entry[BinaryPrimitives.ReadInt32LittleEndian(entry[12..])..];
                }
            }
        }
        return null;
    }
}
