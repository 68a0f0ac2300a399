using System.Text;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A disk in memory that loses what was not flushed when the power fails.</summary>
sealed class MemoryDisk : IServerFiles
{
    readonly SortedDictionary<string, Content> _files = new(StringComparer.Ordinal);

    public long Free { get; set; } = long.MaxValue;

    /// <summary>Number of files.</summary>
    public int Count => _files.Count;

    /// <summary>Times that a line was flushed.</summary>
    public int Flushes { get; private set; }

    /// <summary>Bytes of memory that all files take.</summary>
    public long Bytes => _files.Values.Sum(file => (long)file.Capacity);

    /// <summary>The file that no line can be added to: its disk is full.</summary>
    public string? Full { get; set; }

    public long? Length(string name) => _files.TryGetValue(name, out var file) ? file.Length : null;

    public ReadOnlyMemory<byte> Read(string name) => _files[name].Bytes;

    public Stream Open(string name) => new MemoryStream(_files[name].Bytes.ToArray(), writable: false);

    public byte[] Head(string name, int length) => [.. _files[name].Bytes.Span[..Math.Min(length, _files[name].Length)]];

    public void Append(string name, ReadOnlySpan<byte> bytes)
    {
        if (!_files.TryGetValue(name, out var file)) _files.Add(name, file = new());
        file.Append(bytes);
    }

    public void Keep(string name, string final)
    {
        if (_files.ContainsKey(final)) throw new IOException($"There is a file '{final}'.");
        _files.Remove(name, out var file);
        file!.Flushed = file.Length;
        _files.Add(final, file);
    }

    public void AppendLine(string name, string line, bool flush = true)
    {
        if (name == Full) throw new IOException("No space left on device.");
        Append(name, Encoding.UTF8.GetBytes(line + "\n"));
        if (!flush) return;
        _files[name].Flushed = _files[name].Length;
        Flushes++;
    }

    public IReadOnlyList<string> Lines(string name)
    {
        if (!_files.TryGetValue(name, out var file)) return [];
        var text = Encoding.UTF8.GetString(file.Bytes.Span);
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n')[..^1];
    }

    public void Delete(string name) => _files.Remove(name);

    public IReadOnlyList<string> Folders(string name) =>
        [.. _files.Keys.Where(file => file.StartsWith(name + "/", StringComparison.Ordinal))
            .Select(file => file[(name.Length + 1)..].Split('/')[0]).Distinct()];

    public void DeleteFolder(string name)
    {
        foreach (var file in _files.Keys.Where(file => file.StartsWith(name + "/", StringComparison.Ordinal)).ToList()) _files.Remove(file);
    }

    /// <summary>The power fails: of each file a part of what was not flushed is lost.</summary>
    public void PowerFails(KeyedRandom random)
    {
        foreach (var file in _files.Values) file.Cut(file.Flushed + random.Next(file.Length - file.Flushed + 1));
    }

    sealed class Content
    {
        byte[] _buffer = new byte[256];

        public int Capacity => _buffer.Length;

        public int Length { get; private set; }

        public int Flushed { get; set; }

        public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (_buffer.Length - Length < bytes.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
            bytes.CopyTo(_buffer.AsSpan(Length));
            Length += bytes.Length;
        }

        /// <summary>Loses what is behind a length.</summary>
        public void Cut(int length) => (Length, Flushed) = (length, Math.Min(Flushed, length));
    }
}

/// <summary>A clock that stands still until it is set; its timers never fire.</summary>
sealed class StoppedClock : TimeProvider
{
    public TimeSpan Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    /// <summary>Error of the time of day, which durations do not have.</summary>
    public TimeSpan Wrong { get; set; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromDays(1000) + Now + Wrong;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

    sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
