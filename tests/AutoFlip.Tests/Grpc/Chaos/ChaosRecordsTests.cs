using AutoFlip.Grpc;

namespace AutoFlip.Tests;

public class ChaosRecordsTests
{
    static string Event(int second, string name, string fields = "") =>
        $"{{\"time\":\"2026-01-01T00:00:{second:00}.0000000+00:00\",\"event\":\"{name}\"{fields}}}";

    static string Opened(int second, int round) => Event(second, "task_opened", $",\"round\":{round},\"work\":\"Train\"");

    static string Stored(int round, int seat) => Event(0, "stored", $",\"round\":{round},\"work\":\"Train\",\"seat\":{seat}");

    [Theory]
    [InlineData(15, null)]
    [InlineData(16, "Train of round 1 was open for 16.0 s.")]
    public void A_task_is_open_until_it_ends(int end, string? problem) => Assert.Equal(
        problem,
        ChaosRecords.Late(
            [Opened(0, 1), Event(9, "joined"), Event(end, "task_ended"), Opened(40, 2)], TimeSpan.FromSeconds(15)));

    [Fact]
    public void A_task_without_an_end_is_open_until_the_run_ends() => Assert.Equal(
        "Train of round 1 was open for 20.0 s.", ChaosRecords.Late([Opened(0, 1), Event(20, "run_ended")], TimeSpan.FromSeconds(15)));

    [Fact]
    public void The_deadline_starts_again_with_the_server() => Assert.Null(ChaosRecords.Late(
        [Opened(0, 1), Event(20, "server_started"), Opened(21, 1), Event(30, "run_ended")], TimeSpan.FromSeconds(15)));

    [Fact]
    public void A_reply_that_is_stored_twice_is_found()
    {
        Assert.Null(ChaosRecords.StoredTwice([Stored(1, 0), Stored(1, 1), Stored(2, 0)]));
        Assert.Equal(
            "Train of round 2 by seat 0 was stored 2 times.",
            ChaosRecords.StoredTwice([Stored(1, 0), Stored(2, 0), Stored(1, 1), Stored(2, 0)]));
    }

    [Fact]
    public void A_task_that_is_computed_twice_is_found()
    {
        string[] once = ["Round 1: seat 0 begins to train.", "Round 1: seat 0 begins to evaluate.", "Round 2: seat 0 begins to train."];
        Assert.Null(ChaosRecords.ComputedTwice(once));
        Assert.Equal(
            "it printed 'Round 2: seat 0 begins to train.' 2 times.", ChaosRecords.ComputedTwice([.. once, $"12:00 {once[2]}"]));
    }

    [Fact]
    public void A_private_key_is_found_in_texts_and_files()
    {
        using var folder = new TemporaryFolder();
        using var authority = new TestAuthority();
        var secrets = new ChaosSecrets(authority.Folder);
        var key = File.ReadAllText(authority.Folder.KeyOf(PeerKind.Client, "c0"));
        var clean = ("clean", "no key");

        Assert.Null(secrets.Found([clean], [folder.Path]));
        Assert.Equal("leaky holds a private key.", secrets.Found([clean, ("leaky", $"log {key}")], []));
        File.WriteAllText(Path.Combine(folder.Path, "file"), key);
        Assert.Equal("file holds a private key.", secrets.Found([clean], [folder.Path]));
    }

    [Fact]
    public void A_search_without_keys_is_a_problem_of_its_own()
    {
        using var folder = new TemporaryFolder();
        Assert.StartsWith("no private key was found", new ChaosSecrets(new(folder.Path)).Found([], []), StringComparison.Ordinal);
    }
}
