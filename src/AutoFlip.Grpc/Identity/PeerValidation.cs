using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace AutoFlip.Grpc;

/// <summary>Check of a peer's certificate against the authority; a pure function of certificates and time.</summary>
static class PeerValidation
{
    /// <summary>Checks issuer, validity, purpose and name. Cost: one chain, some milliseconds.</summary>
    /// <param name="certificate">The peer's; null if it gave none.</param>
    /// <param name="authority">Certificate of the authority.</param>
    /// <param name="expected">Purpose that the certificate must have.</param>
    /// <param name="now">The time.</param>
    public static PeerCheck Check(X509Certificate2? certificate, X509Certificate2 authority, PeerKind expected, DateTimeOffset now)
    {
        if (certificate is null) return PeerCheck.Refused($"No certificate was given; one of a {Word(expected)} is needed.");
        if (!IsIssuedBy(certificate, authority))
            return PeerCheck.Refused("The certificate was issued by another authority than that of this federation.");
        if (Expiry(authority, now) is { } ended) return PeerCheck.Refused($"The certificate of the authority {ended}");
        if (Expiry(certificate, now) is { } expired) return PeerCheck.Refused($"The certificate {expired}");
        return Identity(certificate, expected);
    }

    /// <summary>Reason why a certificate is not valid at a time, as the rest of a sentence; null if it is valid.</summary>
    public static string? Expiry(X509Certificate2 certificate, DateTimeOffset now) =>
        now > new DateTimeOffset(certificate.NotAfter) ? $"has expired on {Date(certificate.NotAfter)}."
        : now < new DateTimeOffset(certificate.NotBefore)
            ? $"is not valid before {Date(certificate.NotBefore)}; the clock of one machine may be wrong."
        : null;

    /// <summary>Identity in a certificate of the authority, whether it has expired or not.</summary>
    public static PeerCheck Identity(X509Certificate2 certificate, PeerKind expected)
    {
        try
        {
            var other = expected == PeerKind.Server ? PeerKind.Client : PeerKind.Server;
            if (!CertificateForms.IsFor(certificate, expected))
                return PeerCheck.Refused(CertificateForms.IsFor(certificate, other)
                    ? $"The certificate is one of a {Word(other)}, and one of a {Word(expected)} is needed."
                    : $"The certificate is not meant for a {Word(expected)} of a federation.");
            if (PeerUri.NameIn(certificate, expected) is not { } name)
                return PeerCheck.Refused($"The certificate names no {Word(expected)}.");
            return PeerCheck.Accepted(new(
                expected, name, PeerUri.SeatIn(certificate), CertificateForms.KeySha256(certificate.PublicKey), certificate.SerialNumber,
                new(certificate.NotBefore), new(certificate.NotAfter)));
        }
        catch (AsnContentException)
        {
            return PeerCheck.Refused("The certificate has extensions that cannot be read.");
        }
    }

    /// <summary>Tests whether the authority itself signed a certificate. Nothing is downloaded, and time is not looked at.</summary>
    public static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { authority },
                RevocationMode = X509RevocationMode.NoCheck, // the federation's own list is asked for each call
                DisableCertificateDownloads = true,
                VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid, // told apart from a foreign issuer
            },
        };
        var isValid = chain.Build(certificate);
        var isDirect = chain.ChainElements is [_, var root]
            && root.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span);
        foreach (var element in chain.ChainElements) element.Certificate.Dispose();
        return isValid && isDirect;
    }

    static string Word(PeerKind kind) => kind == PeerKind.Server ? "server" : "client";

    static string Date(DateTime time) => $"{time.ToUniversalTime():yyyy-MM-dd HH:mm} UTC";
}
