using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Makes one required symbol version of an ELF shared library optional ("weak"), in the build output's copy of the file.
/// </summary>
/// <remarks>
/// TorchSharp's native library is linked against a libstdc++ that carries GLIBCXX_3.4.32; Debian 12 and Ubuntu 22.04 stop at
/// 3.4.30, so the loader refuses the file. The one symbol behind that version is an initialiser no relocation uses. The ELF
/// format has a flag for exactly this: VER_FLG_WEAK in the version's entry of .gnu.version_r says that its absence is no error.
/// Nothing is done where the system's libstdc++ has the version, where the file is no 64-bit little-endian ELF, or where the
/// flag is set already. The file is replaced, never written in place: it may be a hard link into the package cache.
/// </remarks>
public sealed class RelaxSymbolVersion : Task
{
    const int WeakFlag = 0x2;            // VER_FLG_WEAK
    const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed

    [Required]
    public string Library { get; set; }

    [Required]
    public string Version { get; set; }

    /// <summary>Where the system keeps libstdc++.so.6; the first that exists decides.</summary>
    [Required]
    public ITaskItem[] SystemLibraries { get; set; }

    public override bool Execute()
    {
        foreach (var item in SystemLibraries)
        {
            if (!File.Exists(item.ItemSpec)) continue;
            if (Contains(File.ReadAllBytes(item.ItemSpec), Encoding.ASCII.GetBytes(Version + "\0"))) return true;
            break;
        }

        var bytes = File.ReadAllBytes(Library);
        var flags = FindFlags(bytes);
        if (flags < 0 || (bytes[flags] & WeakFlag) != 0) return true;

        bytes[flags] |= WeakFlag;
        var scratch = Library + ".weak";
        File.WriteAllBytes(scratch, bytes);
        File.SetLastWriteTimeUtc(scratch, File.GetLastWriteTimeUtc(Library)); // so that the next build sees nothing to copy
        File.Delete(Library);
        File.Move(scratch, Library);
        Log.LogMessage(MessageImportance.Low, "{0}: {1} made optional, this system's libstdc++ is older.", Library, Version);
        return true;
    }

    /// <summary>Offset of vna_flags of the version's entry, or -1.</summary>
    int FindFlags(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            return -1;
        var headers = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3a), count = BitConverter.ToUInt16(elf, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = checked((int)headers + i * size);
            if (BitConverter.ToUInt32(elf, header + 4) != VersionNeeds) continue;
            var strings = checked((int)BitConverter.ToInt64(elf, (int)headers + BitConverter.ToInt32(elf, header + 0x28) * size + 0x18));
            var need = checked((int)BitConverter.ToInt64(elf, header + 0x18));
            while (true)
            {
                int entries = BitConverter.ToUInt16(elf, need + 2), entry = need + BitConverter.ToInt32(elf, need + 8);
                for (var k = 0; k < entries; k++, entry += BitConverter.ToInt32(elf, entry + 12))
                    if (StringAt(elf, strings + BitConverter.ToInt32(elf, entry + 8)) == Version)
                        return entry + 4;
                var next = BitConverter.ToInt32(elf, need + 12);
                if (next == 0) break;
                need += next;
            }
        }
        return -1;
    }

    static string StringAt(byte[] bytes, int start)
    {
        var end = Array.IndexOf(bytes, (byte)0, start);
        return Encoding.ASCII.GetString(bytes, start, end - start);
    }

    static bool Contains(byte[] text, byte[] word)
    {
        for (var i = 0; i + word.Length <= text.Length; i++)
        {
            i = Array.IndexOf(text, word[0], i, text.Length - word.Length + 1 - i);
            if (i < 0) return false;
            var k = 1;
            while (k < word.Length && text[i + k] == word[k]) k++;
            if (k == word.Length) return true;
        }
        return false;
    }
}
