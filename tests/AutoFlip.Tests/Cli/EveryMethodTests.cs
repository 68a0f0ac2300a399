using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Every algorithm and every pruner by its name on the command line, with the real engine; some killed and resumed.</summary>
[Trait("speed", "slow")]
public sealed class EveryMethodTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public static TheoryData<string> Algorithms => [.. Catalog.Algorithms.Select(entry => entry.Key)];

    public static TheoryData<string> Pruners => [.. Catalog.Pruners.Select(entry => entry.Key)];

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Algorithms))]
    public void An_algorithm_runs_by_its_name(string name) => AssertRuns("--algorithm", name, "--pruner", "none");

    [Theory, MemberData(nameof(Pruners))]
    public void A_pruner_runs_by_its_name(string name) => AssertRuns(["--pruner", name, .. Adjusting(name)]);

    /// <summary>Masks that are adjusted are so in each of the few rounds.</summary>
    static string[] Adjusting(string pruner) =>
        MethodOption.Of(Catalog.Pruners[pruner](new())).Any(option => option.Spelling == "adjustment-interval")
            ? ["--adjustment-interval", "1", "--adjustment-end", "3"]
            : [];

    [Fact]
    public void Pruners_that_begin_alike_end_in_models_of_their_own()
    {
        string[] names = ["prunefl", "fedtiny", "fedrts", "feddst"];

        var models = names.Select(name => Hash(AssertRuns(["--pruner", name, .. Adjusting(name)]))).ToList();

        Assert.Equal(names.Length, models.Distinct().Count());
    }

    [Fact]
    public void FedProx_without_a_pull_has_the_model_of_FedAvg() => Assert.Equal(
        Hash(AssertRuns("--algorithm", "fedavg")), Hash(AssertRuns("--algorithm", "fedprox", "--mu", "0")));

    /// <summary>What clients and server keep from round to round is in files when the process is killed.</summary>
    [Theory]
    [InlineData("--algorithm", "scaffold")]
    [InlineData("--algorithm", "feddyn")]
    [InlineData("--algorithm", "ditto")]
    [InlineData("--pruner", "fedrts")]
    [InlineData("--pruner", "heterofl")]
    public void Killed_and_resumed_it_ends_with_the_unbroken_model(string option, string name)
    {
        string[] command = [.. Command(rounds: 40), option, name, .. option == "--pruner" ? (string[])[] : ["--pruner", "none"]];
        var unbroken = Shell.Run([.. command, "--result-path", _folder["whole"]], step: null, engine: Engine.Default);
        Assert.True(unbroken.Exit == ExitCode.Done, unbroken.Error);

        using (var process = CliProcess.StartWithSmallPipe([.. command, "--result-path", _folder["killed"]]))
        {
            for (var line = 0; line < 12; line++) process.StandardOutput.ReadLine();
            process.Kill();
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode); // it had rounds left
        }
        var resumed = Shell.Run(
            ["resume", Assert.Single(Directory.GetDirectories(_folder["killed"])), "--json"], step: null, engine: Engine.Default);

        Assert.True(resumed.Exit == ExitCode.Done, resumed.Error);
        Assert.Equal(Hash(unbroken), Hash(resumed));
    }

    Shell.Ended AssertRuns(params string[] options)
    {
        var ended = Shell.Run(
            [.. Command(rounds: 3), .. options, "--result-path", _folder[string.Join(' ', options)]], step: null, engine: Engine.Default);
        Assert.True(ended.Exit == ExitCode.Done, ended.Error);
        Assert.True(double.IsFinite(Summary(ended).GetProperty("metrics").GetProperty("global").GetProperty("loss").GetDouble()));
        return ended;
    }

    static string[] Command(int rounds) =>
    [
        "run", "--dataset", "Digits", "--resize", "0", "--model", "TwoNN", "--hidden-size", "16", "--clients", "10",
        "--cohort-fraction", "0.8", "--rounds", $"{rounds}", "--local-epochs", "2", "--batch-size", "20",
        "--optimizer", "SGD", "--learning-rate", "0.05",
        "--prune-fraction", "0.5", "--explorer-fraction", "0.3", "--exploration-epochs", "1", "--offline", "--json", "--workers", "2",
    ];

    static string Hash(Shell.Ended ended) => Summary(ended).GetProperty("model_sha256").GetString()!;

    static JsonElement Summary(Shell.Ended ended)
    {
        using var document = JsonDocument.Parse(ended.Lines[^1]);
        return document.RootElement.Clone();
    }
}
