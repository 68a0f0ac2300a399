using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>A client's reaction to a failed call.</summary>
enum Reaction
{
    /// <summary>Try again after a pause.</summary>
    Again,

    /// <summary>Join anew.</summary>
    Rejoin,

    /// <summary>Give up.</summary>
    Stop,
}

/// <summary>Rules for calls that failed.</summary>
/// <remarks>A time-out of a connection is Cancelled with an empty detail, a dead connection Internal, so that a client which retries
/// Unavailable alone would give up at the first time-out.</remarks>
static class Retry
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(60);

    /// <summary>The reaction to a failed call.</summary>
    public static Reaction After(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.FailedPrecondition => failure.Status.Detail == EndReasons.Superseded ? Reaction.Stop : Reaction.Rejoin,
        StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.Unimplemented =>
            Reaction.Stop,
        _ => Reaction.Again,
    };

    /// <summary>The pause before an attempt: full jitter, up to 1, 2, 4 … 60 seconds.</summary>
    /// <param name="attempt">Failed attempts so far, from 1.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public static TimeSpan Pause(int attempt, double random)
    {
        var most = TimeSpan.FromTicks((long)Math.Min(Longest.Ticks, First.Ticks * Math.Pow(2, Math.Min(attempt - 1, 20))));
        return TimeSpan.FromMilliseconds(50) + most * random;
    }

    /// <summary>One sentence about a failed call.</summary>
    public static string Text(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.Unavailable when failure.Status.Detail.Contains("HTTP/2 handshake", StringComparison.Ordinal) =>
            "the server does not accept this connection: its certificate may be revoked, or of another authority.",
        StatusCode.Cancelled when failure.Status.Detail.Length == 0 => "the server did not answer in time.",
        _ => ForeignText.OnOneLine(failure.Status.DebugException is { } cause ? Innermost(cause) : failure.Status.Detail)
            .TrimEnd('.') + ".",
    };

    static string Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e.Message;
}
