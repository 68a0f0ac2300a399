namespace AutoFlip.Grpc;

/// <summary>Stage of one seat's task.</summary>
enum SeatStage
{
    /// <summary>The client can fetch it.</summary>
    Offered,

    /// <summary>The client is fetching it.</summary>
    Fetching,

    /// <summary>The client has it.</summary>
    Working,

    /// <summary>A part of the reply is here.</summary>
    Uploading,

    /// <summary>The reply is stored: it counts. Final.</summary>
    Stored,

    /// <summary>The reply was refused. Final.</summary>
    Refused,
}

/// <summary>One seat's task.</summary>
/// <param name="seat">The seat.</param>
sealed class SeatState(int seat)
{
    /// <summary>The seat.</summary>
    public int Seat => seat;

    /// <summary>The stage.</summary>
    public SeatStage Stage { get; set; }

    /// <summary>True if the stored reply has a result; false if the client could not compute one.</summary>
    public bool HasResult { get; set; }

    /// <summary>The reason that the reply was refused.</summary>
    public string? Refusal { get; set; }

    /// <summary>True if no event changes the stage any more.</summary>
    public bool IsFinal => Stage is SeatStage.Stored or SeatStage.Refused;
}

/// <summary>Presence of a seat's client.</summary>
/// <param name="IsAttached">True if a session has its state stream open.</param>
/// <param name="HasJoined">True if a client has joined for the seat in this run.</param>
/// <param name="IsExcluded">True if the server serves the client no more: revoked, or quarantined.</param>
/// <param name="Since">When it was attached or lost; of a client that never joined, when the server started.</param>
readonly record struct Presence(bool IsAttached, bool HasJoined, bool IsExcluded, TimeSpan Since);
