using System.Diagnostics;
using System.Net;
using System.Text.Json;
using AutoFlip.Orleans;

namespace AutoFlip.Tests;

/// <summary>A coordinator and two workers as processes, some of which are killed.</summary>
[Trait("speed", "slow")]
public sealed class ClusterProcessTests : IDisposable
{
    const int Rounds = 40;

    static readonly string[] Experiment =
    [
        "--dataset", "Digits", "--resize", "0", "--model", "TwoNN", "--clients", "8", "--cohort-fraction", "0.75", "--rounds", $"{Rounds}",
        "--local-epochs", "2", "--batch-size", "10", "--explorer-fraction", "1", "--exploration-epochs", "3", "--prune-fraction", "0.5",
        "--wire", "int8", "--seed", "3", "--offline", "--json",
    ];

    readonly TemporaryFolder _folder = new();
    readonly List<Process> _processes = [];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Dispose();
    }

    [Fact]
    public void A_worker_and_then_the_coordinator_are_killed_and_the_model_is_that_of_one_process()
    {
        var cluster = $"static:127.0.0.1:{Silo.FreePort(IPAddress.Loopback).Port}";
        var want = ModelOf(Start("run", [.. Experiment, "--result-path", _folder["one"]]));
        var lost = StartWorker(cluster);
        StartWorker(cluster); // it notices after 15 s that the coordinator is gone, and joins the next one if that is still there then
        var run = Start("run", [.. Experiment, "--result-path", _folder["many"], "--cluster", cluster]);

        ReadRounds(run, until: 3);
        lost.Kill();
        ReadRounds(run, until: 6);
        run.Kill();
        run.WaitForExit();
        var directory = Assert.Single(Directory.GetDirectories(_folder["many"]));
        var next = StartWorker(cluster, "--once");

        Assert.Equal(want, ModelOf(Start("resume", [directory, "--json", "--cluster", cluster])));
        next.WaitForExit();
        Assert.Equal(0, next.ExitCode);
    }

    /// <summary>Redis holds the list of members; without it the run goes on, and no further worker can join.</summary>
    [Fact]
    public void Redis_is_needed_to_join_and_not_to_go_on()
    {
        var server = new[] { "/usr/bin/redis-server", "/usr/local/bin/redis-server" }.FirstOrDefault(File.Exists);
        Assert.SkipUnless(server is not null, "There is no redis-server on this machine (Debian: apt-get install redis-server).");
        var port = Silo.FreePort(IPAddress.Loopback).Port;
        var redis = Process.Start(new ProcessStartInfo(
            server, ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.Path])
        { RedirectStandardOutput = true })!;
        _processes.Add(redis);
        while (redis.StandardOutput.ReadLine() is { } line && !line.Contains("Ready to accept connections", StringComparison.Ordinal)) { }
        var cluster = $"redis:127.0.0.1:{port}";
        var want = ModelOf(Start("run", [.. Experiment, "--result-path", _folder["one"]]));
        StartWorker(cluster, "--once");
        var run = Start("run", [.. Experiment, "--result-path", _folder["many"], "--cluster", cluster]);

        ReadRounds(run, until: 3);
        redis.Kill();

        Assert.Equal(want, ModelOf(run));
    }

    Process StartWorker(string cluster, params string[] options) =>
        Start("worker", ["--cluster", cluster, "--slots", "1", "--offline", .. options]);

    /// <summary>Reads lines of a run until a round is done.</summary>
    static void ReadRounds(Process run, int until)
    {
        while (run.StandardOutput.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("event").GetString() == "round"
                && document.RootElement.GetProperty("round").GetInt32() >= until) return;
        }
        Assert.Fail($"The run has ended before round {until}: {run.StandardError.ReadToEnd()}");
    }

    static string ModelOf(Process run)
    {
        var last = run.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1];
        run.WaitForExit();
        Assert.True(run.ExitCode == 0, run.StandardError.ReadToEnd());
        using var document = JsonDocument.Parse(last);
        return document.RootElement.GetProperty("model_sha256").GetString()!;
    }

    Process Start(string command, string[] arguments)
    {
        var process = CliProcess.Start([command, .. arguments]);
        _processes.Add(process);
        return process;
    }
}
