namespace AutoFlip.Grpc;

/// <summary>The requests of an operator to a running server.</summary>
interface IAdministered
{
    /// <summary>The server now.</summary>
    ServerStatus Status();

    /// <summary>The reason that it does not work any more, one sentence; null if it does.</summary>
    string? Dead();

    /// <summary>Reasons that it accepts no replies now; none if it does.</summary>
    IReadOnlyList<string> Unready();

    /// <summary>Begins no further round: the one under way is finished, then the server ends.</summary>
    Operated Drain();

    /// <summary>Closes the open task with the replies that are stored.</summary>
    Operated CloseRound();

    /// <summary>Excludes a name from further tasks, or admits it again.</summary>
    Operated SetQuarantine(string name, bool isExcluded);
}

/// <summary>Outcome of an operator's request.</summary>
/// <param name="IsDone">False if it cannot be done now.</param>
/// <param name="Message">One sentence.</param>
readonly record struct Operated(bool IsDone, string Message);
