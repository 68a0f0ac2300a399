using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Contents of the certificates of an authority, of servers and of clients (RFC 5280), ECDSA P-256 with SHA-256.</summary>
static class CertificateForms
{
    /// <summary>Purpose of a client of a federation, which no other program's certificates have: a UUID as an object identifier
    /// (ITU-T X.667).</summary>
    public const string FederationClient = "2.25.339063379029445690302897057241112976431";

    const string ServerAuthentication = "1.3.6.1.5.5.7.3.1", ClientAuthentication = "1.3.6.1.5.5.7.3.2", ExtendedKeyUsage = "2.5.29.37";
    const int SerialBytes = 16;
    const int AuthorityYears = 10;

    /// <summary>A certificate is valid from a little before it was made, for peers whose clocks are slow.</summary>
    static readonly TimeSpan Slack = TimeSpan.FromMinutes(5), AuthoritySlack = TimeSpan.FromHours(1);

    /// <summary>A new private key.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>SHA-256 of a public key (SubjectPublicKeyInfo), in lower-case hexadecimal digits.</summary>
    public static string KeySha256(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>Certificate of a new authority, signed by itself, for 10 years.</summary>
    public static X509Certificate2 Authority(ECDsa key, DateTimeOffset now)
    {
        var id = KeySha256(new PublicKey(key))[..8]; // tells authorities apart
        var request = new CertificateRequest($"CN=AutoFLIP authority {id}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now - AuthoritySlack, now.AddYears(AuthorityYears));
    }

    /// <summary>Alternative names of a server.</summary>
    public static SubjectAlternativeNameBuilder ServerNames(string name, IEnumerable<string> hosts, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(PeerUri.Of(PeerKind.Server, name));
        foreach (var host in hosts) names.AddDnsName(host);
        foreach (var address in addresses) names.AddIpAddress(address);
        return names;
    }

    /// <summary>Alternative names of a client.</summary>
    public static SubjectAlternativeNameBuilder ClientNames(string name, int? seat)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(PeerUri.Of(PeerKind.Client, name));
        if (seat is { } number) names.AddUri(PeerUri.OfSeat(number));
        return names;
    }

    /// <summary>Certificate request of a peer, ready for <see cref="Sign"/>.</summary>
    public static CertificateRequest Request(PeerKind kind, string name, SubjectAlternativeNameBuilder names, PublicKey key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        OidCollection purposes = kind == PeerKind.Server
            ? [new Oid(ServerAuthentication)]
            : [new(ClientAuthentication), new(FederationClient)];
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(purposes, critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, false));
        return request;
    }

    /// <summary>Request for a certificate like another one: same key, same names.</summary>
    public static CertificateRequest Again(X509Certificate2 old, X509Certificate2 authority)
    {
        var request = new CertificateRequest(old.SubjectName, old.PublicKey, HashAlgorithmName.SHA256);
        var ofAuthority = AuthorityKeyIdentifier(authority).Oid!.Value;
        foreach (var extension in old.Extensions.Where(extension => extension.Oid!.Value != ofAuthority))
            request.CertificateExtensions.Add(extension);
        return request;
    }

    /// <summary>Signs a request.</summary>
    /// <param name="request">What is certified.</param>
    /// <param name="authority">Certificate and key of the authority.</param>
    /// <param name="now">The time.</param>
    /// <param name="validity">Time until it expires; not beyond the authority's own end.</param>
    public static X509Certificate2 Sign(CertificateRequest request, X509Certificate2 authority, DateTimeOffset now, TimeSpan validity)
    {
        request.CertificateExtensions.Add(AuthorityKeyIdentifier(authority));
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] = (byte)(serial[0] & 0x7F | 0x40); // positive, and of full length
        DateTimeOffset first = new(authority.NotBefore), last = new(authority.NotAfter);
        var start = now - Slack < first ? first : now - Slack;
        return request.Create(authority, start, validity < last - now ? now + validity : last, serial);
    }

    /// <summary>Tests whether a certificate is meant for peers of a kind.</summary>
    public static bool IsFor(X509Certificate2 certificate, PeerKind kind)
    {
        var purposes = PurposesOf(certificate);
        return kind == PeerKind.Server
            ? purposes.Contains(ServerAuthentication)
            : purposes.Contains(ClientAuthentication) && purposes.Contains(FederationClient);
    }

    static X509AuthorityKeyIdentifierExtension AuthorityKeyIdentifier(X509Certificate2 authority) =>
        X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false);

    // Read here and not by the operating system, whose object identifiers may have small numbers only.
    static List<string> PurposesOf(X509Certificate2 certificate)
    {
        List<string> purposes = [];
        if (certificate.Extensions[ExtendedKeyUsage] is not { } extension) return purposes;
        var reader = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData) purposes.Add(reader.ReadObjectIdentifier());
        return purposes;
    }
}
