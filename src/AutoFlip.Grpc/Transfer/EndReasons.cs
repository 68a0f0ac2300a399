namespace AutoFlip.Grpc;

/// <summary>Reasons that both sides know.</summary>
static class EndReasons
{
    /// <summary>The run has ended as it should.</summary>
    public const string Done = "done";

    const string RunEnded = "run ended: ";

    /// <summary>The detail of a call that is refused because the run has ended.</summary>
    public static string OfRun(string reason) => RunEnded + reason;

    /// <summary>The reason in such a detail; null if the run goes on.</summary>
    public static string? ReasonIn(string detail) =>
        detail.StartsWith(RunEnded, StringComparison.Ordinal) ? detail[RunEnded.Length..] : null;

    /// <summary>A newer session has ended this one.</summary>
    public const string Superseded = "another process has joined with this name. One process per name is accepted; "
        + "give each machine a certificate of its own.";

    /// <summary>A newer session of the same process has ended this one: a call of it is repeated in the newer one.</summary>
    public const string JoinedAgain = "the process has joined again.";
}
