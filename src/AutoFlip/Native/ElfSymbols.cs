using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text;

namespace AutoFlip;

/// <summary>The symbol table of a library of Linux (ELF, 64 bits, little-endian), which names what the
/// library keeps to itself too.</summary>
static unsafe class ElfSymbols
{
    const uint SymbolTable = 2; // SHT_SYMTAB

    /// <summary>Offset of a symbol in bytes from the library's load address; null if the symbol or the symbol table is missing.</summary>
    /// <param name="path">The library.</param>
    /// <param name="name">The symbol, as the compiler wrote it.</param>
    /// <remarks>Cost: one pass over the names, which of libtorch are 80 MB: some hundredths of a second.</remarks>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ulong? Find(string path, string name)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        try
        {
            return Find(bytes, view.Capacity, Encoding.ASCII.GetBytes(name + "\0"));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    static ulong? Find(byte* file, long length, ReadOnlySpan<byte> name)
    {
        if (length < sizeof(Header) || !new ReadOnlySpan<byte>(file, 6).SequenceEqual("\u007fELF\u0002\u0001"u8)) return null;
        var header = (Header*)file;
        var sections = Part<Section>(header->Sections, header->SectionCount * (ulong)sizeof(Section));
        foreach (var section in sections)
        {
            if (section.Type != SymbolTable || section.Link >= sections.Length) continue;
            var texts = sections[(int)section.Link];
            var names = Part<byte>(texts.Offset, texts.Size);
            for (var at = names.IndexOf(name); at >= 0;)
            {
                foreach (ref readonly var symbol in Part<Symbol>(section.Offset, section.Size))
                    if (symbol.Name == at) return symbol.Value;
                var next = names[(at + 1)..].IndexOf(name); // this one was the end of another name
                at = next < 0 ? next : at + 1 + next;
            }
        }
        return null;

        ReadOnlySpan<T> Part<T>(ulong offset, ulong size) where T : unmanaged =>
            offset <= (ulong)length && size <= (ulong)length - offset && size <= int.MaxValue
                ? new(file + offset, (int)size / sizeof(T))
                : [];
    }

    /// <summary>Elf64_Ehdr.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    struct Header
    {
        [FieldOffset(0x28)]
        public readonly ulong Sections;

        [FieldOffset(0x3c)]
        public readonly ushort SectionCount;
    }

    /// <summary>Elf64_Shdr.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    struct Section
    {
        [FieldOffset(0x04)]
        public readonly uint Type;

        [FieldOffset(0x18)]
        public readonly ulong Offset;

        [FieldOffset(0x20)]
        public readonly ulong Size;

        [FieldOffset(0x28)]
        public readonly uint Link;
    }

    /// <summary>Elf64_Sym.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24)]
    struct Symbol
    {
        [FieldOffset(0)]
        public readonly uint Name;

        [FieldOffset(8)]
        public readonly ulong Value;
    }
}
