using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Identifies callers.</summary>
interface ICallers
{
    /// <summary>The name and the certificate's serial number of the caller.</summary>
    /// <exception cref="RpcException">It is not known, or revoked.</exception>
    Caller Of(ServerCallContext context);

    /// <summary>Tests whether certificates may have been revoked since the last time.</summary>
    bool RefreshRevocation() => false;

    /// <summary>Tests whether a certificate is revoked.</summary>
    bool IsRevoked(Peer peer) => false;
}

/// <summary>A caller.</summary>
/// <param name="Name">The client's name.</param>
/// <param name="Peer">Its certificate; null without one.</param>
readonly record struct Caller(string Name, Peer? Peer)
{
    /// <summary>The seat that its certificate is bound to; null: any.</summary>
    public int? Seat => Peer?.Seat;
}

/// <summary>Callers with a client certificate, which <see cref="PeerInterceptor"/> has checked.</summary>
/// <param name="identity">The server's identity.</param>
sealed class CertifiedCallers(PeerIdentity identity) : ICallers
{
    int _version = identity.RevocationVersion;

    /// <inheritdoc/>
    public Caller Of(ServerCallContext context)
    {
        var peer = PeerInterceptor.PeerOf(context);
        return new(peer.Name, peer);
    }

    /// <inheritdoc/>
    public bool RefreshRevocation()
    {
        var now = identity.RevocationVersion; // the interceptor reads the list again each second
        return Interlocked.Exchange(ref _version, now) != now;
    }

    /// <inheritdoc/>
    public bool IsRevoked(Peer peer) => identity.IsRevoked(peer.Serial);
}

/// <summary>Callers without certificates, on loopback and Unix sockets only: they are believed.</summary>
sealed class NamedCallers : ICallers
{
    /// <inheritdoc/>
    public Caller Of(ServerCallContext context) =>
        context.RequestHeaders.GetValue(CallHeaders.Name) is { } name && PeerName.IsValid(name)
            ? new(name, null)
            : throw new RpcException(new Status(StatusCode.Unauthenticated, "the client gives no name."));
}
