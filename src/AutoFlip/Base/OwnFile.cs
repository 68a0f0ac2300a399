namespace AutoFlip;

/// <summary>Files and folders of a run directory: none is written through a link, and only regular files are opened.</summary>
/// <remarks>
/// A run directory may have another author: a link in it could redirect writes to any file of this user, and opening a named pipe could
/// block forever. The directory itself may be reached through links. Files are checked before they are opened, which gives no protection
/// if the directory is changed in between.
/// </remarks>
public static class OwnFile
{
    /// <summary>Opens a file for reading and writing; makes it if there is none.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="share">What others may do meanwhile.</param>
    /// <param name="bufferSize">Bytes of the stream's buffer; 0 for none.</param>
    /// <exception cref="AutoFlipException">It is no regular file (exit 3), or a link (exit 4).</exception>
    public static FileStream Open(string path, FileShare share, int bufferSize = 4096)
    {
        RefuseLink(path);
        RequireRegular(path);
        return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize);
    }

    /// <summary>Opens a file of a run directory or of a data set for reading, behind a link too.
    /// What opening throws otherwise reaches the caller.</summary>
    /// <param name="path">The file.</param>
    /// <param name="share">What others may do meanwhile.</param>
    /// <exception cref="AutoFlipException">It is no regular file (exit 3).</exception>
    public static FileStream OpenRead(string path, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        RequireRegular(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, share);
    }

    /// <summary>Refuses what is there and is no regular file: a pipe, a socket, a device, a folder.</summary>
    /// <exception cref="AutoFlipException">It is no regular file (exit 3).</exception>
    public static void RequireRegular(string path)
    {
        if (FileKind.OtherThanFile(path) is { } kind)
            throw AutoFlipException.BadData($"'{path}' is {kind}, and only a regular file is accepted there. Remove it and try again.");
    }

    /// <summary>A folder below a directory, made if it is not there.</summary>
    /// <param name="root">The directory, which may be a link.</param>
    /// <param name="names">The folder, and what is between.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="AutoFlipException">One of these folders is a link (exit 4).</exception>
    public static string Folder(string root, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            root = Path.Combine(root, name);
            RefuseLink(root);
        }
        Directory.CreateDirectory(root);
        return root;
    }

    /// <summary>Makes a folder, and those it lies in, if it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="called">What a refusal calls it; null: by its path.</param>
    /// <exception cref="AutoFlipException">It cannot be made (exit 4).</exception>
    public static void MakeFolder(string path, string? called = null)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"{called ?? $"'{path}'"} cannot be made: {e.Message}", e);
        }
    }

    static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is null) return;
        throw AutoFlipException.RunFailed(
            $"'{path}' is a link, and a run writes to its own directory only. Remove the link and try again.");
    }
}
