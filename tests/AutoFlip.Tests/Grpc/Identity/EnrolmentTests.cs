using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class EnrolmentTests : IDisposable
{
    readonly TestAuthority _pki = new();

    PkiFolder Client => new(_pki["client"]);

    public void Dispose() => _pki.Dispose();

    [Fact]
    public void A_client_gets_a_certificate_for_a_key_that_stays_with_it()
    {
        var token = Token("hospital-3", seat: 2);
        var request = Enrolment.CreateRequest(Client, token.Name);

        using var certificate = Enrolment.Sign(_pki.Open, token.Token, request);
        var peer = Enrolment.Accept(Client, token, certificate.RawData, _pki.Time);

        Assert.Equal(("hospital-3", 2, PeerKind.Client), (peer.Name, peer.Seat, peer.Kind));
        using var identity = PeerIdentity.LoadClient(Client, "hospital-3", _pki.Time);
        using var server = _pki.Server();
        Assert.Equal(peer, server.Check(PeerKind.Client, identity.Certificate).Peer);
        Assert.False(File.Exists(_pki.Folder.KeyOf(PeerKind.Client, "hospital-3")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Client.KeyOf(PeerKind.Client, "hospital-3")));
        Assert.Contains(
            "is enrolled already",
            Assert.Throws<AutoFlipException>(() => Enrolment.CreateRequest(Client, "hospital-3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_answer_is_given_again_to_the_same_key_and_to_no_other()
    {
        var token = Token("new");
        using var first = Enrolment.Sign(_pki.Open, token.Token, Enrolment.CreateRequest(Client, "new"));

        using var second = Enrolment.Sign(_pki.Open, token.Token, Enrolment.CreateRequest(Client, "new"));

        Assert.Equal(first.RawData, second.RawData);
        Assert.Equal(3, _pki.Register.List().Count); // s, c0 and one for new
        var thief = Enrolment.CreateRequest(new(_pki["thief"]), "new");
        Assert.Contains("was used already", Assert.Throws<AutoFlipException>(
            () => Enrolment.Sign(_pki.Open, token.Token, thief)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_extensions_that_a_request_asks_for_are_ignored()
    {
        using var key = CertificateForms.NewKey();
        var request = new CertificateRequest("CN=admin", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(CertificateForms.ClientNames("admin", seat: 0).Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        using var certificate = Enrolment.Sign(_pki.Open, Token("new").Token, request.CreateSigningRequest());

        Assert.Equal("CN=new", certificate.Subject);
        var peer = PeerValidation.Identity(certificate, PeerKind.Client).Peer!;
        Assert.Equal(("new", null), (peer.Name, peer.Seat));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public void A_request_with_a_wrong_signature_or_another_kind_of_key_is_refused_and_its_token_stays_good()
    {
        var token = Token("new");
        var good = Enrolment.CreateRequest(Client, "new");
        var forged = (byte[])good.Clone();
        forged[^1] ^= 1; // in the signature
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        byte[][] wrong =
        [
            forged, [], [0x30], good[..^1], [.. good, 0], new byte[5000],
            new CertificateRequest("CN=new", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(),
            new CertificateRequest("CN=new", p384, HashAlgorithmName.SHA256).CreateSigningRequest(),
        ];

        Assert.Every(wrong, request =>
        {
            var failure = Assert.Throws<AutoFlipException>(() => Enrolment.Sign(_pki.Open, token.Token, request));
            Assert.Equal(ExitCode.BadRequest, failure.Code);
            Assert.StartsWith("The request for a certificate ", failure.Message, StringComparison.Ordinal);
        });

        Enrolment.Sign(_pki.Open, token.Token, good).Dispose();
    }

    [Fact]
    public void Every_single_bit_of_a_request_matters_or_changes_nothing_that_is_used()
    {
        var good = Enrolment.CreateRequest(Client, "new");
        var key = SigningRequest.Parse(good).KeySha256;

        var accepted = 0;
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var changed = (byte[])good.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                if (SigningRequest.Parse(changed).KeySha256 != key) accepted++;
            }
            catch (AutoFlipException refused) when (refused.Code == ExitCode.BadRequest)
            {
                // as it should be
            }
        }

        Assert.Equal(0, accepted);
    }

    [Fact]
    public void A_client_stores_only_the_certificate_that_it_asked_for()
    {
        var token = Token("new");
        Enrolment.CreateRequest(Client, "new");
        using var otherKey = Enrolment.Sign(_pki.Open, token.Token, Enrolment.CreateRequest(new(_pki["other"]), "new"));
        using var otherName = PemFile.ReadCertificate(_pki.Folder.CertificateOf(PeerKind.Client, "c0"));
        using var foreign = new TestAuthority();
        using var otherAuthority = PemFile.ReadCertificate(foreign.Folder.CertificateOf(PeerKind.Client, "c0"));

        Assert.EndsWith("It is for another key.", Refusal(otherKey.RawData), StringComparison.Ordinal);
        Assert.EndsWith("It is for the name 'c0'.", Refusal(otherName.RawData), StringComparison.Ordinal);
        Assert.Contains("another authority", Refusal(otherAuthority.RawData), StringComparison.Ordinal);
        Assert.EndsWith("It cannot be read.", Refusal([1, 2, 3]), StringComparison.Ordinal);
        Assert.False(File.Exists(Client.CertificateOf(PeerKind.Client, "new")));

        string Refusal(byte[] certificate)
        {
            var failure = Assert.Throws<AutoFlipException>(() => Enrolment.Accept(Client, token, certificate, _pki.Time));
            Assert.Equal(ExitCode.RunFailed, failure.Code);
            return failure.Message;
        }
    }

    TokenFile Token(string name, int? seat = null)
    {
        TokenFile.Issue(_pki.Tokens, _pki.Folder, name, seat, TimeSpan.FromHours(1), _pki["token"]);
        return TokenFile.Read(_pki["token"]);
    }
}
