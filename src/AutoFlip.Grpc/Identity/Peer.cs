using System.Text.Json.Serialization;

namespace AutoFlip.Grpc;

/// <summary>Purposes of a certificate.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PeerKind>))]
public enum PeerKind
{
    /// <summary>Certificate of a server.</summary>
    [JsonStringEnumMemberName("server")]
    Server,

    /// <summary>Certificate of a client.</summary>
    [JsonStringEnumMemberName("client")]
    Client,
}

/// <summary>Identity in a certificate of the authority.</summary>
/// <param name="Kind">Purpose.</param>
/// <param name="Name">Valid by <see cref="PeerName"/>.</param>
/// <param name="Seat">The seat that a client's certificate is bound to, from 0; null for any.</param>
/// <param name="KeySha256">SHA-256 of the public key (SubjectPublicKeyInfo), 64 lower-case hexadecimal digits. It survives a
/// renewal.</param>
/// <param name="Serial">Serial number of the certificate, upper-case hexadecimal digits.</param>
/// <param name="NotBefore">Start of its validity.</param>
/// <param name="NotAfter">End of its validity.</param>
public sealed record Peer(
    PeerKind Kind, string Name, int? Seat, string KeySha256, string Serial, DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>Outcome of a check of a peer's certificate: a peer, or the reason why there is none.</summary>
/// <param name="Peer">The peer; null if it is refused.</param>
/// <param name="Refusal">One sentence for a log; null if it is accepted.</param>
public readonly record struct PeerCheck(Peer? Peer, string? Refusal)
{
    internal static PeerCheck Refused(string refusal) => new(null, refusal);

    internal static PeerCheck Accepted(Peer peer) => new(peer, null);
}
