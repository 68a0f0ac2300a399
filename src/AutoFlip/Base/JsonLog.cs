using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A file of JSON lines that is only ever appended to, and survives being killed at any byte.</summary>
/// <typeparam name="T">What a line holds.</typeparam>
/// <remarks>A line counts once its newline is there. Opening reads the whole lines and cuts off what follows the last of them, so a
/// half-written line is as if it had never been begun. Every line carries a checksum (<see cref="Seal"/>). One writer at a time;
/// anybody may read meanwhile.</remarks>
public sealed class JsonLog<T> : IDisposable
{
    readonly FileStream _file;
    readonly string _remedy;
    readonly List<T> _lines = [];
    readonly List<long> _ends = [];

    /// <summary>Opens or creates the log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">Sentence for the reader when a line cannot be written.</param>
    /// <exception cref="AutoFlipException">The file cannot be opened (exit 4), or it is no regular file or a
    /// line is damaged (exit 3).</exception>
    public JsonLog(string path, string remedy = "Free some space and resume the run.")
    {
        _remedy = remedy;
        try
        {
            _file = OwnFile.Open(path, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"{path} cannot be opened: {e.Message}", e);
        }
        try
        {
            Read();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The lines, oldest first.</summary>
    public IReadOnlyList<T> Lines => _lines;

    /// <summary>Adds a line and hands it to the operating system.</summary>
    /// <exception cref="AutoFlipException">It cannot be written, for example because the disk is full (exit 4).</exception>
    public void Append(T line)
    {
        try
        {
            _file.Write(RunJson.Sealed(line, RunJson.Line));
            _file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (WriteFault.Is(e))
        {
            throw AutoFlipException.RunFailed(
                $"{_file.Name} cannot be written: {WriteFault.Text(e)} {_remedy}", e);
        }
        _lines.Add(line);
        _ends.Add(_file.Position);
    }

    /// <summary>Drops all lines but the first <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        if (count >= _lines.Count) return;
        _lines.RemoveRange(count, _lines.Count - count);
        _ends.RemoveRange(count, _ends.Count - count);
        CutOff();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>The complete lines of a log that another process may be writing; empty if the file does not exist.</summary>
    /// <exception cref="AutoFlipException">The file cannot be read, is larger than half of the memory, or a
    /// line is damaged (exit 3).</exception>
    public static ImmutableArray<T> ReadLines(string path)
    {
        try
        {
            using var file = OwnFile.OpenRead(path);
            return [.. Parse(file).Select(line => line.Value)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {e.Message}", e);
        }
    }

    void Read()
    {
        foreach (var (line, end) in Parse(_file))
        {
            _lines.Add(line);
            _ends.Add(end);
        }
        CutOff();
    }

    /// <summary>Every whole line, and where the next begins.</summary>
    static IEnumerable<(T Value, long End)> Parse(FileStream file)
    {
        var most = Math.Min(Array.MaxLength, MemoryLimit.OfProcess / 2); // the bytes, and what they become
        if (file.Length > most)
            throw AutoFlipException.BadFile(
                file.Name, $"it has {MemoryLimit.Text(file.Length)}, and at most {MemoryLimit.Text(most)} can be read here");
        var bytes = new byte[file.Length];
        var filled = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false); // it may be cut back meanwhile
        var isSealed = Seal.IsRequired(file.Name);
        for (int start = 0, number = 1; ; number++)
        {
            var length = bytes.AsSpan(start, filled - start).IndexOf((byte)'\n');
            if (length < 0) yield break;
            var value = RunJson.Read<T>(bytes.AsSpan(start, length), file.Name, $", line {number},", isSealed: isSealed);
            start += length + 1;
            yield return (value, start);
        }
    }

    void CutOff()
    {
        _file.SetLength(_ends is [.., var end] ? end : 0);
        _file.Seek(0, SeekOrigin.End);
    }
}
