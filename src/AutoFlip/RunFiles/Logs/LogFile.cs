using System.Text;

namespace AutoFlip;

/// <summary>The log of a run in its directory: <c>run.log</c>. Lines are buffered until the directory exists.</summary>
/// <remarks>Every line is passed to the operating system at once. A resumed run appends to the same file.</remarks>
sealed class LogFile : RunLog, IDisposable
{
    readonly List<string> _waiting = [];
    AppendFile? _file;

    /// <summary>The file's name.</summary>
    public const string FileName = "run.log";

    /// <summary>A log.</summary>
    /// <param name="format">What its lines look like.</param>
    /// <param name="time">The clock.</param>
    /// <param name="directory">The run directory if there is one; null if <see cref="Started"/> will name it.</param>
    /// <exception cref="AutoFlipException">The file cannot be opened (exit 4).</exception>
    public LogFile(LogFormat format, TimeProvider time, string? directory) : base(format, time)
    {
        if (directory is not null) Open(directory);
    }

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        if (_file is null) Open(start.Directory);
        base.Started(start);
    }

    /// <inheritdoc/>
    protected override void Write(string line)
    {
        if (_file is null) _waiting.Add(line);
        else _file.Append(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    void Open(string directory)
    {
        _file = new AppendFile(Path.Combine(directory, FileName));
        _file.EndLine();
        _waiting.ForEach(Write);
    }
}
