using System.Text;
using System.Text.Json;

namespace AutoFlip;

/// <summary>A file of JSON lines that is only ever appended to, and survives being killed at any byte.</summary>
/// <typeparam name="T">What a line holds.</typeparam>
/// <remarks>A line counts once its newline is there. Opening reads the whole lines and cuts off what follows the last of them, so
/// a half-written line is as if it had never been begun. One writer at a time; anybody may read meanwhile.</remarks>
sealed class JsonLog<T> : IDisposable
{
    readonly FileStream _file;
    readonly List<T> _lines = [];
    readonly List<long> _ends = [];

    /// <summary>Opens or creates the log.</summary>
    /// <exception cref="AutoFlipException">The file cannot be opened (exit 4), or a line is no JSON (exit 3).</exception>
    public JsonLog(string path)
    {
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
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
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(line, RunJson.Line));
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw AutoFlipException.RunFailed($"{_file.Name} cannot be written: {e.Message} Free some space and resume the run.", e);
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

    void Read()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        for (var start = 0; ;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) break;
            try
            {
                _lines.Add(JsonSerializer.Deserialize<T>(bytes.AsSpan(start, length), RunJson.Line)!);
            }
            catch (JsonException e)
            {
                throw AutoFlipException.BadData($"{_file.Name}, line {_lines.Count + 1}, is damaged: {Encoding.UTF8.GetString(bytes, start, Math.Min(length, 80))}", e);
            }
            start += length + 1;
            _ends.Add(start);
        }
        CutOff();
    }

    void CutOff()
    {
        _file.SetLength(_ends is [.., var end] ? end : 0);
        _file.Seek(0, SeekOrigin.End);
    }
}
