using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Kind of the file at a path, without opening it: .NET tells the kinds apart only once a file is open, and opening a pipe
/// blocks until its other end is opened.</summary>
static partial class FileKind
{
    const int KindBits = 0xF000; // S_IFMT
    const int Regular = 0x8000, Pipe = 0x1000, CharacterDevice = 0x2000, Folder = 0x4000, BlockDevice = 0x6000, Socket = 0xC000;
    const int StatusBytes = 512; // more than the structure has, in any version of .NET so far
    const int ModeBytes = 4; // where the mode is in it

    /// <summary>Kind of a path that is not a regular file, with its article: <c>a named pipe</c>; null for a regular file, and if the
    /// path does not exist. Links are followed.</summary>
    public static string? OtherThanFile(string path)
    {
        if (OperatingSystem.IsWindows()) return Directory.Exists(path) ? "a folder" : null; // pipes are not in folders there
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Status(path, ref MemoryMarshal.GetReference(status)) != 0) return null; // opening it says why
        return (MemoryMarshal.Read<int>(status[ModeBytes..]) & KindBits) switch
        {
            Regular => null,
            Folder => "a folder",
            Pipe => "a named pipe",
            Socket => "a socket",
            CharacterDevice or BlockDevice => "a device",
            _ => "no regular file",
        };
    }

    /// <summary>stat(2) through the runtime's own library: its structure is the same on every system, unlike the C library's.</summary>
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(string path, ref byte status);
}
