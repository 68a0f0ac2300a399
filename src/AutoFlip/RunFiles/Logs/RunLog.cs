namespace AutoFlip;

/// <summary>An observer that writes lines: what happens becomes an entry, and a pure function makes an entry lines of a format.</summary>
/// <param name="format">The format.</param>
/// <param name="time">The clock, for the hour on the lines.</param>
public abstract class RunLog(LogFormat format, TimeProvider time) : RunObserver
{
    readonly Func<LogEntry, IEnumerable<string>> _lines = format switch
    {
        LogFormat.Human => HumanLines.Of,
        LogFormat.Json => JsonLines.Of,
        LogFormat.Reference => ReferenceLines.Of,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };
    readonly List<ClientAnswer> _answers = []; // of the round
    RunStart? _run;
    string? _loading;

    /// <summary>Receives a line, without its end.</summary>
    protected abstract void Write(string line);

    /// <inheritdoc/>
    public override void Warning(string message) => Log(new Warned(message));

    /// <inheritdoc/>
    public override void Note(string message) => Log(new Notes(message));

    /// <inheritdoc/>
    public override void Loading(string what, double? fraction)
    {
        if (what == _loading) return; // a line per thing, not per percent
        _loading = what;
        Log(new Loads(what));
    }

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        _run = start;
        Log(new Starts(start));
    }

    /// <inheritdoc/>
    public override void Explored(int done, int explorers)
    {
        if (done == 0 || done * 10L / explorers > (done - 1) * 10L / explorers) Log(new Explores(done, explorers)); // eleven lines at most
    }

    /// <inheritdoc/>
    public override void RoundStarted(int round, int cohort)
    {
        _answers.Clear(); // explorers'
        Log(new RoundStarts(round, cohort));
    }

    /// <inheritdoc/>
    public override void ClientAnswered(ClientAnswer answer)
    {
        _answers.Add(answer);
        Log(new Answers(answer));
    }

    /// <inheritdoc/>
    public override void Evaluating(int round) => Log(new Evaluates(round));

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) => Log(new RoundEnds(report, [.. _answers]));

    /// <inheritdoc/>
    public override void Finished(RunSummary summary) => Log(new Ends(summary));

    /// <inheritdoc/>
    public override void Failed(Exception why) => Log(why is OperationCanceledException ? new IsInterrupted() : new Fails(why.Message));

    void Log(RunEvent happened)
    {
        foreach (var line in _lines(new LogEntry(time.GetLocalNow(), happened, _run))) Write(line);
    }
}
