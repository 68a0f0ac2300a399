using System.Text.Json;
using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public sealed class ServerOperationTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly FakeServer _server = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Status_is_a_table_or_json()
    {
        await using var host = await StartAsync();

        var text = Shell.Run("server", "--status", _directory.Path);
        var json = Shell.Run("server", "--status", _directory.Path, "--json");

        Assert.Equal(
            """
            collecting replies: round 3 of 6, train, 1 of 2 replies are stored (2 needed), 41 s left
            saved: round 2 of 6; free on disk: 5.0 GB; version 1.2.3
            missing: seat 1 (bob)
            seat  name   client        task                   bytes     samples
            0     alice  attached      done                    1234         100
            1     bob    away          about to fetch             0          90
            2     -      never joined  -                          -           -

            """,
            text.Out);
        Assert.Equal(1234, JsonDocument.Parse(json.Out).RootElement.GetProperty("seats")[0].GetProperty("bytes").GetInt32());
    }

    [Fact]
    public async Task Requests_are_passed_on_and_their_answer_is_printed()
    {
        await using var host = await StartAsync();

        Assert.Equal("drain: noted.\n", Shell.Run("server", "--drain", _directory.Path).Out);
        Assert.Equal("close: noted.\n", Shell.Run("server", "--close-round", _directory.Path).Out);
        Assert.Equal("exclude bob: noted.\n", Shell.Run("server", "--quarantine", "bob", _directory.Path).Out);
        Assert.Equal("admit bob: noted.\n", Shell.Run("server", "--admit", "bob", _directory.Path).Out);
    }

    [Fact]
    public void Requests_that_cannot_be_meant_are_refused_with_one_sentence()
    {
        Refused(ExitCode.BadRequest, "contradict each other", "--status", "--drain", _directory.Path);
        Refused(ExitCode.BadRequest, "one run directory is expected", "--status");
        Refused(ExitCode.BadRequest, "is no run directory of a server", "--drain", _directory.Path);
        Directory.CreateDirectory(_directory[NetworkFolder.Name]);
        Refused(ExitCode.RunFailed, "No server is running", "--status", _directory.Path);
    }

    static void Refused(ExitCode code, string sentence, params string[] arguments)
    {
        var ended = Shell.Run(["server", .. arguments]);

        Assert.Equal(code, ended.Exit);
        Assert.Contains(sentence, ended.Error);
        Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    Task<AdminHost> StartAsync() => AdminHost.StartAsync(
        new AdminCalls(_server, () => ""), asked: null, Directory.CreateDirectory(_directory[NetworkFolder.Name]).FullName);
}
