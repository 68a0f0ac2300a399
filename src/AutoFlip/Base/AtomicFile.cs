using System.Text;

namespace AutoFlip;

/// <summary>Writes files atomically: a reader finds the old content or the new, never a part of it.</summary>
/// <remarks>
/// The content goes into <c>name.partial</c> in the same folder, is flushed to the disk, and takes the name in one rename. On any failure
/// the partial file is removed and the old content stays; one left by a killed process is removed next time. The partial file is always a
/// new one and a rename replaces a link instead of following it, so nothing is written to where a link points. After a power cut either
/// content may be there, but whole. One writer per file at a time.
/// </remarks>
public static class AtomicFile
{
    const int UnixNoSpace = 28, UnixQuota = 122, UnixReadOnly = 30; // ENOSPC, EDQUOT, EROFS
    const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Replaces a file by this text, in UTF-8 without a byte order mark.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Replaces a file by these bytes.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    /// <summary>Replaces a file by what <paramref name="content"/> writes.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="content">Writes everything, from the start; the stream is closed for it. What it throws reaches the caller.</param>
    /// <exception cref="AutoFlipException">It cannot be written: no space, no permission, no such folder (exit 4).</exception>
    public static void Write(string path, Action<Stream> content)
    {
        var partial = path + ".partial";
        try
        {
            File.Delete(partial);
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                content(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception failure)
        {
            var remains = Remove(partial);
            if (!WriteFault.Is(failure)) throw;
            throw AutoFlipException.RunFailed($"'{path}' could not be written: {Reason(failure)}{remains}", failure);
        }
    }

    /// <summary>Removes the partial file; a sentence for the message if that fails too, so that it hides no earlier failure.</summary>
    static string Remove(string partial)
    {
        try
        {
            if (!Directory.Exists(partial)) File.Delete(partial);
            return "";
        }
        catch (Exception failure) when (failure is DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $" '{partial}' may be left behind: delete it.";
        }
    }

    static string Reason(Exception failure) => failure switch
    {
        DirectoryNotFoundException => "its folder does not exist. Create the folder, or choose another place.",
        UnauthorizedAccessException or { HResult: UnixReadOnly } =>
            "writing there is not allowed. Choose another place, or change its permissions.",
        { HResult: UnixNoSpace or UnixQuota or WindowsDiskFull or WindowsHandleDiskFull } =>
            "the disk is full. Free some space, or choose another place.",
        _ => WriteFault.Text(failure),
    };
}
