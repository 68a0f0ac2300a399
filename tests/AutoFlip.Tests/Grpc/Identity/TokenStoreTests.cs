using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class TokenStoreTests : IDisposable
{
    static readonly TimeSpan Day = TimeSpan.FromHours(24);

    readonly TestAuthority _pki = new();

    public void Dispose() => _pki.Dispose();

    [Fact]
    public void A_token_is_256_bits_and_only_its_hash_is_kept()
    {
        var token = _pki.Tokens.Create("new", seat: 7, Day);

        // 32 bytes are 43 characters of 6 bits: 42 * 6 = 252 < 256 <= 258
        Assert.Equal(43, token.Length);
        Assert.DoesNotContain(token, File.ReadAllText(_pki.Folder.Tokens), StringComparison.Ordinal);
        Assert.NotEqual(token, _pki.Tokens.Create("other", null, Day));
        Assert.Equal(("new", 7), (_pki.Tokens.List()[0].Name, _pki.Tokens.List()[0].Seat));
    }

    [Fact]
    public void A_token_is_good_for_one_key()
    {
        var token = _pki.Tokens.Create("new", null, Day);

        Assert.Equal("new", Redeem(token, "a").Name);

        Assert.Equal("new", Redeem(token, "a").Name); // the same request once more
        Assert.Contains("was used already", Refusal(token, "b"), StringComparison.Ordinal);
        Assert.Equal(TokenState.Used, _pki.Tokens.List()[0].StateAt(_pki.Time.Now));
    }

    [Fact]
    public void A_token_ends_with_its_time_even_for_its_own_key()
    {
        var (first, second) = (_pki.Tokens.Create("first", null, Day), _pki.Tokens.Create("second", null, Day));
        var start = _pki.Time.Now;

        _pki.Time.Now = start + Day - TimeSpan.FromTicks(1);
        Redeem(first, "a");
        _pki.Time.Now = start + Day;

        Assert.Contains("has expired", Refusal(first, "a"), StringComparison.Ordinal);
        Assert.Contains("has expired", Refusal(second, "a"), StringComparison.Ordinal);
        Assert.Equal(TokenState.Expired, _pki.Tokens.List()[1].StateAt(_pki.Time.Now));
    }

    [Fact]
    public void Of_many_redeemers_one_wins()
    {
        var token = _pki.Tokens.Create("new", null, Day);
        var winners = 0;

        Parallel.For(0, 16, new() { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var key = CertificateForms.NewKey();
            var request = SigningRequest.Parse(new CertificateRequest("CN=new", key, HashAlgorithmName.SHA256).CreateSigningRequest());
            using var authority = Authority.Open(_pki.Folder, passphrase: null, _pki.Time); // as another process has it
            try
            {
                authority.Enrol(request, token, TestAuthority.Year).Dispose();
                Interlocked.Increment(ref winners);
            }
            catch (AutoFlipException refused)
            {
                Assert.Contains("was used already", refused.Message, StringComparison.Ordinal);
            }
        });

        Assert.Equal(1, winners);
    }

    [Fact]
    public void A_withdrawn_token_is_refused_to_the_key_that_used_it_too()
    {
        var (used, open) = (_pki.Tokens.Create("new", null, Day), _pki.Tokens.Create("new", null, Day));
        Redeem(used, "a");

        Assert.Equal(2, _pki.Tokens.Revoke("new"));

        Assert.Every([open, used], token => Assert.Contains("was withdrawn", Refusal(token, "a"), StringComparison.Ordinal));
        Assert.Equal(0, _pki.Tokens.Revoke("new"));
    }

    [Fact]
    public void A_token_whose_time_has_passed_is_not_withdrawn()
    {
        _pki.Tokens.Create("new", null, Day);
        _pki.Time.Now += Day;

        Assert.Equal(0, _pki.Tokens.Revoke("new"));
        Assert.Equal(TokenState.Expired, _pki.Tokens.List()[0].StateAt(_pki.Time.Now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("guess")]
    [InlineData("\0")]
    public void An_unknown_token_is_refused_and_not_repeated_in_the_message(string token)
    {
        _pki.Tokens.Create("new", null, Day);

        Assert.Equal("The token is not known. Ask the operator of the federation for a new one.", Refusal(token, "a"));
    }

    [Fact]
    public void A_token_of_any_length_is_refused() =>
        Assert.Contains("is not known", Refusal(new string('a', 1 << 20), "a"), StringComparison.Ordinal);

    [Fact]
    public void A_name_with_a_certificate_gets_no_token() => Assert.Contains(
        "'c0' has a certificate already",
        Assert.Throws<AutoFlipException>(() => _pki.Tokens.Create("c0", null, Day)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_file_of_a_token_is_read_back_and_does_not_print_its_secret()
    {
        TokenFile.Issue(_pki.Tokens, _pki.Folder, "new", null, Day, _pki["new.token"]);

        var file = TokenFile.Read(_pki["new.token"]);

        Assert.Equal("new", Redeem(file.Token, "a").Name);
        Assert.DoesNotContain(file.Token, file.ToString(), StringComparison.Ordinal);
        using var reader = new StringReader(File.ReadAllText(_pki["new.token"]) + "\n");
        Assert.Equal(file, TokenFile.Read(reader, "standard input"));
        Assert.Contains("exists already", Assert.Throws<AutoFlipException>(
            () => TokenFile.Issue(_pki.Tokens, _pki.Folder, "new", null, Day, _pki["new.token"])).Message, StringComparison.Ordinal);
        Assert.Single(_pki.Tokens.List());
    }

    [Fact]
    public void A_damaged_file_of_a_token_is_refused_without_quoting_it()
    {
        TokenFile.Issue(_pki.Tokens, _pki.Folder, "new", null, Day, _pki["new.token"]);
        var good = File.ReadAllText(_pki["new.token"]);
        var token = TokenFile.Read(_pki["new.token"]).Token;
        string[] damaged =
        [
            good[..(good.Length / 2)],
            good.Replace("\"token\"", "\"tocken\"", StringComparison.Ordinal),
            good.Replace(token, token[1..], StringComparison.Ordinal), // its checksum is wrong
            $"{{\"name\": \"a b\", \"token\": \"{token}\", \"authority\": \"\"}}",
            $"{{\"name\": \"new\", \"token\": \"{token}\", \"authority\": \"none\"}}",
            JsonSerializer.Serialize(new[] { token }),
        ];

        Assert.Every(damaged, text =>
        {
            File.WriteAllText(_pki["bad.token"], text);
            var failure = Assert.Throws<AutoFlipException>(() => TokenFile.Read(_pki["bad.token"]));
            Assert.Equal(ExitCode.BadData, failure.Code);
            Assert.DoesNotContain(token[1..], failure.ToString(), StringComparison.Ordinal);
        });
    }

    TokenRecord Redeem(string token, string key)
    {
        using var exclusive = _pki.Folder.Lock();
        return _pki.Tokens.Redeem(token, key);
    }

    string Refusal(string token, string key)
    {
        var failure = Assert.Throws<AutoFlipException>(() => Redeem(token, key));
        Assert.Equal(ExitCode.BadRequest, failure.Code);
        return failure.Message;
    }
}
