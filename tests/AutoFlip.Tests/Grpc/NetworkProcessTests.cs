using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using AutoFlip.Orleans;

namespace AutoFlip.Tests;

/// <summary>A server and its clients as processes, without faults. <c>autoflip chaos</c> has those with faults.</summary>
[Trait("speed", "slow")]
public sealed class NetworkProcessTests : IDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    readonly TemporaryFolder _folder = new();
    readonly List<Child> _children = [];

    static string[] Small =>
    [
        "--resize", "0", "--model", "TwoNN", "--hidden-size", "16", "--local-epochs", "1", "--exploration-epochs", "1", "--offline",
        "--cohort-fraction", "0.5", "--rounds", "6", "--seed", "3", "--pruner", "autoflip", "--prune-fraction", "0.3", "--mask-refresh",
        "cohort",
    ];

    public void Dispose()
    {
        foreach (var child in _children)
        {
            if (!child.Process.HasExited) child.Process.Kill();
            child.Process.WaitForExit();
            child.Process.Dispose();
        }
        _folder.Dispose();
    }

    [Fact]
    public void Twenty_clients_with_certificates_give_the_model_and_the_bytes_of_the_simulation()
    {
        string[] experiment = ["--dataset", "Digits", "--clients", "20", "--wire", "int8", .. Small];
        var (pki, port) = (_folder["p"], Silo.FreePort(IPAddress.Loopback).Port);
        End(Start("run", [.. experiment, "--result-path", _folder["sim"], "--quiet"]));
        Run("pki", "init", pki);
        Run("pki", "issue", "server", "s", "--dns", "localhost", "--ip", "127.0.0.1", "-d", pki);
        for (var i = 0; i < 20; i++) Run("pki", "issue", "client", $"c{i}", "-d", pki);

        var server = Start(
            "server", Path.Combine(RunIn("sim"), "experiment.json"), "--listen", $"127.0.0.1:{port}", "--pki", pki, "--min-clients", "20",
            "--round-timeout", "60s", "--start-timeout", "60s", "--result-path", _folder["net"]);
        var clients = Enumerable.Range(0, 20).Select(i => Start(
            "client", "--server", $"https://localhost:{port}", "--pki", pki, "--name", $"c{i}", "--client-id", $"{i}", "--state",
            _folder[$"st/{i}"], "--once")).ToArray();
        End(server);
        foreach (var client in clients) End(client);

        AssertSameResult();
    }

    /// <summary>Images of the test in the files of Fashion-MNIST.</summary>
    [Fact]
    public void FashionMNIST_over_a_Unix_socket_gives_the_model_and_the_bytes_of_the_simulation()
    {
        const int Clients = 4;
        WriteImages("train", 320);
        WriteImages("t10k", 80);
        string[] experiment = ["--dataset", "FashionMNIST", "--partition", "iid", "--clients", $"{Clients}", "--wire", "fp32", .. Small];
        string[] data = ["--data-path", _folder.Path, "--offline"];
        var socket = $"unix:{_folder["s"]}";
        End(Start("run", [.. experiment, .. data, "--result-path", _folder["sim"], "--quiet"]));

        var server = Start(
            "server",
            [
                Path.Combine(RunIn("sim"), "experiment.json"), "--listen", socket, "--insecure", "--min-clients", $"{Clients}",
                "--round-timeout", "60s", "--result-path", _folder["net"], .. data,
            ]);
        var clients = Enumerable.Range(0, Clients).Select(i => Start(
            "client",
            [
                "--server", socket, "--insecure", "--name", $"c{i}", "--client-id", $"{i}", "--state", _folder[$"st/{i}"], "--once",
                .. data,
            ])).ToArray();
        End(server);
        foreach (var client in clients) End(client);

        AssertSameResult();
    }

    [Fact]
    public void With_too_few_clients_the_server_ends_and_names_the_missing_seats()
    {
        string[] experiment = ["--dataset", "Digits", "--partition", "iid", "--clients", "4", .. Small];
        var socket = $"unix:{_folder["s"]}";
        var server = Start(
            "server",
            [
                .. experiment, "--listen", socket, "--insecure", "--min-clients", "4", "--round-timeout", "60s", "--start-timeout", "8s",
                "--result-path", _folder["net"],
            ]);
        var client = Start(
            "client", "--server", socket, "--insecure", "--name", "c1", "--seats", "0-1", "--state", _folder["st"], "--once");

        var said = End(server, 4).Error;

        Assert.Contains("seat 2, seat 3", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal); // no stack trace
        Assert.Contains("seat 2, seat 3", End(client, 4).Error, StringComparison.Ordinal);
    }

    /// <summary>Two machines with a token each; what either end prints, keeps and shows in its arguments and environment.</summary>
    [Fact]
    public void Clients_that_enrol_with_tokens_leave_no_key_and_no_token_anywhere()
    {
        var (pki, port) = (_folder["p"], Silo.FreePort(IPAddress.Loopback).Port);
        Run("pki", "init", pki);
        Run("pki", "issue", "server", "s", "--dns", "localhost", "--ip", "127.0.0.1", "-d", pki);
        for (var i = 0; i < 2; i++) Run("token", "create", $"c{i}", "-o", _folder[$"token-{i}"], "-d", pki);
        var server = Start(
            "server",
            [
                "--dataset", "Digits", "--partition", "iid", "--clients", "2", .. Small, "--listen", $"127.0.0.1:{port}",
                "--pki", pki, "--enrol", "--min-clients", "2", "--round-timeout", "60s", "--start-timeout", "60s", "--result-path",
                _folder["net"],
            ]);
        var address = $"https://localhost:{port}";
        for (var i = 0; i < 2; i++) Enrol(i);
        var clients = Enumerable.Range(0, 2).Select(i => Start(
            "client", "--server", address, "--pki", _folder[$"machine-{i}"], "--name", $"c{i}", "--state", _folder[$"st/{i}"],
            "--once")).ToArray();
        var shown = _children.SelectMany(child => child.Shown).ToArray();
        string[] said = [.. ((Child[])[server, .. clients]).Select(child => End(child)).SelectMany(end => (string[])[end.Out, end.Error])];

        string[] secrets =
        [
            .. Enumerable.Range(0, 2).Select(i =>
                JsonDocument.Parse(File.ReadAllText(_folder[$"token-{i}"])).RootElement.GetProperty("token").GetString()!),
            .. Directory.GetFiles(_folder.Path, "*.key", SearchOption.AllDirectories).Select(key => File.ReadAllLines(key)[1]),
        ];
        Assert.Equal(2 + 4, secrets.Length); // of the authority, of the server, of two clients
        string[] kept =
        [
            .. ((string[])["net", "st"]).SelectMany(folder =>
                Directory.GetFiles(_folder[folder], "*", SearchOption.AllDirectories).Select(File.ReadAllText)),
        ];
        Assert.True(kept.Length > 10 && shown.Length > 0 | !OperatingSystem.IsLinux());
        foreach (var secret in secrets)
            Assert.Every((string[])[.. said, .. shown, .. kept], text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));

        void Enrol(int i)
        {
            Child enrolment;
            do // until the server listens
            {
                enrolment = Start(
                    "client", "enrol", "--server", address, "--token-file", _folder[$"token-{i}"], "--pki", _folder[$"machine-{i}"]);
                Assert.True(enrolment.Process.WaitForExit(Longest));
            }
            while (enrolment.Process.ExitCode != 0 && !server.Process.HasExited);
            End(enrolment);
        }
    }

    void AssertSameResult()
    {
        JsonElement Summary(string folder) =>
            JsonDocument.Parse(File.ReadAllText(Path.Combine(RunIn(folder), "summary.json"))).RootElement;
        var (network, simulation) = (Summary("net"), Summary("sim"));
        Assert.Equal(simulation.GetProperty("model_sha256").GetString(), network.GetProperty("model_sha256").GetString());
        Assert.Equal(simulation.GetProperty("traffic").ToString(), network.GetProperty("traffic").ToString());
    }

    string RunIn(string folder) => Assert.Single(Directory.GetDirectories(_folder[folder]));

    /// <summary>A bright stripe whose place is the class, on a ground that differs between images.</summary>
    void WriteImages(string part, int count)
    {
        var (pixels, labels) = (new byte[count * 28 * 28], new byte[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 10);
            for (var at = 0; at < 28 * 28; at++) pixels[i * 28 * 28 + at] = (byte)((at / 28 + 1) / 3 == labels[i] ? 250 : (at * i) % 97);
        }
        _folder.Write($"FashionMNIST/{part}-images-idx3-ubyte", SmallFiles.Idx([count, 28, 28], pixels));
        _folder.Write($"FashionMNIST/{part}-labels-idx1-ubyte", SmallFiles.Idx([count], labels));
    }

    static void Run(params string[] arguments) => Assert.Equal(0, Shell.Run(arguments).Code);

    Child Start(string command, params string[] arguments)
    {
        var child = new Child(CliProcess.Start([command, .. arguments]));
        _children.Add(child);
        return child;
    }

    /// <summary>Waits until a process has ended.</summary>
    static (string Out, string Error) End(Child child, int code = 0)
    {
        Assert.True(child.Process.WaitForExit(Longest), "It does not end.");
        child.Process.WaitForExit(); // its last lines
        Assert.True(child.Process.ExitCode == code, $"Exit code {child.Process.ExitCode}: {child.Error}");
        return (child.Out.ToString(), child.Error.ToString());
    }

    /// <summary>A process whose output is read as it comes.</summary>
    sealed class Child
    {
        public Child(Process process)
        {
            Process = process;
            Shown = OperatingSystem.IsLinux()
                ? [.. ((string[])["cmdline", "environ"]).Select(file => File.ReadAllText($"/proc/{process.Id}/{file}"))]
                : [];
            process.OutputDataReceived += (_, line) => Out.AppendLine(line.Data);
            process.ErrorDataReceived += (_, line) => Error.AppendLine(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        /// <summary>Arguments and environment, where the system shows them.</summary>
        public string[] Shown { get; }

        public StringBuilder Out { get; } = new();

        public StringBuilder Error { get; } = new();
    }
}
