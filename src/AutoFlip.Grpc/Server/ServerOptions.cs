namespace AutoFlip.Grpc;

/// <summary>Settings of a server. None of them changes the result of a run that all clients answer in time.</summary>
public sealed record ServerOptions
{
    /// <summary>Address to listen on: host:port, or unix:PATH.</summary>
    public required string Listen { get; init; }

    /// <summary>Address of the admin socket, unix:PATH or a loopback host:port; null: a socket in the run directory, or if its path is
    /// too long among the temporary files. <c>network/admin.txt</c> holds the address.</summary>
    public string? Admin { get; init; }

    /// <summary>Folder with authority and certificate; null: none, which is accepted on loopback and Unix sockets only.</summary>
    public string? Pki { get; init; }

    /// <summary>Name of the server's certificate in that folder; null: the only one.</summary>
    public string? Name { get; init; }

    /// <summary>Sign certificates for tokens: the folder holds the authority's key.</summary>
    public bool Enrols { get; init; }

    /// <summary>Passphrase of the authority's key; null without one.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Name of the test set that the server loads itself, such as folder:PATH; kept with the run, so that it is the same when
    /// the run is resumed. Null for none.</summary>
    public string? Test { get; init; }

    /// <summary>Rules by which a round ends.</summary>
    public required RoundRules Rules { get; init; }

    /// <summary>Time in which the least number of clients must have joined; null: no limit.</summary>
    public TimeSpan? StartTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Replies that arrive side by side; further ones wait.</summary>
    public int MaxUploads { get; init; } = 8;

    /// <summary>Training samples that a seat has at least, so that no figure is about a single person.</summary>
    public int MinSamples { get; init; } = 10;

    /// <summary>Refused replies after which a name is quarantined.</summary>
    public int MaxRefusals { get; init; } = 3;

    /// <summary>Accept clients on another kind of processor: results are not equal to the bit then.</summary>
    public bool MixedProcessors { get; init; }

    /// <summary>Receives the address, such as http://127.0.0.1:7443, once clients and operators can connect.</summary>
    public Action<string> Listening { get; init; } = _ => { };

    /// <summary>Period of heartbeats.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);
}
