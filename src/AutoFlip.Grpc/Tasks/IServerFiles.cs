namespace AutoFlip.Grpc;

/// <summary>Files of a server's network folder, by names with / between folders. Tests replace the disk by one that loses
/// what was not flushed.</summary>
interface IServerFiles
{
    /// <summary>Bytes of a file; null if there is none.</summary>
    long? Length(string name);

    /// <summary>The whole content.</summary>
    ReadOnlyMemory<byte> Read(string name);

    /// <summary>The content as a stream.</summary>
    Stream Open(string name);

    /// <summary>The first bytes, fewer if the file is shorter.</summary>
    byte[] Head(string name, int length);

    /// <summary>Adds bytes to a file, which may be lost with the machine's power until <see cref="Keep"/>.</summary>
    void Append(string name, ReadOnlySpan<byte> bytes);

    /// <summary>Flushes a file to the disk and gives it a name that no file has.</summary>
    /// <exception cref="IOException">There is a file of that name.</exception>
    void Keep(string name, string final);

    /// <summary>Adds a line.</summary>
    /// <param name="name">The file.</param>
    /// <param name="line">The line, without its end.</param>
    /// <param name="flush">True if it must be on the disk when this returns.</param>
    void AppendLine(string name, string line, bool flush = true);

    /// <summary>The lines of a file; none if there is no file. A last line without its end was being written at a kill and is left
    /// out.</summary>
    IReadOnlyList<string> Lines(string name);

    /// <summary>Deletes a file, if there is one.</summary>
    void Delete(string name);

    /// <summary>Names of the folders in a folder.</summary>
    IReadOnlyList<string> Folders(string name);

    /// <summary>Deletes a folder with its files.</summary>
    void DeleteFolder(string name);

    /// <summary>Bytes that can still be written.</summary>
    long Free { get; }
}
