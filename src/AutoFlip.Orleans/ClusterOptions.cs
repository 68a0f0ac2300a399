using System.Net;

namespace AutoFlip.Orleans;

/// <summary>Settings of a process that takes part in a cluster.</summary>
public sealed record ClusterOptions
{
    /// <summary>The place by which coordinator and workers find each other.</summary>
    public required ClusterAddress Cluster { get; init; }

    /// <summary>Address on which this process listens for the others; null: that of the way to the cluster, with a free port. A
    /// coordinator of a static cluster has the cluster's.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Folder with <c>ca.pem</c> and this machine's server certificate, which both ends of a connection show; null: without
    /// encryption, on this machine only.</summary>
    public string? Pki { get; init; }

    /// <summary>Name of the certificate; null for the only one in the folder.</summary>
    public string? Name { get; init; }

    /// <summary>File with the password of a Redis server; null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Time in which a coordinator's first worker, or for a worker its first cluster, must have been found.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
