using AutoFlip.Grpc;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class AuthorityTests : IDisposable
{
    const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly TestAuthority _pki = new();

    public void Dispose() => _pki.Dispose();

    [Fact]
    public void Every_valid_name_is_read_back_from_its_certificate()
    {
        const string Allowed = "ABCXYZabcxyz0189._-";
        using var authority = PemFile.ReadPair(_pki.Folder.AuthorityCertificate, _pki.Folder.AuthorityKey);
        using var key = CertificateForms.NewKey();

        Gen.Char[Allowed].Array[1, 64].Select(Gen.Int[0, 1_000_000]).Sample(
            (letters, seat) =>
            {
                var name = new string(letters);
                var request = CertificateForms.Request(
                    PeerKind.Client, name, CertificateForms.ClientNames(name, seat),
                    new System.Security.Cryptography.X509Certificates.PublicKey(key));
                using var certificate = CertificateForms.Sign(request, authority, _pki.Time.Now, TestAuthority.Year);
                var peer = PeerValidation.Identity(certificate, PeerKind.Client).Peer;
                Assert.Equal((name, seat), (peer?.Name, peer?.Seat));
            },
            iter: 200);
    }

    [Fact]
    public void Keys_can_be_read_by_their_owner_only()
    {
        if (OperatingSystem.IsWindows()) return;
        TokenFile.Issue(_pki.Tokens, _pki.Folder, "new", null, TimeSpan.FromHours(1), _pki["new.token"]);
        string[] secrets =
        [
            _pki.Folder.AuthorityKey, _pki.Folder.KeyOf(PeerKind.Client, "c0"), _pki.Folder.KeyOf(PeerKind.Server, "s"), _pki["new.token"],
        ];

        Assert.NotEmpty(secrets);
        foreach (var file in secrets) Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(file));
        Assert.Equal(OwnerReadsAndWrites | UnixFileMode.UserExecute, File.GetUnixFileMode(_pki.Folder.Path));
    }

    [Fact]
    public void A_key_that_exists_is_never_overwritten()
    {
        var key = File.ReadAllText(_pki.Folder.KeyOf(PeerKind.Client, "c0"));

        Assert.Contains("'c0' has a certificate already, valid until 2031-01-01", Refusal("c0"), StringComparison.Ordinal);
        Assert.Contains("'c0' has a certificate already", Refusal("C0"), StringComparison.Ordinal); // one file on Windows and macOS
        Assert.Contains("'s' has a certificate already", Refusal("s"), StringComparison.Ordinal); // a server's name

        _pki.Register.Revoke("c0");

        Assert.Contains("client-c0.key' exists already", Refusal("c0"), StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllText(_pki.Folder.KeyOf(PeerKind.Client, "c0")));

        File.Delete(_pki.Folder.KeyOf(PeerKind.Client, "c0"));

        Assert.Equal("c0", _pki.Open.IssueClient("c0", null, TestAuthority.Year).Name);
        Assert.Contains("ca.pem' exists already", Assert.Throws<AutoFlipException>(
            () => Authority.Create(_pki.Folder, null, _pki.Time)).Message, StringComparison.Ordinal);

        string Refusal(string name)
        {
            var failure = Assert.Throws<AutoFlipException>(() => _pki.Open.IssueClient(name, null, TestAuthority.Year));
            Assert.Equal(ExitCode.BadRequest, failure.Code);
            return failure.Message;
        }
    }

    [Fact]
    public void A_renewed_certificate_has_the_same_key_and_names_and_revoking_the_name_revokes_both()
    {
        using var before = _pki.Server();
        _pki.Time.Now = _pki.Time.Now.AddDays(300);

        var renewed = _pki.Open.Renew("s", TestAuthority.Year);

        using var after = _pki.Server();
        Assert.Equal(before.Self.KeySha256, renewed.KeySha256);
        Assert.NotEqual(before.Self.Serial, renewed.Serial);
        Assert.Equal(_pki.Time.Now + TestAuthority.Year, renewed.NotAfter);
        Assert.True(after.Certificate.MatchesHostname("localhost") && after.Certificate.MatchesHostname("127.0.0.1"));
        Assert.Equal(2, _pki.Register.Revoke("s"));
        Assert.True(before.IsRevoked(before.Self.Serial) && before.IsRevoked(renewed.Serial));
        Assert.Equal(0, _pki.Register.Revoke("s"));
        Assert.Contains(
            "'s' has no certificate that can be renewed",
            Assert.Throws<AutoFlipException>(() => _pki.Open.Renew("s", TestAuthority.Year)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_certificate_can_be_renewed_and_none_outlives_its_authority()
    {
        _pki.Time.Now = _pki.Time.Now.AddYears(9).AddMonths(6);

        var renewed = _pki.Open.Renew("c0", TestAuthority.Year);

        Assert.Equal(new DateTimeOffset(2040, 1, 1, 12, 0, 0, TimeSpan.Zero), renewed.NotAfter); // the authority's end
        using var client = _pki.Client();
        Assert.Equal(renewed, client.Self);
    }

    [Fact]
    public void An_encrypted_key_opens_with_its_passphrase_only()
    {
        var folder = new PkiFolder(_pki["sealed"]);
        Authority.Create(folder, "correct horse", _pki.Time);

        using (var authority = Authority.Open(folder, "correct horse", _pki.Time))
            Assert.Equal("c", authority.IssueClient("c", null, TestAuthority.Year).Name);

        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", File.ReadAllText(folder.AuthorityKey), StringComparison.Ordinal);
        var wrong = Assert.Throws<AutoFlipException>(() => Authority.Open(folder, "battery staple", _pki.Time));
        Assert.Equal(ExitCode.BadData, wrong.Code);
        Assert.DoesNotContain("battery", wrong.ToString(), StringComparison.Ordinal);
        var none = Assert.Throws<AutoFlipException>(() => Authority.Open(folder, null, _pki.Time));
        Assert.Equal(ExitCode.BadRequest, none.Code);
        Assert.Contains("--passphrase-file", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_at_once_issue_certificates_and_none_is_lost()
    {
        string[] names = [.. Enumerable.Range(1, 12).Select(i => $"d{i}")];

        Parallel.ForEach(names, new() { MaxDegreeOfParallelism = 4 }, name =>
        {
            using var own = Authority.Open(_pki.Folder, null, _pki.Time);
            own.IssueClient(name, null, TestAuthority.Year);
        });

        var issued = _pki.Register.List();
        Assert.Equal(names.Append("c0").Append("s").Order(), issued.Select(row => row.Certificate.Name).Order());
        Assert.Equal(14, issued.Select(row => row.Certificate.Serial).Distinct().Count()); // 12 of them, c0 and s
    }

    [Fact]
    public void A_name_of_nobody_is_refused_with_a_hint()
    {
        _pki.Open.IssueClient("hospital-3", null, TestAuthority.Year);

        var failure = Assert.Throws<AutoFlipException>(() => _pki.Register.Revoke("hospital-4"));

        Assert.Equal("No certificate was issued to 'hospital-4'. Did you mean 'hospital-3'?", failure.Message);
    }

    [Fact]
    public void An_authority_that_has_expired_signs_nothing()
    {
        _pki.Time.Now = _pki.Time.Now.AddYears(10).AddSeconds(1);

        var failure = Assert.Throws<AutoFlipException>(() => Authority.Open(_pki.Folder, null, _pki.Time));

        Assert.Contains("ca.pem' is not usable: it has expired on 2040-01-01", failure.Message, StringComparison.Ordinal);
    }
}
