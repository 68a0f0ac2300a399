using System.Collections.Immutable;
using AutoFlip.Grpc.V1;

namespace AutoFlip.Grpc;

/// <summary>Settings of a client.</summary>
public sealed record ClientOptions
{
    /// <summary>Address of the server: https://host:port, http://host:port on loopback, or unix:PATH.</summary>
    public required string Server { get; init; }

    /// <summary>Folder with the authority's certificate and the client's own; null: none, which is accepted on loopback and Unix
    /// sockets only.</summary>
    public string? Pki { get; init; }

    /// <summary>The client's name.</summary>
    public required string Name { get; init; }

    /// <summary>The seats that it answers for; empty: the one that the server proposes.</summary>
    public ImmutableArray<int> Seats { get; init; } = [];

    /// <summary>Folder for what is kept between rounds and restarts.</summary>
    public required string State { get; init; }

    /// <summary>Clients that compute at the same time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Time without a server after which the client ends; null: never.</summary>
    public TimeSpan? GiveUp { get; init; }

    /// <summary>End with the run, instead of waiting for the next one.</summary>
    public bool Once { get; init; }
}

/// <summary>A run as its client learns of it, before it loads data.</summary>
/// <param name="Experiment">The experiment, as it runs.</param>
/// <param name="Contract">The data contract.</param>
/// <param name="Seats">The seats that data are needed for.</param>
public sealed record ClientRun(Experiment Experiment, DataContract Contract, ImmutableArray<int> Seats)
{
    /// <summary>Reads the server's description.</summary>
    /// <exception cref="AutoFlipException">Its experiment or contract is not accepted (exit 4).</exception>
    internal static ClientRun Of(Description description, ImmutableArray<int> seats)
    {
        var experiment = ExperimentReading.OfServer(description.Experiment);
        try
        {
            return new(experiment, DataContract.Parse(description.Contract, "the server's data contract"), seats);
        }
        catch (AutoFlipException e)
        {
            throw AutoFlipException.RunFailed($"The server's data contract is not accepted: {e.Message}", e);
        }
    }
}
