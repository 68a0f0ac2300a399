namespace AutoFlip.Cli;

/// <summary>Options of <c>autoflip server</c> and <c>autoflip client</c>, and of clusters.</summary>
sealed record NetworkOptions
{
    /// <summary>Folder with certificates; null for none.</summary>
    public string? Pki { get; init; }

    /// <summary>Accept connections without certificates.</summary>
    public bool Insecure { get; init; }

    /// <summary>Address that a server listens on.</summary>
    public string? Listen { get; init; }

    /// <summary>Sign certificates for tokens.</summary>
    public bool Enrol { get; init; }

    /// <summary>File with a token, or - for standard input.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Name of the server's certificate; null for the only one.</summary>
    public string? ServerName { get; init; }

    /// <summary>Clients that must be there.</summary>
    public int? MinClients { get; init; }

    /// <summary>Duration of a round, or none.</summary>
    public string? RoundTimeout { get; init; }

    /// <summary>Deadlines of a round that too few clients answer.</summary>
    public int RoundAttempts { get; init; } = 3;

    /// <summary>Time in which enough clients must have joined.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Replies that arrive side by side.</summary>
    public int MaxUploads { get; init; } = 8;

    /// <summary>Training samples of a client, at least.</summary>
    public int MinSamples { get; init; } = 10;

    /// <summary>Accept clients on several kinds of processors.</summary>
    public bool MixedProcessors { get; init; }

    /// <summary>Address that spans are exported to; null for that of the environment.</summary>
    public string? Otlp { get; init; }

    /// <summary>Resume the newest unfinished run of the experiment, if there is one.</summary>
    public bool Continue { get; init; }

    /// <summary>Run directory that a server resumes.</summary>
    public string? Resume { get; init; }

    /// <summary>Address of the admin socket; null for a socket in the run directory.</summary>
    public string? Admin { get; init; }

    /// <summary>Print the state of a running server.</summary>
    public bool Status { get; init; }

    /// <summary>End a running server after its round.</summary>
    public bool Drain { get; init; }

    /// <summary>Close the round of a running server.</summary>
    public bool CloseRound { get; init; }

    /// <summary>Client that a running server excludes.</summary>
    public string? Quarantine { get; init; }

    /// <summary>Client that a running server admits again.</summary>
    public string? Admit { get; init; }

    /// <summary>File with the data contract of a server; null: that of the experiment's data set, which the server loads.</summary>
    public string? Contract { get; init; }

    /// <summary>The server's test set, such as folder:PATH; null for none.</summary>
    public string? Test { get; init; }

    /// <summary>A client's own data, such as folder:PATH; null: its share of the experiment's data set.</summary>
    public string? Data { get; init; }

    /// <summary>The user of a LEAF set whose samples are a client's data.</summary>
    public string? User { get; init; }

    /// <summary>A client's own held-out data; null: a share of its data.</summary>
    public string? HoldOutData { get; init; }

    /// <summary>A client's share of the experiment's data set, such as 7/20: its number, and that of all clients.</summary>
    public string? Share { get; init; }

    /// <summary>Address of a client's server.</summary>
    public string? Server { get; init; }

    /// <summary>A client's name.</summary>
    public string? Name { get; init; }

    /// <summary>The seat of a client; null for one that the server proposes.</summary>
    public int? ClientId { get; init; }

    /// <summary>Seats of a client, such as 0-99.</summary>
    public string? Seats { get; init; }

    /// <summary>Folder for what a client keeps.</summary>
    public string State { get; init; } = "autoflip-client";

    /// <summary>Time without a server after which a client ends, or never.</summary>
    public string GiveUp { get; init; } = Never;

    /// <summary>End with the run.</summary>
    public bool Once { get; init; }

    /// <summary>The place by which the members of a cluster find each other; null: clients are computed in this process.</summary>
    public string? Cluster { get; init; }

    /// <summary>File with the password of a cluster's Redis server; null for none.</summary>
    public string? RedisPasswordFile { get; init; }

    /// <summary>Clients that a worker computes at the same time; null: as many as there are threads.</summary>
    public int? Slots { get; init; }

    /// <summary>Runs of <c>chaos</c> at most.</summary>
    public int Runs { get; init; } = 100;

    /// <summary>Seconds after which <c>chaos</c> begins no further run.</summary>
    public int Seconds { get; init; } = 600;

    /// <summary>The fault of <c>chaos</c>, or fault/moment; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>Word for no limit of a client's patience.</summary>
    public const string Never = "never";

    /// <summary>Word for no limit of a round.</summary>
    public const string NoTimeout = "none";
}
