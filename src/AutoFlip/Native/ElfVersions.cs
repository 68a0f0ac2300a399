using System.Buffers.Binary;
using System.Text;

namespace AutoFlip;

/// <summary>The symbol versions that a library of Linux (ELF, 64 bits, little-endian) needs of others:
/// its section .gnu.version_r.</summary>
/// <remarks>Source: Linux Standard Base Core 5.0, chapter 10.7.3 (Elfxx_Verneed, Elfxx_Vernaux).</remarks>
static class ElfVersions
{
    const ushort Weak = 0x2; // VER_FLG_WEAK: its absence is no error
    const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed

    /// <summary>Marks a required version as optional (flag VER_FLG_WEAK).</summary>
    /// <param name="elf">The whole library.</param>
    /// <param name="version">The version, such as GLIBCXX_3.4.32.</param>
    /// <returns>Whether the library needs that version. Of a file that is no such library: false.</returns>
    public static bool MakeOptional(Span<byte> elf, string version)
    {
        if (FlagsOf(elf, Encoding.ASCII.GetBytes(version + "\0")) is not { } flags) return false;
        BinaryPrimitives.WriteUInt16LittleEndian(elf[flags..], (ushort)(U16(elf, flags) | Weak));
        return true;
    }

    /// <summary>Offset of the flags (vna_flags) of a required version; null if the library does not require it.</summary>
    /// <param name="elf">The whole library.</param>
    /// <param name="version">Its name and a zero.</param>
    static int? FlagsOf(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> version)
    {
        if (elf.Length < 64 || !elf.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1])) return null;
        var (headers, size, count) = (Offset(elf, 0x28), U16(elf, 0x3a), U16(elf, 0x3c));
        for (var i = 0; i < count; i++)
        {
            var header = headers + i * size;
            if (BinaryPrimitives.ReadUInt32LittleEndian(elf[(header + 4)..]) != VersionNeeds) continue;
            var names = Offset(elf, headers + I32(elf, header + 0x28) * size + 0x18);
            int next;
            for (var file = Offset(elf, header + 0x18); ; file += next)
            {
                var entry = file + I32(elf, file + 8);
                for (var k = U16(elf, file + 2); k > 0; k--, entry += I32(elf, entry + 12))
                    if (elf[(names + I32(elf, entry + 8))..].StartsWith(version)) return entry + 4;
                if ((next = I32(elf, file + 12)) == 0) break;
            }
        }
        return null;
    }

    static int Offset(ReadOnlySpan<byte> elf, int at) => checked((int)BinaryPrimitives.ReadInt64LittleEndian(elf[at..]));

    static int I32(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadInt32LittleEndian(elf[at..]);

    static ushort U16(ReadOnlySpan<byte> elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf[at..]);
}
