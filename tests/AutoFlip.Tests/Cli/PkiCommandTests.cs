using System.Text.Json;
using AutoFlip.Cli;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class PkiCommandTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    string Pki => _directory["p"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_authority_with_a_server_and_clients_is_made_by_three_commands_and_listed()
    {
        Run("pki", "init", Pki);
        Run("pki", "issue", "server", "s", "--dns", "localhost", "fl.example.org", "--ip", "127.0.0.1", "-d", Pki);
        Run("pki", "issue", "client", "c0", "-d", Pki);
        Run("pki", "issue", "client", "c1", "-d", Pki, "--client-id", "1", "--valid", "30d");
        Run("pki", "revoke", "c0", "-d", Pki);
        Run("pki", "renew", "c1", "-d", Pki);

        var lines = Run("pki", "list", "-d", Pki).Lines;
        var rows = JsonSerializer.Deserialize<JsonElement[]>(Run("pki", "list", "--json", "-d", Pki).Out)!;

        Assert.Equal(
            ["server s valid", "client c0 revoked", "client c1 valid", "client c1 valid"],
            lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3])));
        Assert.Equal(["s", "c0", "c1", "c1"], rows.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal([1, 1], rows[2..].Select(row => row.GetProperty("client").GetInt32()));
        var days = rows[2..].Select(row =>
            (row.GetProperty("not_after").GetDateTimeOffset() - row.GetProperty("not_before").GetDateTimeOffset()).Days);
        Assert.Equal([30, 365], days); // and five minutes before
    }

    [Fact]
    public void A_token_is_written_to_its_file_and_printed_nowhere()
    {
        Run("pki", "init", Pki);
        var file = _directory["c9.token"];

        var created = Run("token", "create", "c9", "--client-id", "9", "--valid", "2h", "-o", file, "-d", Pki);
        var listed = Run("token", "list", "-d", Pki);
        var json = Run("token", "list", "--json", "-d", Pki);
        var revoked = Run("token", "revoke", "c9", "-d", Pki);

        var token = JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("token").GetString()!;
        Assert.Every([created, listed, json, revoked], ended => Assert.DoesNotContain(token, ended.Out, StringComparison.Ordinal));
        Assert.Contains("c9  open", listed.Out, StringComparison.Ordinal);
        Assert.Contains("client 9", listed.Out, StringComparison.Ordinal);
        Assert.Equal(9, JsonDocument.Parse(json.Out).RootElement[0].GetProperty("client").GetInt32());
        Assert.Equal("c9: withdrawn tokens: 1\n", revoked.Out);
    }

    [Fact]
    public void Revoking_a_name_withdraws_its_tokens_too()
    {
        Run("pki", "init", Pki);
        Run("token", "create", "c9", "-o", _directory["token"], "-d", Pki);
        Run("pki", "issue", "client", "c9", "-d", Pki);

        Run("pki", "revoke", "c9", "-d", Pki);

        Assert.Contains("c9  revoked", Run("token", "list", "-d", Pki).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Revoking_a_name_that_has_only_a_token_is_no_error()
    {
        Run("pki", "init", Pki);
        Run("token", "create", "c9", "-o", _directory["token"], "-d", Pki);

        var revoked = Run("pki", "revoke", "c9", "-d", Pki);

        Assert.Equal("c9: withdrawn tokens: 1. No certificate was issued to this name.\n", revoked.Out);
        var unknown = Shell.Run("pki", "revoke", "c9", "-d", Pki);
        Assert.Equal(ExitCode.BadRequest, unknown.Exit);
        Assert.Contains("No certificate was issued to 'c9'", unknown.Error, StringComparison.Ordinal);
    }

    /// <summary>The key that the name was revoked for has the token still.</summary>
    [Fact]
    public void A_revoked_client_cannot_enrol_again_with_the_token_that_it_used()
    {
        Run("pki", "init", Pki);
        Run("token", "create", "c9", "-o", _directory["token"], "-d", Pki);
        var folder = new PkiFolder(Pki);
        using var authority = Authority.Open(folder, passphrase: null, TimeProvider.System);
        var token = TokenFile.Read(_directory["token"]).Token;
        var request = Enrolment.CreateRequest(new(_directory["client"]), "c9");
        Enrolment.Sign(authority, token, request).Dispose();

        Run("pki", "revoke", "c9", "-d", Pki);

        var refused = Assert.Throws<AutoFlipException>(() => Enrolment.Sign(authority, token, request));
        Assert.Contains("was withdrawn", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_command_prints_a_key_or_a_passphrase()
    {
        const string Secret = "correct horse battery";
        File.WriteAllText(_directory["secret"], Secret + "\n");
        File.WriteAllText(_directory["wrong"], "wrong " + Secret);
        string[] passphrase = ["--passphrase-file", _directory["secret"]];

        Shell.Ended[] all =
        [
            Run(["pki", "init", Pki, .. passphrase]),
            Run(["pki", "issue", "client", "c0", "-d", Pki, .. passphrase]),
            Run(["pki", "renew", "c0", "-d", Pki, .. passphrase]),
            Shell.Run("pki", "issue", "client", "c1", "-d", Pki),
            Shell.Run("pki", "issue", "client", "c1", "-d", Pki, "--passphrase-file", _directory["wrong"]),
            Shell.Run("pki", "issue", "client", "c1", "-d", Pki, "--passphrase-file", _directory["none"]),
            Shell.Run("pki", "--help"), Shell.Run("token", "--help"),
        ];

        Assert.Equal([0, 0, 0, 2, 3, 3, 0, 0], all.Select(ended => ended.Code));
        Assert.Contains("ENCRYPTED", File.ReadAllText(Path.Combine(Pki, "ca.key")), StringComparison.Ordinal);
        var key = File.ReadAllLines(Path.Combine(Pki, "client-c0.key"))[1];
        Assert.Every(all, ended =>
        {
            Assert.DoesNotContain(Secret, ended.Out + ended.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(key, ended.Out + ended.Error, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void No_option_takes_a_secret() => Assert.DoesNotContain(
        App.Commands.SelectMany(command => command.Settings).Select(setting => setting.Name).Distinct(),
        name => name is "--passphrase" or "--password" or "--token" or "--key" or "--secret");

    public static TheoryData<string, string> Refused => new()
    {
        { "pki", "'' is not accepted. Accepted: init DIR" },
        { "pki init", "'init' is not accepted" },
        { "pki init DIR", "ca.pem' exists already: an authority is never overwritten" },
        { "pki init q -d DIR", "the folder is given twice" },
        { "pki issue client a/b -d DIR", "'a/b' is not a valid name. Accepted: 1 to 64" },
        { "pki issue client .. --dns x -d DIR", "--dns and --ip apply to 'pki issue server' only" },
        { "pki issue server t -d DIR", "Give its name with --dns or its address with --ip" },
        { "pki issue server t --dns a_b/c -d DIR", "--dns: 'a_b/c' is not a DNS name" },
        { "pki issue server t --ip 127.1 -d DIR", "--ip: '127.1' is not an address" },
        { "pki issue server t --dns x --client-id 1 -d DIR", "--client-id applies to 'pki issue client' only" },
        { "pki issue client t --client-id -1 -d DIR", "--client-id: '-1' is not accepted" },
        { "pki issue client t --valid 1 -d DIR", "--valid: '1' is not accepted. Accepted: a whole number with s, m, h or d" },
        { "pki issue client t --valid 0d -d DIR", "--valid: '0d' is not accepted" },
        { "pki issue client t --valid 99999999d -d DIR", "--valid: '99999999d' is not accepted" },
        { "pki revoke nobody -d DIR", "No certificate was issued to 'nobody'" },
        { "pki renew nobody -d DIR", "'nobody' has no certificate that can be renewed" },
        { "token create t -d DIR", "a token is written to a file only" },
        { "token list -o x -d DIR", "--client-id and --output apply to 'token create' only" },
        { "token make t -d DIR", "'make t' is not accepted. Accepted: create NAME, list, revoke NAME" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void A_bad_request_exits_with_2_and_one_sentence_and_writes_nothing(string line, string message)
    {
        Run("pki", "init", Pki);
        var before = Directory.GetFiles(Pki).Order().ToList();

        var ended = Shell.Run([.. line.Split(' ').Select(word => word == "DIR" ? Pki : word)]);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(message, ended.Error, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(Pki).Order());
    }

    [Theory]
    [InlineData("90s", 90), InlineData("10m", 600), InlineData("24h", 86_400), InlineData("365d", 31_536_000)]
    public void Times_are_numbers_with_a_unit(string text, int seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(text));
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(Duration.Text(TimeSpan.FromSeconds(seconds))));
    }

    [Theory]
    [InlineData(""), InlineData("s"), InlineData("10"), InlineData("-1s"), InlineData("1.5h"), InlineData("1 h"), InlineData("36501d")]
    public void Other_texts_are_no_times(string text) => Assert.Null(Duration.Parse(text));

    static Shell.Ended Run(params string[] arguments)
    {
        var ended = Shell.Run(arguments);
        Assert.Equal("", ended.Error);
        Assert.Equal(ExitCode.Done, ended.Exit);
        return ended;
    }
}
