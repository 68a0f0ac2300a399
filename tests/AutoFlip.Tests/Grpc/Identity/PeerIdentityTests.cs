using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>Certificates of peers, over TLS on the loopback interface.</summary>
public sealed class PeerIdentityTests : IDisposable
{
    const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    readonly TestAuthority _pki = new();
    readonly List<string> _refusals = [];

    public void Dispose() => _pki.Dispose();

    [Theory]
    [InlineData("localhost"), InlineData("127.0.0.1")]
    public async Task Server_and_client_of_one_authority_speak_TLS_1_3_and_know_each_other(string host)
    {
        using PeerIdentity server = _pki.Server(), client = _pki.Client();

        var protocol = await Handshake(Tls.ForServer(server, false, _refusals.Add), Tls.ForClient(client, host, _refusals.Add));

        Assert.Empty(_refusals);
        Assert.Equal(SslProtocols.Tls13, protocol);
        Assert.Equal(("s", PeerKind.Server), (server.Self.Name, server.Self.Kind));
        Assert.Equal(client.Self, server.Check(PeerKind.Client, client.Certificate).Peer);
    }

    public static TheoryData<string, string> WrongClients => new()
    {
        { "none", "No certificate was given; one of a client is needed." },
        { "foreign", "The certificate was issued by another authority than that of this federation." },
        { "its own issuer", "The certificate was issued by another authority than that of this federation." },
        { "the authority's", "The certificate was issued by another authority than that of this federation." },
        { "a server's", "The certificate is one of a server, and one of a client is needed." },
        { "any TLS client's", "The certificate is not meant for a client of a federation." },
        { "without purpose", "The certificate is not meant for a client of a federation." },
        { "without name", "The certificate names no client." },
        { "with two names", "The certificate names no client." },
        { "with a bad name", "The certificate names no client." },
        { "expired", "The certificate has expired on 2031-01-01 12:00 UTC." }, // 365 days after 2030-01-01
        {
            "not yet valid", // it is valid from 5 minutes before it was made
            "The certificate is not valid before 2030-01-01 11:55 UTC; the clock of one machine may be wrong."
        },
        { "revoked", "The certificate of 'c0' has been revoked." },
    };

    [Theory, MemberData(nameof(WrongClients))]
    public async Task A_client_is_refused_with_its_own_reason(string kind, string reason)
    {
        using var server = _pki.Server();
        using var certificate = WrongCertificate(kind);
        if (kind == "expired") _pki.Time.Now = _pki.Time.Now.AddDays(365).AddSeconds(1);
        if (kind == "not yet valid") _pki.Time.Now = _pki.Time.Now.AddMinutes(-6);
        if (kind == "revoked") Assert.Equal(1, _pki.Register.Revoke("c0"));
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };

        Assert.Null(await Handshake(Tls.ForServer(server, anonymous: false, _refusals.Add), client));

        Assert.Equal([reason], _refusals);
    }

    [Fact]
    public void A_certificate_that_expires_within_thirty_days_is_warned_of()
    {
        var issued = _pki.Time.Now; // 2030-01-01; clients are issued for 365 days, the authority for ten years
        using var identity = _pki.Client();

        _pki.Time.Now = issued + TimeSpan.FromDays(335) - TimeSpan.FromSeconds(1);
        Assert.Null(identity.ExpiryWarning());
        _pki.Time.Now = issued + TimeSpan.FromDays(335);
        Assert.Equal(
            "The certificate of 'c0' expires on 2031-01-01. Renew it with 'autoflip pki renew c0' before then.", identity.ExpiryWarning());
        using var authority = _pki.Open.Certificate;
        _pki.Time.Now = new DateTimeOffset(authority.NotAfter) - TimeSpan.FromDays(30);
        Assert.StartsWith("The certificate of the authority expires on ", identity.ExpiryWarning(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_without_certificate_may_enrol_where_the_server_allows_it_and_a_wrong_one_may_not()
    {
        using var server = _pki.Server();
        var options = Tls.ForServer(server, anonymous: true, _refusals.Add);
        TokenFile.Issue(_pki.Tokens, _pki.Folder, "new", null, TimeSpan.FromHours(1), _pki["new.token"]);
        var client = Tls.ForEnrolment(TokenFile.Read(_pki["new.token"]), "localhost", _pki.Time, _refusals.Add);

        Assert.Equal(SslProtocols.Tls13, await Handshake(options, client));
        Assert.Empty(_refusals);

        using var foreign = WrongCertificate("foreign");
        client.ClientCertificateContext = SslStreamCertificateContext.Create(foreign!, null, offline: true);

        Assert.Null(await Handshake(options, client));
        Assert.Contains("another authority", Assert.Single(_refusals), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "a client's", "The certificate is one of a client, and one of a server is needed.")]
    [InlineData("localhost", "foreign", "The certificate was issued by another authority than that of this federation.")]
    [InlineData("example.org", "the server's", "The server's certificate is not for the address 'example.org'.")]
    public async Task A_client_refuses_a_wrong_server(string host, string kind, string reason)
    {
        using var client = _pki.Client();
        using var certificate = kind switch
        {
            "a client's" => PemFile.ReadPair(_pki.Folder.CertificateOf(PeerKind.Client, "c0"), _pki.Folder.KeyOf(PeerKind.Client, "c0")),
            "foreign" => Foreign(PeerKind.Server, "s"),
            _ => PemFile.ReadPair(_pki.Folder.CertificateOf(PeerKind.Server, "s"), _pki.Folder.KeyOf(PeerKind.Server, "s")),
        };

        Assert.Null(await Handshake(new() { ServerCertificate = certificate }, Tls.ForClient(client, host, _refusals.Add)));

        Assert.Equal([reason], _refusals);
    }

    [Fact]
    public void An_accepted_certificate_is_refused_once_it_is_revoked_or_expired_though_its_chain_is_remembered()
    {
        using var server = _pki.Server();
        using PeerIdentity c0 = _pki.Client(), c1 = Issued("c1");
        Assert.NotNull(server.Check(PeerKind.Client, c0.Certificate).Peer);
        Assert.NotNull(server.Check(PeerKind.Client, c1.Certificate).Peer);
        Assert.Null(server.Check(PeerKind.Server, c1.Certificate).Peer); // remembered as a client only
        var version = server.RevocationVersion;

        _pki.Register.Revoke("c0");

        Assert.Equal("The certificate of 'c0' has been revoked.", server.Check(PeerKind.Client, c0.Certificate).Refusal);
        Assert.Equal(version + 1, server.RevocationVersion);
        Assert.False(server.IsRevoked(c1.Self.Serial));
        _pki.Time.Now = c1.Self.NotAfter;
        Assert.NotNull(server.Check(PeerKind.Client, c1.Certificate).Peer);
        _pki.Time.Now = c1.Self.NotAfter.AddSeconds(1);
        Assert.Contains("has expired", server.Check(PeerKind.Client, c1.Certificate).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chain_of_an_accepted_certificate_is_built_once_in_five_minutes_and_that_of_a_refused_one_each_time()
    {
        using var server = _pki.Server();
        using var client = _pki.Client();
        using var foreign = Foreign(PeerKind.Client, "c0");
        var start = _pki.Time.Now;

        foreach (var minutes in new[] { 0, 1, 4, 5, 9, 10 }) // built at 0, 5 and 10
        {
            _pki.Time.Now = start.AddMinutes(minutes);
            Assert.NotNull(server.Check(PeerKind.Client, client.Certificate).Peer);
        }
        Assert.Equal(3, server.Validations);

        for (var i = 0; i < 2; i++) Assert.Null(server.Check(PeerKind.Client, foreign).Peer);
        Assert.Equal(5, server.Validations);
    }

    [Fact]
    public void A_client_bound_to_a_seat_shows_it_and_an_own_certificate_that_expired_is_not_loaded()
    {
        _pki.Open.IssueClient("c7", seat: 7, TestAuthority.Year);
        using (var client = _pki.Client("c7")) Assert.Equal(7, client.Self.Seat);

        _pki.Time.Now = _pki.Time.Now.AddDays(366);

        var failure = Assert.Throws<AutoFlipException>(() => _pki.Client("c7"));
        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains("has expired on 2031-01-01", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_servers_one_must_be_named()
    {
        _pki.Open.IssueServer("t", ["localhost"], [], TestAuthority.Year);

        Assert.Contains("several servers: s, t", Assert.Throws<AutoFlipException>(() => _pki.Server()).Message, StringComparison.Ordinal);
        using var server = PeerIdentity.LoadServer(_pki.Folder, "t", _pki.Time);
        Assert.Equal("t", server.Self.Name);
    }

    PeerIdentity Issued(string name)
    {
        _pki.Open.IssueClient(name, seat: null, TestAuthority.Year);
        return _pki.Client(name);
    }

    X509Certificate2? WrongCertificate(string kind) => kind switch
    {
        "none" => null,
        "foreign" => Foreign(PeerKind.Client, "c0"),
        "its own issuer" => SelfSigned(),
        "the authority's" => PemFile.ReadPair(_pki.Folder.AuthorityCertificate, _pki.Folder.AuthorityKey),
        "a server's" => PemFile.ReadPair(_pki.Folder.CertificateOf(PeerKind.Server, "s"), _pki.Folder.KeyOf(PeerKind.Server, "s")),
        "any TLS client's" => _pki.Make(request => Name(Purpose(request, ClientPurpose), "c0")),
        "without purpose" => _pki.Make(request => Name(request, "c0")),
        "without name" => _pki.Make(request => Purpose(request, ClientPurpose, CertificateForms.FederationClient)),
        "with two names" => _pki.Make(request => Name(Purpose(request, ClientPurpose, CertificateForms.FederationClient), "c0", "c1")),
        "with a bad name" => _pki.Make(request => Name(Purpose(request, ClientPurpose, CertificateForms.FederationClient), "a%20b")),
        _ => PemFile.ReadPair(_pki.Folder.CertificateOf(PeerKind.Client, "c0"), _pki.Folder.KeyOf(PeerKind.Client, "c0")),
    };

    static CertificateRequest Purpose(CertificateRequest request, params string[] purposes)
    {
        var collection = new OidCollection();
        foreach (var purpose in purposes) collection.Add(new Oid(purpose));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(collection, critical: false));
        return request;
    }

    static CertificateRequest Name(CertificateRequest request, params string[] names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names) builder.AddUri(new Uri("urn:autoflip:client:" + name));
        request.CertificateExtensions.Add(builder.Build());
        return request;
    }

    static X509Certificate2 Foreign(PeerKind kind, string name)
    {
        using var other = new TestAuthority();
        return PemFile.ReadPair(other.Folder.CertificateOf(kind, name), other.Folder.KeyOf(kind, name));
    }

    X509Certificate2 SelfSigned()
    {
        using var key = CertificateForms.NewKey();
        var request = CertificateForms.Request(
            PeerKind.Client, "c0", CertificateForms.ClientNames("c0", null), new PublicKey(key));
        using var certificate = new CertificateRequest(request.SubjectName, key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(_pki.Time.Now.AddDays(-1), _pki.Time.Now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Connects both ends and passes a byte each way; null if a side refuses.</summary>
    static async Task<SslProtocols?> Handshake(SslServerAuthenticationOptions server, SslClientAuthenticationOptions client)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var dialled = new TcpClient();
        var dial = dialled.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken).AsTask();
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await dial;
        var ends = await Task.WhenAll(
            Exchange(accepted, stream => stream.AuthenticateAsServerAsync(server)),
            Exchange(dialled, stream => stream.AuthenticateAsClientAsync(client)));
        return ends[0] == ends[1] ? ends[0] : null;
    }

    static async Task<SslProtocols?> Exchange(TcpClient end, Func<SslStream, Task> authenticate)
    {
        try
        {
            await using var stream = new SslStream(end.GetStream());
            await authenticate(stream);
            await stream.WriteAsync(new byte[] { 1 });
            await stream.FlushAsync();
            return await stream.ReadAsync(new byte[1]) == 1 ? stream.SslProtocol : null;
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            return null;
        }
        finally
        {
            end.Close();
        }
    }
}
