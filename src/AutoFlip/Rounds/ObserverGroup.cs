namespace AutoFlip;

/// <summary>Several observers as one. Each is notified in turn; an exception ends the turn.</summary>
/// <remarks>One event at a time: a network's timers and calls have warnings while the run's own thread has events.</remarks>
sealed class ObserverGroup(RunObserver[] observers) : RunObserver
{
    readonly Lock _lock = new();

    /// <summary>Applied to sentences before they are passed on (<see cref="RunOptions.Wording"/>).</summary>
    public Func<string, string> Wording { get; init; } = text => text;

    public override void Warning(string message) => Each(observer => observer.Warning(Wording(message)));

    public override void Note(string message) => Each(observer => observer.Note(Wording(message)));

    public override void Loading(string what, double? fraction) => Each(observer => observer.Loading(what, fraction));

    public override void Started(RunStart start) => Each(observer => observer.Started(start));

    public override void Explored(int done, int explorers) => Each(observer => observer.Explored(done, explorers));

    public override void RoundStarted(int round, int cohort) => Each(observer => observer.RoundStarted(round, cohort));

    public override void ClientDone(int round, int done, int cohort) => Each(observer => observer.ClientDone(round, done, cohort));

    public override void ClientAnswered(ClientAnswer answer) => Each(observer => observer.ClientAnswered(answer));

    public override void Evaluating(int round) => Each(observer => observer.Evaluating(round));

    public override void RoundDone(RoundReport report) => Each(observer => observer.RoundDone(report));

    public override void Finished(RunSummary summary) => Each(observer => observer.Finished(summary));

    public override void Failed(Exception why)
    {
        if (why is AutoFlipException refused) why = refused.With(Wording(refused.Message));
        Each(observer => observer.Failed(why));
    }

    void Each(Action<RunObserver> tell)
    {
        lock (_lock)
            foreach (var observer in observers) tell(observer);
    }
}
