namespace AutoFlip;

/// <summary>A file that grows at its end, and survives being killed at any byte: what was appended is with the operating system.</summary>
/// <remarks>One writer at a time; anybody may read meanwhile. Where it fails, the run fails: it can be
/// resumed once there is space.</remarks>
sealed class AppendFile : IDisposable
{
    readonly FileStream _file;

    /// <summary>Opens or creates the file. Its folder is made if it is not there.</summary>
    /// <exception cref="AutoFlipException">It cannot be opened (exit 4), or it is no regular file (exit 3).</exception>
    public AppendFile(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = OwnFile.Open(path, FileShare.Read, bufferSize: 0);
            _file.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Adds bytes and hands them to the operating system.</summary>
    /// <exception cref="AutoFlipException">They cannot be written, for example because the disk is full (exit 4).</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes);
        }
        catch (Exception e) when (WriteFault.Is(e))
        {
            throw AutoFlipException.RunFailed(
                $"{_file.Name} cannot be written: {WriteFault.Text(e)} Free some space and resume the run.", e);
        }
    }

    /// <summary>Replaces the content of the file. A prefix that is already correct is not rewritten, so that concurrent readers are not
    /// disturbed.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public void ReplaceWith(ReadOnlySpan<byte> content)
    {
        var there = new byte[Math.Min(_file.Length, content.Length)];
        _file.Seek(0, SeekOrigin.Begin);
        _file.ReadExactly(there);
        var right = content.CommonPrefixLength(there);
        _file.SetLength(right);
        _file.Seek(0, SeekOrigin.End);
        Append(content[right..]);
    }

    /// <summary>Ends a line that a killed process left half-written.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public void EndLine()
    {
        if (_file.Length == 0) return;
        _file.Seek(-1, SeekOrigin.End);
        if (_file.ReadByte() != '\n') Append("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
