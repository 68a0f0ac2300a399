namespace AutoFlip.Grpc;

/// <summary>Faults of chaos runs.</summary>
public enum ChaosFault
{
    /// <summary>None: the run that the others are compared with.</summary>
    None,

    /// <summary>The client process is killed and started again.</summary>
    KillClient,

    /// <summary>The client process is killed twenty times in one round, and started again each time.</summary>
    KillClientTwentyTimes,

    /// <summary>The server process is killed, and the run resumed.</summary>
    KillServer,

    /// <summary>The server process is killed three times, each time soon after it was resumed.</summary>
    KillServerThreeTimes,

    /// <summary>Both processes are killed and started again.</summary>
    KillBoth,

    /// <summary>The client process is stopped (SIGSTOP) until a round was closed without it.</summary>
    StopClient,

    /// <summary>The client's connections are reset.</summary>
    Reset,

    /// <summary>The direction to the server is ended.</summary>
    HalfClose,

    /// <summary>Nothing crosses for two seconds.</summary>
    ShortInterruption,

    /// <summary>Nothing crosses until a round was closed without the client.</summary>
    LongInterruption,

    /// <summary>Data are cut off and bits flipped on new connections for two seconds.</summary>
    Damage,

    /// <summary>A second process joins with the client's name.</summary>
    SecondProcess,

    /// <summary>The client's certificate is revoked.</summary>
    Revocation,

    /// <summary>The server's disk is full for some seconds.</summary>
    FullServerDisk,

    /// <summary>The client's disk is full for some seconds.</summary>
    FullClientDisk,

    /// <summary>The client's clock is a day ahead.</summary>
    ClockAhead,

    /// <summary>The client's clock is a day behind.</summary>
    ClockBehind,
}

/// <summary>Moments at which a fault begins.</summary>
public enum ChaosMoment
{
    /// <summary>The client has connected.</summary>
    Joining,

    /// <summary>A task has been opened.</summary>
    Fetching,

    /// <summary>The client trains.</summary>
    Training,

    /// <summary>A part of its reply is at the server.</summary>
    Uploading,

    /// <summary>Its reply is stored, and it has no receipt yet.</summary>
    BeforeReceipt,

    /// <summary>A round has just been closed without its reply.</summary>
    Closing,

    /// <summary>All replies of a round are stored.</summary>
    BeforeCommit,

    /// <summary>A round is committed.</summary>
    AfterCommit,
}
