using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A clock whose date is set by hand.</summary>
sealed class Calendar : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>An authority in a folder of its own, with a server 's' for localhost and 127.0.0.1 and a client 'c0'.</summary>
sealed class TestAuthority : IDisposable
{
    public static readonly TimeSpan Year = TimeSpan.FromDays(365);

    readonly TemporaryDirectory _directory = new();

    public TestAuthority()
    {
        Folder = new(_directory["pki"]);
        Authority.Create(Folder, passphrase: null, Time);
        Open = Authority.Open(Folder, passphrase: null, Time);
        Open.IssueServer("s", ["localhost"], [System.Net.IPAddress.Loopback], Year);
        Open.IssueClient("c0", seat: null, Year);
    }

    public Calendar Time { get; } = new();

    public PkiFolder Folder { get; }

    public Authority Open { get; }

    public CertificateRegister Register => new(Folder, Time);

    public TokenStore Tokens => new(Folder, Time);

    public string this[string file] => _directory[file];

    public PeerIdentity Server() => PeerIdentity.LoadServer(Folder, name: null, Time);

    public PeerIdentity Client(string name = "c0") => PeerIdentity.LoadClient(Folder, name, Time);

    /// <summary>A certificate of this authority with its key, made as the test likes.</summary>
    public X509Certificate2 Make(Action<CertificateRequest> change)
    {
        using var key = CertificateForms.NewKey();
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        change(request);
        using var authority = PemFile.ReadPair(Folder.AuthorityCertificate, Folder.AuthorityKey);
        using var certificate = CertificateForms.Sign(request, authority, Time.Now, Year);
        return PemFile.Pair(certificate, key, "test.pem", "test.key");
    }

    public void Dispose()
    {
        Open.Dispose();
        _directory.Dispose();
    }
}
