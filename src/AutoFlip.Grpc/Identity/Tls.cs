using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AutoFlip.Grpc;

/// <summary>TLS 1.3 with certificates at both ends. Sessions are not resumed: every connection proves its key.</summary>
static class Tls
{
    /// <summary>Options of a server, for each of its connections.</summary>
    /// <param name="identity">The server's; must outlive its connections.</param>
    /// <param name="anonymous">Also lets clients in that have no certificate: for enrolment. A certificate that is given is
    /// checked.</param>
    /// <param name="refused">Receives the reason of a refusal, one sentence.</param>
    public static SslServerAuthenticationOptions ForServer(PeerIdentity identity, bool anonymous, Action<string> refused) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ServerCertificateContext = SslStreamCertificateContext.Create(identity.Certificate, additionalCertificates: null, offline: true),
        ClientCertificateRequired = true, // asked for; the callback decides
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            (anonymous && certificate is null) || IsAccepted(identity, PeerKind.Client, certificate, refused),
    };

    /// <summary>The same for Kestrel's listening sockets.</summary>
    /// <param name="identity">The server's; must outlive its connections.</param>
    /// <param name="anonymous">Also lets clients in that have no certificate.</param>
    /// <param name="refused">Receives the reason of a refusal, one sentence.</param>
    public static Action<HttpsConnectionAdapterOptions> OfKestrel(PeerIdentity identity, bool anonymous, Action<string> refused)
    {
        var own = ForServer(identity, anonymous, refused);
        return https =>
        {
            https.ServerCertificate = identity.Certificate;
            https.SslProtocols = own.EnabledSslProtocols;
            https.ClientCertificateMode = ClientCertificateMode.NoCertificate; // any other installs a check of Kestrel's own
            https.OnAuthenticate = (_, options) =>
            {
                options.ServerCertificateContext = own.ServerCertificateContext;
                options.ClientCertificateRequired = own.ClientCertificateRequired;
                options.AllowTlsResume = own.AllowTlsResume;
                options.RemoteCertificateValidationCallback = own.RemoteCertificateValidationCallback;
            };
        };
    }

    /// <summary>Options of a client.</summary>
    /// <param name="identity">The client's; must outlive its connections.</param>
    /// <param name="host">DNS name or address of the server, as in its certificate.</param>
    /// <param name="refused">Receives the reason of a refusal, one sentence.</param>
    public static SslClientAuthenticationOptions ForClient(PeerIdentity identity, string host, Action<string> refused) => Client(
        host, refused, certificate => identity.Check(PeerKind.Server, certificate),
        SslStreamCertificateContext.Create(identity.Certificate, additionalCertificates: null, offline: true));

    /// <summary>Options of a client that has a token and no certificate yet.</summary>
    /// <param name="token">The token's file: it names the authority that is trusted.</param>
    /// <param name="host">DNS name or address of the server, as in its certificate.</param>
    /// <param name="time">The clock.</param>
    /// <param name="refused">Receives the reason of a refusal, one sentence.</param>
    public static SslClientAuthenticationOptions ForEnrolment(TokenFile token, string host, TimeProvider time, Action<string> refused) =>
        Client(host, refused, certificate => Check(token, certificate, time), own: null);

    static SslClientAuthenticationOptions Client(
        string host, Action<string> refused, Func<X509Certificate2?, PeerCheck> check, SslStreamCertificateContext? own) => new()
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateContext = own,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                var server = certificate as X509Certificate2;
                if (check(server).Refusal is { } refusal) return Refuse(refusal, refused);
                return server!.MatchesHostname(host) || Refuse($"The server's certificate is not for the address '{host}'.", refused);
            },
        };

    static PeerCheck Check(TokenFile token, X509Certificate2? certificate, TimeProvider time)
    {
        using var authority = token.AuthorityCertificate();
        return PeerValidation.Check(certificate, authority, PeerKind.Server, time.GetUtcNow());
    }

    static bool IsAccepted(PeerIdentity identity, PeerKind expected, X509Certificate? certificate, Action<string> refused)
    {
        try
        {
            return identity.Check(expected, certificate as X509Certificate2).Refusal is not { } refusal || Refuse(refusal, refused);
        }
        catch (AutoFlipException failure) // the revocation list is not readable: nobody is let in
        {
            return Refuse(failure.Message, refused);
        }
    }

    static bool Refuse(string why, Action<string> refused)
    {
        refused(why);
        return false;
    }
}
