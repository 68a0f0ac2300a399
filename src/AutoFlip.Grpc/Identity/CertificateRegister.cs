namespace AutoFlip.Grpc;

/// <summary>Register of the certificates of an authority and of their revocation. It needs no private key.</summary>
/// <param name="folder">Folder of the authority.</param>
/// <param name="time">The clock.</param>
public sealed class CertificateRegister(PkiFolder folder, TimeProvider time)
{
    /// <summary>Every certificate, oldest first, with its state now.</summary>
    /// <exception cref="AutoFlipException">There is no authority, or a file is damaged (exit 3).</exception>
    public IReadOnlyList<(IssuedCertificate Certificate, CertificateState State)> List()
    {
        RequireAuthority(folder);
        var (now, revoked) = (time.GetUtcNow(), new RevocationList(folder.RevocationList));
        return
        [
            .. JsonLog<IssuedCertificate>.ReadLines(folder.Issued).Select(certificate => (certificate, certificate.StateAt(now, revoked))),
        ];
    }

    /// <summary>Revokes every certificate of a name.</summary>
    /// <returns>Number of certificates that were not revoked before.</returns>
    /// <exception cref="AutoFlipException">No certificate was issued to that name (exit 2), a file is damaged (exit 3) or cannot be
    /// written (exit 4).</exception>
    public int Revoke(string name)
    {
        PeerName.Check(name);
        using var exclusive = folder.Lock();
        var all = List();
        var ofName = all.Where(one => one.Certificate.Name == name).ToList();
        if (ofName is [])
            throw AutoFlipException.BadRequest(
                $"No certificate was issued to '{name}'.{Nearest.Hint(name, all.Select(one => one.Certificate.Name).Distinct())}");
        var serials = ofName.Where(one => one.State != CertificateState.Revoked).Select(one => one.Certificate.Serial).ToList();
        if (serials is not []) RevocationList.Add(folder.RevocationList, serials, name, time.GetUtcNow());
        return serials.Count;
    }

    /// <summary>The certificate in force that expires last of those of a name; null if there is none.</summary>
    internal IssuedCertificate? InForce(string name) => List()
        .Where(one => one.State == CertificateState.Valid && one.Certificate.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(one => one.Certificate).MaxBy(certificate => certificate.NotAfter);

    /// <summary>Refuses a name that has a certificate in force, of whatever kind. Case does not count: on some systems it does not in
    /// names of files.</summary>
    /// <param name="name">The name.</param>
    /// <param name="except">Hash of a key whose certificates do not count.</param>
    internal void RequireFree(string name, string? except = null)
    {
        if (InForce(PeerName.Check(name)) is { } other && other.KeySha256 != except)
            throw AutoFlipException.BadRequest(
                $"'{other.Name}' has a certificate already, valid until {other.NotAfter.UtcDateTime:yyyy-MM-dd}. 'autoflip pki renew' "
                + "prolongs it; after 'autoflip pki revoke' the name is free.");
    }

    /// <summary>Adds a certificate, under the folder's lock and before the certificate leaves the authority, so that each can be
    /// revoked.</summary>
    internal void Add(Peer peer)
    {
        using var log = new JsonLog<IssuedCertificate>(folder.Issued, "Free some space and try again.");
        log.Append(IssuedCertificate.Of(peer));
    }

    internal static void RequireAuthority(PkiFolder folder)
    {
        if (!File.Exists(folder.AuthorityCertificate))
            throw AutoFlipException.BadData(
                $"There is no authority in '{folder.Path}': ca.pem is missing. 'autoflip pki init {folder.Path}' makes one.");
    }
}
