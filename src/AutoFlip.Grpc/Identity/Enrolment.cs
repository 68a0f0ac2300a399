using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Exchange of a token for a certificate. The private key is made by the client and never leaves it.</summary>
static class Enrolment
{
    /// <summary>Client: makes a key in its folder and a request that proves it has the key. The key of an enrolment that did not end is
    /// used again, so that its token stays good.</summary>
    /// <param name="folder">The client's folder, which is created if it does not exist.</param>
    /// <param name="name">The name in the token's file.</param>
    /// <returns>PKCS#10 in DER.</returns>
    /// <exception cref="AutoFlipException">The name is not valid or has a certificate there (exit 2); a file is damaged (exit 3) or cannot
    /// be written (exit 4).</exception>
    public static byte[] CreateRequest(PkiFolder folder, string name)
    {
        var (certificate, keyPath) = (folder.CertificateOf(PeerKind.Client, name), folder.KeyOf(PeerKind.Client, name));
        if (File.Exists(certificate))
            throw AutoFlipException.BadRequest(
                $"'{name}' is enrolled already: '{certificate}' exists. Move it and its key to enrol again.");
        OwnerOnly.CreateFolder(folder.Path);
        if (!File.Exists(keyPath))
        {
            using var made = CertificateForms.NewKey();
            SecretFile.Create(keyPath, PemFile.Text(made, passphrase: null));
        }
        using var key = PemFile.ReadKey(keyPath);
        return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequest();
    }

    /// <summary>Server: exchanges a token and a request for a certificate. It may be repeated with the same token and key.</summary>
    /// <exception cref="AutoFlipException">The request or the token is refused (exit 2); a file is damaged (exit 3) or cannot be written
    /// (exit 4).</exception>
    public static X509Certificate2 Sign(Authority authority, string token, ReadOnlySpan<byte> request) =>
        authority.Enrol(SigningRequest.Parse(request), token, Authority.DefaultValidity); // parsed before the token is used up

    /// <summary>Client: checks the certificate that came back and stores it, and that of the authority.</summary>
    /// <param name="folder">The client's folder.</param>
    /// <param name="token">The token's file: it names the authority that is trusted.</param>
    /// <param name="certificate">The server's answer, DER.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="AutoFlipException">The certificate is not the one that was asked for (exit 4), the folder belongs to another
    /// authority (exit 2), or a file cannot be read (exit 3) or written (exit 4).</exception>
    public static Peer Accept(PkiFolder folder, TokenFile token, ReadOnlySpan<byte> certificate, TimeProvider time)
    {
        using var authority = token.AuthorityCertificate();
        using var issued = Load(certificate);
        using var key = PemFile.ReadKey(folder.KeyOf(PeerKind.Client, token.Name));
        var check = PeerValidation.Check(issued, authority, PeerKind.Client, time.GetUtcNow());
        if (check.Peer is not { } peer) throw Wrong(check.Refusal!);
        if (peer.Name != token.Name) throw Wrong($"It is for the name '{peer.Name}'.");
        if (peer.KeySha256 != CertificateForms.KeySha256(new PublicKey(key))) throw Wrong("It is for another key.");
        StoreAuthority(folder, authority);
        AtomicFile.Write(folder.CertificateOf(PeerKind.Client, token.Name), issued.ExportCertificatePem() + "\n");
        return peer;
    }

    static void StoreAuthority(PkiFolder folder, X509Certificate2 authority)
    {
        if (!File.Exists(folder.AuthorityCertificate))
        {
            AtomicFile.Write(folder.AuthorityCertificate, authority.ExportCertificatePem() + "\n");
            return;
        }
        using var known = PemFile.ReadCertificate(folder.AuthorityCertificate);
        if (!known.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span))
            throw AutoFlipException.BadRequest(
                $"'{folder.AuthorityCertificate}' is the certificate of another authority. Choose another folder for this federation.");
    }

    static X509Certificate2 Load(ReadOnlySpan<byte> certificate)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(certificate);
        }
        catch (CryptographicException)
        {
            throw Wrong("It cannot be read.");
        }
    }

    static AutoFlipException Wrong(string why) =>
        AutoFlipException.RunFailed($"The server's answer is not the certificate that was asked for: {why}");
}
