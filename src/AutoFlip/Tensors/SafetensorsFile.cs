using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A safetensors file of any program, open for reading single tensors.</summary>
/// <remarks>
/// Only the header is in memory. Tensors of every type of the format are listed, those of F32, F16 and BF16 can be read. A file of this
/// program is checked whole first, as <see cref="Safetensors.Read(string)"/> does it. Files are not trusted: see there.
/// </remarks>
sealed class SafetensorsFile : IDisposable
{
    readonly FileStream _stream;
    readonly long _values;

    SafetensorsFile(string path, FileStream stream, ImmutableArray<StoredTensor> tensors)
    {
        (Path, Tensors, _stream, _values) = (path, tensors, stream, stream.Position);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors, by place in the file.</summary>
    public ImmutableArray<StoredTensor> Tensors { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="AutoFlipException">It is missing, unreadable or not such a file (exit 3).</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = OpenStream(path);
        try
        {
            var header = SafetensorsHeader.Read(stream, path, StoredType.All, out _);
            if (header.Metadata.ContainsKey(Seal.Key) || header.Metadata.ContainsKey(WeightsHash.Key) || Seal.IsRequired(path))
                _ = Safetensors.Read(path);
            return new(path, stream, header.Tensors);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the values of a tensor of F32, F16 or BF16, row by row.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="values">As long as the tensor; all are written.</param>
    /// <exception cref="AutoFlipException">The file cannot be read any more (exit 3).</exception>
    public void Read(StoredTensor tensor, Span<float> values)
    {
        try
        {
            _stream.Position = _values + tensor.Start;
            tensor.Type.Read(_stream, values);
        }
        catch (IOException e)
        {
            throw Unreadable(Path, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="AutoFlipException">It is missing or unreadable (exit 3).</exception>
    public static FileStream OpenStream(string path)
    {
        try
        {
            return OwnFile.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw AutoFlipException.BadData($"'{path}' does not exist.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    static AutoFlipException Unreadable(string path, Exception e) =>
        AutoFlipException.BadData($"'{path}' could not be read: {e.Message}", e);
}
