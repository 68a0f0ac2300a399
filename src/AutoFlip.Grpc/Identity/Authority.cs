using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Certificate authority of a federation: a folder with a key that signs certificates of servers and clients.</summary>
/// <remarks>Changes are made under a lock of the folder, so several processes and threads may use it at once.</remarks>
public sealed class Authority : IDisposable
{
    readonly PkiFolder _folder;
    readonly TimeProvider _time;
    readonly X509Certificate2 _certificate;
    readonly CertificateRegister _register;
    readonly TokenStore _tokens;

    Authority(PkiFolder folder, X509Certificate2 certificate, TimeProvider time) =>
        (_folder, _certificate, _time, _register, _tokens) = (folder, certificate, time, new(folder, time), new(folder, time));

    /// <summary>Validity of a certificate where no other is asked for.</summary>
    public static TimeSpan DefaultValidity { get; } = TimeSpan.FromDays(365);

    /// <summary>Certificate of the authority, without its key.</summary>
    public X509Certificate2 Certificate => X509CertificateLoader.LoadCertificate(_certificate.RawData);

    /// <summary>Makes an authority in a folder, which is created if it does not exist.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="passphrase">Encrypts the key; null leaves it unencrypted.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AutoFlipException">There is an authority already (exit 2), or a file cannot be written (exit 4).</exception>
    public static void Create(PkiFolder folder, string? passphrase, TimeProvider time)
    {
        OwnerOnly.CreateFolder(folder.Path);
        using var exclusive = folder.Lock();
        foreach (var file in new[] { folder.AuthorityCertificate, folder.AuthorityKey })
            if (File.Exists(file))
                throw AutoFlipException.BadRequest(
                    $"'{file}' exists already: an authority is never overwritten. Choose another folder, or move it away.");
        using var key = CertificateForms.NewKey();
        using var certificate = CertificateForms.Authority(key, time.GetUtcNow());
        SecretFile.Create(folder.AuthorityKey, PemFile.Text(key, passphrase));
        RevocationList.Create(folder.RevocationList);
        AtomicFile.Write(folder.AuthorityCertificate, certificate.ExportCertificatePem() + "\n"); // last: its presence means complete
    }

    /// <summary>Opens an authority for signing.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="passphrase">Passphrase of its key; null if it has none.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AutoFlipException">A passphrase is needed (exit 2); there is no authority, a file is damaged, or the key and the
    /// certificate do not belong together (exit 3).</exception>
    public static Authority Open(PkiFolder folder, string? passphrase, TimeProvider time)
    {
        CertificateRegister.RequireAuthority(folder);
        using var certificate = PemFile.ReadCertificate(folder.AuthorityCertificate);
        using var key = PemFile.ReadKey(folder.AuthorityKey, passphrase);
        return PeerValidation.Expiry(certificate, time.GetUtcNow()) is { } expired
            ? throw AutoFlipException.BadFile(folder.AuthorityCertificate, $"it {expired.TrimEnd('.')}")
            : new(folder, PemFile.Pair(certificate, key, folder.AuthorityCertificate, folder.AuthorityKey), time);
    }

    /// <summary>Issues a key and a certificate for a server.</summary>
    /// <param name="name">Name of the server.</param>
    /// <param name="hosts">DNS names under which clients reach it.</param>
    /// <param name="addresses">IP addresses under which clients reach it.</param>
    /// <param name="validity">Time until it expires.</param>
    /// <exception cref="AutoFlipException">The name is not valid or taken, or a key of that name exists (exit 2); a file is damaged
    /// (exit 3) or cannot be written (exit 4).</exception>
    public Peer IssueServer(string name, IReadOnlyList<string> hosts, IReadOnlyList<IPAddress> addresses, TimeSpan validity) =>
        Issue(PeerKind.Server, PeerName.Check(name), CertificateForms.ServerNames(name, hosts, addresses), validity);

    /// <summary>Issues a key and a certificate for a client.</summary>
    /// <param name="name">Name of the client.</param>
    /// <param name="seat">The seat that it may take, from 0; null for any.</param>
    /// <param name="validity">Time until it expires.</param>
    /// <exception cref="AutoFlipException">As for a server.</exception>
    public Peer IssueClient(string name, int? seat, TimeSpan validity) =>
        Issue(PeerKind.Client, PeerName.Check(name), CertificateForms.ClientNames(name, seat), validity);

    /// <summary>Exchanges a token for a certificate of a key that a client keeps to itself. The same key and token get the certificate in
    /// force once more, so that a request may be repeated.</summary>
    /// <remarks>One step under the folder's lock: a name that is revoked meanwhile gets no certificate after it.</remarks>
    /// <exception cref="AutoFlipException">The token is unknown, used for another key, expired or withdrawn, or the name is taken by
    /// another key (exit 2); a file is damaged (exit 3) or cannot be written (exit 4).</exception>
    public X509Certificate2 Enrol(SigningRequest request, string token, TimeSpan validity)
    {
        using var exclusive = _folder.Lock();
        var grant = _tokens.Redeem(token, request.KeySha256);
        var (name, seat) = (grant.Name, grant.Seat);
        if (_register.InForce(name) is { } issued && issued.KeySha256 == request.KeySha256 && Stored(issued) is { } again) return again;
        _register.RequireFree(name, except: request.KeySha256);
        var names = CertificateForms.ClientNames(name, seat);
        return Sign(CertificateForms.Request(PeerKind.Client, name, names, request.Key), PeerKind.Client, validity);
    }

    /// <summary>Issues another certificate for the key and the names of a certificate that was issued; the old one stays valid until it
    /// expires.</summary>
    /// <exception cref="AutoFlipException">No certificate was issued to that name, or all are revoked (exit 2); a file is damaged
    /// (exit 3) or cannot be written (exit 4).</exception>
    public Peer Renew(string name, TimeSpan validity)
    {
        PeerName.Check(name);
        using var exclusive = _folder.Lock();
        var all = _register.List();
        var last = all.LastOrDefault(one => one.Certificate.Name == name && one.State != CertificateState.Revoked).Certificate
            ?? throw AutoFlipException.BadRequest(
                $"'{name}' has no certificate that can be renewed: none was issued, or all are revoked."
                + Nearest.Hint(name, all.Select(one => one.Certificate.Name).Distinct()));
        var path = _folder.CertificateOf(last.Kind, name);
        using var old = PemFile.ReadCertificate(path);
        if (!PeerValidation.IsIssuedBy(old, _certificate) || PeerValidation.Identity(old, last.Kind).Peer is not { } peer
            || peer.Name != name || peer.KeySha256 != last.KeySha256)
            throw AutoFlipException.BadFile(path, $"it is not the certificate that was issued to '{name}'");
        using var renewed = Sign(CertificateForms.Again(old, _certificate), last.Kind, validity);
        return PeerValidation.Identity(renewed, last.Kind).Peer!;
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    Peer Issue(PeerKind kind, string name, SubjectAlternativeNameBuilder names, TimeSpan validity)
    {
        using var exclusive = _folder.Lock();
        _register.RequireFree(name);
        using var key = CertificateForms.NewKey();
        SecretFile.Create(_folder.KeyOf(kind, name), PemFile.Text(key, passphrase: null));
        using var certificate = Sign(CertificateForms.Request(kind, name, names, new PublicKey(key)), kind, validity);
        return PeerValidation.Identity(certificate, kind).Peer!;
    }

    X509Certificate2 Sign(CertificateRequest request, PeerKind kind, TimeSpan validity)
    {
        var certificate = CertificateForms.Sign(request, _certificate, _time.GetUtcNow(), validity);
        var peer = PeerValidation.Identity(certificate, kind).Peer!;
        _register.Add(peer);
        AtomicFile.Write(_folder.CertificateOf(kind, peer.Name), certificate.ExportCertificatePem() + "\n");
        return certificate;
    }

    X509Certificate2? Stored(IssuedCertificate issued)
    {
        var path = _folder.CertificateOf(issued.Kind, issued.Name);
        if (!File.Exists(path)) return null;
        var certificate = PemFile.ReadCertificate(path);
        if (certificate.SerialNumber == issued.Serial) return certificate;
        certificate.Dispose();
        return null;
    }
}
