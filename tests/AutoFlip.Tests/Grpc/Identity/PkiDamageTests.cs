using AutoFlip.Grpc;

namespace AutoFlip.Tests;

/// <summary>A damaged or missing file of an authority is exit 3 and one sentence that names it.</summary>
public sealed class PkiDamageTests : IDisposable
{
    static readonly Dictionary<string, Action<TestAuthority>> Uses = new()
    {
        ["ca.pem"] = pki => Authority.Open(pki.Folder, null, pki.Time).Dispose(),
        ["ca.key"] = pki => Authority.Open(pki.Folder, null, pki.Time).Dispose(),
        ["client-c0.pem"] = pki => pki.Client().Dispose(),
        ["client-c0.key"] = pki => pki.Client().Dispose(),
        ["server-s.pem"] = pki => pki.Open.Renew("s", TestAuthority.Year),
        ["server-s.key"] = pki => PeerIdentity.LoadServer(pki.Folder, "s", pki.Time).Dispose(),
        ["crl.txt"] = pki => pki.Register.List(),
        ["issued.jsonl"] = pki => pki.Register.List(),
        ["tokens.json"] = pki => pki.Tokens.List(),
    };

    readonly TestAuthority _pki = new();

    public static TheoryData<string, string> Damages =>
        new(from file in Uses.Keys from damage in new[] { "garbage", "cut", "large", "binary" } select (file, damage));

    public void Dispose() => _pki.Dispose();

    [Theory, MemberData(nameof(Damages))]
    public void A_damaged_file_is_named(string file, string damage)
    {
        _pki.Tokens.Create("new", null, TimeSpan.FromHours(1));
        var path = Path.Combine(_pki.Folder.Path, file);
        var text = File.ReadAllText(path);
        Uses[file](_pki); // it is good before

        File.WriteAllBytes(path, damage switch
        {
            "garbage" => "garbage, and not hexadecimal\n"u8.ToArray(),
            "cut" => System.Text.Encoding.UTF8.GetBytes("x" + text[..(text.Length / 2)] + "\n"),
            "large" => System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text + "!\n", 70_000 / text.Length + 1))),
            _ => [0xFF, 0xFE, 0xFD, 0x0A],
        });

        var failure = Assert.Throws<AutoFlipException>(() => Uses[file](_pki));
        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        if (file.EndsWith(".key", StringComparison.Ordinal))
            Assert.DoesNotContain(text.Split('\n')[1][..20], failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.pem"), InlineData("ca.key"), InlineData("client-c0.pem"), InlineData("client-c0.key"), InlineData("server-s.pem")]
    [InlineData("server-s.key"), InlineData("crl.txt")]
    public void A_missing_file_is_named(string file)
    {
        File.Delete(Path.Combine(_pki.Folder.Path, file));

        var failure = Assert.Throws<AutoFlipException>(() => Uses[file](_pki));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client-c0.key", "client-c1.key", "client-c0.key' is not usable: it is not the key of")]
    [InlineData("client-c0.pem", "server-s.pem", "The certificate is one of a server, and one of a client is needed.")]
    [InlineData("ca.pem", "client-c0.pem", "another authority")]
    public void A_file_in_the_place_of_another_is_refused(string file, string other, string reason)
    {
        _pki.Open.IssueClient("c1", null, TestAuthority.Year);
        foreach (var end in file.StartsWith("client-c0.p", StringComparison.Ordinal) ? new[] { ".pem", ".key" } : [Path.GetExtension(file)])
            File.Copy(Of(Path.ChangeExtension(other, end)), Of(Path.ChangeExtension(file, end)), overwrite: true);

        var failure = Assert.Throws<AutoFlipException>(() => Uses["client-c0.pem"](_pki));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);

        string Of(string name) => Path.Combine(_pki.Folder.Path, name);
    }

    [Fact]
    public void A_folder_without_an_authority_says_how_to_make_one()
    {
        var folder = new PkiFolder(_pki["none"]);

        Assert.Every((Action[])
        [
            () => Authority.Open(folder, null, _pki.Time), () => new CertificateRegister(folder, _pki.Time).List(),
            () => new CertificateRegister(folder, _pki.Time).Revoke("c0"),
            () => new TokenStore(folder, _pki.Time).Create("c0", null, TimeSpan.FromHours(1)),
        ], use => Assert.Contains("autoflip pki init", Assert.Throws<AutoFlipException>(use).Message, StringComparison.Ordinal));
    }
}
