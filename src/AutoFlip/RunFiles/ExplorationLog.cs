using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Explorers' scores in a file of the run directory, so that memory does not grow with their number and a resumed run
/// need not explore again.</summary>
/// <remarks>Scores are written before the line that makes them count, so a kill between the two loses one explorer's work only.</remarks>
sealed class ExplorationLog : IExplorerLog, IDisposable
{
    readonly JsonLog<ExplorerReport> _reports;
    readonly FileStream _scores;
    readonly int _length;
    readonly double _secondsBefore;
    readonly SortedDictionary<int, int> _slots = []; // explorer -> its place in the file
    readonly List<int> _asked;

    /// <summary>Opens or creates the log in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="length">Scores per explorer.</param>
    public ExplorationLog(string folder, int length)
    {
        _length = length;
        _reports = new JsonLog<ExplorerReport>(Path.Combine(folder, "exploration.jsonl"));
        _secondsBefore = _reports.Lines is [.., var last] ? last.Seconds : 0;
        _asked = [.. _reports.Lines.Select(report => report.Client)];
        foreach (var report in _reports.Lines.Where(report => report.Failure is null)) _slots.Add(report.Client, _slots.Count);
        try
        {
            _scores = OpenScores(Path.Combine(folder, "exploration.bin"), 4L * _length, _slots.Count);
        }
        catch
        {
            _reports.Dispose();
            throw;
        }
    }

    /// <summary>Opens or creates the file of the scores and cuts off what follows those that count: of one explorer at most, whose line was
    /// not written any more.</summary>
    static FileStream OpenScores(string path, long bytes, int explorers)
    {
        var expected = bytes * explorers;
        FileStream? scores = null;
        try
        {
            scores = OwnFile.Open(path, FileShare.Read, bufferSize: 0);
            if (scores.Length < expected)
                throw AutoFlipException.BadData($"{path} has {scores.Length} bytes where {expected} are due: it was cut. Start a new run.");
            if (scores.Length > expected + bytes)
                throw AutoFlipException.BadData(
                    $"{path} has {scores.Length} bytes where {expected} are due: explorers of another version of AutoFlip scored other "
                    + "parts of the model. Resume with that version, or start a new run.");
            scores.SetLength(expected);
            return scores;
        }
        catch (Exception e)
        {
            scores?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            throw AutoFlipException.RunFailed($"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Cost of each explorer, in the order of their replies.</summary>
    public IReadOnlyList<ExplorerReport> Reports => _reports.Lines;

    /// <inheritdoc/>
    public IReadOnlyList<int> Explorers => [.. _slots.Keys];

    /// <inheritdoc/>
    public IReadOnlyCollection<int> Asked => _asked;

    /// <inheritdoc/>
    public void Add(ClientReply reply)
    {
        if (reply.Failure is null)
        {
            try
            {
                _scores.Seek(4L * _length * _slots.Count, SeekOrigin.Begin);
                _scores.Write(reply.ValueBytes.Span);
                _scores.Flush(flushToDisk: true);
            }
            catch (Exception e) when (WriteFault.Is(e))
            {
                throw AutoFlipException.RunFailed(
                    $"{_scores.Name} cannot be written: {WriteFault.Text(e)} Free some space and resume the run.", e);
            }
        }
        var seconds = _secondsBefore + reply.Elapsed.TotalSeconds;
        _reports.Append(new(reply.Client, reply.DownBytes, reply.UpBytes, reply.TrainSamples, seconds, reply.Failure, reply.Seconds,
            reply.Failure is null ? Seal.Of(reply.ValueBytes.Span) : null));
        _asked.Add(reply.Client);
        if (reply.Failure is null) _slots.Add(reply.Client, _slots.Count);
    }

    /// <inheritdoc/>
    /// <remarks>Always summed by client number, so the mean does not depend on the order of answers. Finite, whatever finite scores clients
    /// return: a sum beyond float32 is its largest number.</remarks>
    /// <exception cref="AutoFlipException">Scores were damaged since they were written (exit 3).</exception>
    public float[] Mean(IReadOnlyCollection<int> explorers)
    {
        var mean = new float[_length]; // a plain sum, so that equal scores stay equal
        var scores = new float[_length];
        foreach (var explorer in explorers.Order())
        {
            _scores.Seek(4L * _length * _slots[explorer], SeekOrigin.Begin);
            _scores.ReadExactly(MemoryMarshal.AsBytes(scores.AsSpan()));
            if (_reports.Lines.First(report => report.Client == explorer && report.Failure is null).ScoresXxh3 is { } sum
                && sum != Seal.Of(MemoryMarshal.AsBytes(scores.AsSpan())))
                throw AutoFlipException.BadFile(
                    _scores.Name,
                    $"the scores of client {explorer} have changed since they were written (their checksum does not match). "
                    + "Start a new run");
            TensorPrimitives.Add(mean, scores, mean);
            TensorPrimitives.Clamp(mean, float.MinValue, float.MaxValue, mean);
        }
        TensorPrimitives.Divide(mean, explorers.Count, mean);
        return mean;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _scores.Dispose();
        _reports.Dispose();
    }
}
