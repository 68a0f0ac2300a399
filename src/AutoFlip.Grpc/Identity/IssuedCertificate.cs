namespace AutoFlip.Grpc;

/// <summary>States of an issued certificate.</summary>
public enum CertificateState
{
    /// <summary>In force.</summary>
    Valid,

    /// <summary>Its time has passed.</summary>
    Expired,

    /// <summary>It is on the list of revoked certificates.</summary>
    Revoked,
}

/// <summary>A line of the log of an authority: a certificate that was issued.</summary>
public sealed record IssuedCertificate
{
    /// <summary>Purpose.</summary>
    public required PeerKind Kind { get; init; }

    /// <summary>Name of its holder.</summary>
    public required string Name { get; init; }

    /// <summary>The seat that it is bound to; null for any.</summary>
    public int? Seat { get; init; }

    /// <summary>Serial number, upper-case hexadecimal digits.</summary>
    public required string Serial { get; init; }

    /// <summary>SHA-256 of the public key, 64 lower-case hexadecimal digits.</summary>
    public required string KeySha256 { get; init; }

    /// <summary>Start of its validity.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>End of its validity.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>State at a time, by a list as it was last read.</summary>
    public CertificateState StateAt(DateTimeOffset now, RevocationList revoked) =>
        revoked.Contains(Serial) ? CertificateState.Revoked
        : now > NotAfter ? CertificateState.Expired
        : CertificateState.Valid;

    internal static IssuedCertificate Of(Peer peer) => new()
    {
        Kind = peer.Kind,
        Name = peer.Name,
        Seat = peer.Seat,
        Serial = peer.Serial,
        KeySha256 = peer.KeySha256,
        NotBefore = peer.NotBefore,
        NotAfter = peer.NotAfter,
    };
}
