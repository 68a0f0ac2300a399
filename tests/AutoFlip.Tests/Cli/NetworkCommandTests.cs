namespace AutoFlip.Tests;

public class NetworkCommandTests
{
    static readonly string[] Server = ["server", "--listen", "127.0.0.1:0", "--insecure", "--min-clients", "2", "--round-timeout", "10s"];
    static readonly string[] Client = ["client", "--server", "https://fl:7443", "--pki", "p", "--name", "c1"];

    [Theory]
    [InlineData("server: missing: --listen, an address", "server", "--round-timeout", "10s", "--min-clients", "2", "--insecure")]
    [InlineData("server: missing: --round-timeout, a", "server", "--listen", "127.0.0.1:0", "--min-clients", "2", "--insecure")]
    [InlineData("server: missing: --min-clients, a", "server", "--listen", "127.0.0.1:0", "--round-timeout", "none", "--insecure")]
    [InlineData("server: missing: --pki, the", "server", "--listen", "127.0.0.1:0", "--round-timeout", "none", "--min-clients", "2")]
    [InlineData("contradict", "server", "--listen", "a:1", "--round-timeout", "none", "--min-clients", "2", "--insecure", "--pki", "p")]
    [InlineData("--server is missing", "client", "--pki", "p", "--name", "c1")]
    [InlineData("--name is missing", "client", "--pki", "p", "--server", "https://fl:7443")]
    [InlineData("--pki is missing", "client", "--server", "https://fl:7443", "--name", "c1")]
    [InlineData("--token-file is missing", "client", "enrol", "--server", "https://fl:7443", "--pki", "p")]
    [InlineData("'enrol' and options are", "client", "run")]
    [InlineData("worker: --cluster is missing. Accepted: static:HOST:PORT", "worker", "--slots", "2")]
    [InlineData("worker: 'run' is not accepted", "worker", "run", "--cluster", "redis:db")]
    [InlineData("--slots: '0' is not accepted", "worker", "--cluster", "redis:db", "--slots", "0")]
    [InlineData("--cluster: 'db' is not accepted. Accepted: static:HOST:PORT", "worker", "--cluster", "db")]
    [InlineData("--listen: '10.0.0.1' is not accepted", "run", "--cluster", "redis:db", "--listen", "10.0.0.1")]
    [InlineData("--start-timeout go with --cluster", "run", "--dataset", "Digits", "--start-timeout", "5s")]
    [InlineData("--start-timeout go with --cluster", "run", "--dataset", "Digits", "--pki", "p")]
    public void A_missing_or_contradicting_option_is_named(string sentence, params string[] arguments) => Refused(sentence, arguments);

    [Fact]
    public void All_options_that_a_server_lacks_are_named_in_one_sentence() => Refused(
        "server: missing: --listen, an address such as 0.0.0.0:7443 or unix:PATH; --pki, the folder of an authority ('autoflip pki "
        + "init'), or --insecure for clients on this machine; --min-clients, a whole number of at least 1; --round-timeout, a whole number "
        + "with s, m, h or d, such as 90s, 10m, 24h or 365d, or none.\n",
        "server", "--dataset", "Digits");

    [Theory]
    [InlineData("--round-timeout: '0s' is not accepted", "--round-timeout", "0s")]
    [InlineData("--min-clients: '0' is not accepted", "--min-clients", "0")]
    [InlineData("--max-uploads: '0' is not accepted", "--max-uploads", "0")]
    [InlineData("--min-samples: '-1' is not accepted", "--min-samples", "-1")]
    [InlineData("it goes with --contract", "--test", "folder:x")]
    [InlineData("--enrol: the folder of the authority", "--enrol")]
    public void A_value_that_a_server_does_not_accept_is_named(string sentence, params string[] more) =>
        Refused(sentence, [.. Server, .. more]);

    [Theory]
    [InlineData("--seats: '5-3' is not accepted", "--seats", "5-3")]
    [InlineData("--seats: '0-200000' is not accepted", "--seats", "0-200000")]
    [InlineData("--seats: 'a' is not accepted", "--seats", "a")]
    [InlineData("--client-id and --seats contradict", "--client-id", "1", "--seats", "0-3")]
    [InlineData("--share: '7' is not accepted", "--share", "7")]
    [InlineData("--share: '7/7' is not accepted", "--share", "7/7")]
    [InlineData("--data and --share contradict", "--share", "1/7", "--data", "folder:x")]
    [InlineData("go with --data", "--user", "u")]
    [InlineData("--give-up: 'soon' is not accepted", "--give-up", "soon")]
    [InlineData("is not a valid name", "--name", "a/b")]
    public void A_value_that_a_client_does_not_accept_is_named(string sentence, params string[] more) =>
        Refused(sentence, [.. Client, .. more]);

    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("*:0")]
    public void Without_certificates_a_server_listens_on_this_machine_only(string listen) => Refused(
        "can be reached from other machines",
        "server", "--listen", listen, "--insecure", "--min-clients", "1", "--round-timeout", "10s", "--dataset", "Digits");

    [Theory]
    [InlineData("http://fl.example.org:7443", "would be unencrypted")]
    [InlineData("https://fl.example.org:7443", "needs certificates")]
    [InlineData("fl.example.org", "is not accepted")]
    [InlineData("ftp://fl.example.org", "is not accepted")]
    public void Without_certificates_a_client_connects_to_this_machine_only(string server, string sentence) =>
        Refused(sentence, "client", "--server", server, "--insecure", "--name", "c1");

    static void Refused(string sentence, params string[] arguments)
    {
        var ended = Shell.Run(arguments);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
        Assert.Empty(ended.Out);
    }
}
