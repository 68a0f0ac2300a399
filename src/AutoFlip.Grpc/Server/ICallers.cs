using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Identifies callers.</summary>
interface ICallers
{
    /// <summary>The name and the certificate's serial number of the caller.</summary>
    /// <exception cref="RpcException">It is not known, or revoked.</exception>
    Caller Of(ServerCallContext context);
}

/// <summary>A caller.</summary>
/// <param name="Name">The client's name.</param>
/// <param name="Serial">Serial number of its certificate; empty without one.</param>
/// <param name="Seat">The seat that its certificate is bound to; null: any.</param>
readonly record struct Caller(string Name, string Serial, int? Seat);

/// <summary>Callers without certificates, on loopback and Unix sockets only: they are believed.</summary>
sealed class NamedCallers : ICallers
{
    /// <summary>The header with the name.</summary>
    public const string Header = "autoflip-name";

    /// <inheritdoc/>
    public Caller Of(ServerCallContext context) =>
        context.RequestHeaders.GetValue(Header) is { } name && PeerName.IsValid(name)
            ? new(name, "", null)
            : throw new RpcException(new Status(StatusCode.Unauthenticated, "the client gives no name."));
}
