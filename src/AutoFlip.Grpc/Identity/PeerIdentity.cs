using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Own certificate of a server or a client, and the check of the other side's certificates. Safe for several threads.</summary>
/// <remarks>That the authority issued a certificate is remembered for five minutes; its validity and the revocation list are looked at
/// each time, which costs some microseconds.</remarks>
sealed class PeerIdentity : IDisposable
{
    const int MostKept = 10_000;

    static readonly TimeSpan Kept = TimeSpan.FromMinutes(5), WarnedBefore = TimeSpan.FromDays(30);

    readonly X509Certificate2 _authority;
    readonly RevocationList? _revoked;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<string, (Peer Peer, DateTimeOffset Until)> _accepted = new(StringComparer.Ordinal);

    int _validations;

    PeerIdentity(PkiFolder folder, PeerKind kind, string name, RevocationList? revoked, TimeProvider time)
    {
        (_revoked, _time) = (revoked, time);
        var path = folder.CertificateOf(kind, name);
        _authority = PemFile.ReadCertificate(folder.AuthorityCertificate);
        Certificate = PemFile.ReadPair(path, folder.KeyOf(kind, name));
        var check = PeerValidation.Check(Certificate, _authority, kind, time.GetUtcNow());
        Self = check.Peer ?? throw AutoFlipException.BadData($"'{path}' cannot be used. {check.Refusal}");
        if (Self.Name != name) throw AutoFlipException.BadFile(path, $"it is the certificate of '{Self.Name}'");
    }

    /// <summary>Identity of this side.</summary>
    public Peer Self { get; }

    /// <summary>Certificate of this side, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Version of the revocation list: when it grows, open streams of revoked peers have to end. Always 0 without a
    /// list.</summary>
    public int RevocationVersion => _revoked?.Version ?? 0;

    /// <summary>A sentence if a certificate of this side, or the authority's, expires within 30 days; null otherwise.</summary>
    public string? ExpiryWarning()
    {
        var soon = _time.GetUtcNow() + WarnedBefore;
        return soon >= new DateTimeOffset(_authority.NotAfter)
            ? $"The certificate of the authority expires on {Date(_authority.NotAfter)}. "
                + "Make another authority and issue all certificates again before then."
            : soon >= Self.NotAfter ? $"The certificate of '{Self.Name}' expires on {Date(Certificate.NotAfter)}. "
                + $"Renew it with 'autoflip pki renew {Self.Name}' before then."
            : null;
    }

    /// <summary>Number of chains that were built so far.</summary>
    internal int Validations => Volatile.Read(ref _validations);

    /// <summary>Loads a server's identity. Its folder holds ca.pem, crl.txt and the server's certificate and key.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name of the server; null for the only one in the folder.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AutoFlipException">The folder has none or several servers and no name is given (exit 2); a file is missing,
    /// damaged or expired (exit 3).</exception>
    public static PeerIdentity LoadServer(PkiFolder folder, string? name, TimeProvider time) =>
        new(folder, PeerKind.Server, name ?? OnlyServer(folder), new(folder.RevocationList), time);

    /// <summary>Loads a client's identity. Its folder holds ca.pem and the client's certificate and key, and may hold crl.txt.</summary>
    /// <exception cref="AutoFlipException">The name is not valid (exit 2); a file is missing, damaged or expired (exit 3).</exception>
    public static PeerIdentity LoadClient(PkiFolder folder, string name, TimeProvider time) => new(
        folder, PeerKind.Client, name, File.Exists(folder.RevocationList) ? new(folder.RevocationList) : null, time);

    /// <summary>Checks the other side's certificate: issuer, validity, purpose, name, revocation.</summary>
    /// <param name="expected">Purpose that it must have.</param>
    /// <param name="certificate">The certificate; null if none was given.</param>
    /// <exception cref="AutoFlipException">The revocation list is missing or damaged (exit 3).</exception>
    public PeerCheck Check(PeerKind expected, X509Certificate2? certificate)
    {
        var now = _time.GetUtcNow();
        var hash = certificate?.GetCertHashString(HashAlgorithmName.SHA256);
        var check = hash is not null && _accepted.TryGetValue(hash, out var kept) && kept.Peer.Kind == expected && now < kept.Until
            && now <= kept.Peer.NotAfter
            ? PeerCheck.Accepted(kept.Peer)
            : Validate(hash, certificate, expected, now);
        return check.Peer is { } peer && IsRevoked(peer.Serial)
            ? PeerCheck.Refused($"The certificate of '{peer.Name}' has been revoked.")
            : check;
    }

    /// <summary>Tests whether the certificate with a serial number is revoked now.</summary>
    /// <exception cref="AutoFlipException">The revocation list is missing or damaged (exit 3).</exception>
    public bool IsRevoked(string serial) => _revoked?.IsRevoked(serial) == true;

    /// <summary>Reads the revocation list again if it changed; for a timer that ends the streams of revoked peers.</summary>
    /// <returns>True if it was read.</returns>
    /// <exception cref="AutoFlipException">The revocation list is missing or damaged (exit 3).</exception>
    public bool RefreshRevocation() => _revoked?.Refresh() == true;

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _authority.Dispose();
    }

    static string Date(DateTime time) => $"{time.ToUniversalTime():yyyy-MM-dd}";

    PeerCheck Validate(string? hash, X509Certificate2? certificate, PeerKind expected, DateTimeOffset now)
    {
        var check = PeerValidation.Check(certificate, _authority, expected, now);
        Interlocked.Increment(ref _validations);
        if (check.Peer is not { } peer) return check;
        if (_accepted.Count >= MostKept) _accepted.Clear();
        _accepted[hash!] = (peer, now + Kept);
        return check;
    }

    static string OnlyServer(PkiFolder folder) => folder.NamesOf(PeerKind.Server) switch
    {
        [var name] => name,
        [] => throw AutoFlipException.BadData(
            $"'{folder.Path}' holds no certificate of a server. 'autoflip pki issue server NAME' makes one."),
        var several => throw AutoFlipException.BadRequest(
            $"'{folder.Path}' holds certificates of several servers: {string.Join(", ", several)}. Choose one by its name."),
    };
}
