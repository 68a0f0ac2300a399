using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>A table as a process that is killed.</summary>
[Trait("speed", "slow")]
public sealed class ExperimentProcessTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Killed_in_the_middle_of_a_run_the_same_command_ends_with_the_models_of_an_unbroken_one()
    {
        File.WriteAllText(_folder["t.json"], """
            {
              "name": "t", "dataset": "Digits", "resize": 0, "model": "TwoNN", "hiddenSize": 8, "clients": 8, "cohortFraction": 0.5, "rounds": 120, "localEpochs": 1,
              "batchSize": 40, "explorerFraction": 1, "evaluateEvery": 50, "rows": [{ "name": "FedAvg", "algorithm": "fedavg", "rounds": 2 }, { "name": "AutoFLIP" }]
            }
            """);
        string[] command = ["experiment", _folder["t.json"], "--offline", "--json"];
        var whole = Shell.Run([.. command, "--result-path", _folder["whole"]], step: null, engine: Engine.Default);

        using (var process = CliProcess.Start([.. command, "--result-path", _folder["killed"]]))
        {
            // the first row's two, and three of the second: a full pipe stops it some dozens ahead of its reader
            for (var rounds = 0; rounds < 2 + 3;)
            {
                var line = process.StandardOutput.ReadLine();
                Assert.NotNull(line);
                if (line.Contains("\"event\":\"round\"", StringComparison.Ordinal)) rounds++;
            }
            process.Kill();
            process.WaitForExit();
            Assert.NotEqual(0, process.ExitCode);
        }
        var resumed = Shell.Run([.. command, "--result-path", _folder["killed"]], step: null, engine: Engine.Default);

        Assert.Equal((ExitCode.Done, ExitCode.Done), (whole.Exit, resumed.Exit));
        var runs = resumed.Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("event").GetString() == "run").ToList();
        Assert.Equal(
            ("AutoFLIP", "resumed"), (Assert.Single(runs).GetProperty("row").GetString(), runs[0].GetProperty("state").GetString()));
        Assert.Equal(Models(whole), Models(resumed));
    }

    static IEnumerable<string?> Models(Shell.Ended ended) =>
        JsonDocument.Parse(ended.Lines[^1]).RootElement.GetProperty("rows").EnumerateArray()
            .Select(row => row.GetProperty("runs")[0].GetProperty("model_sha256").GetString());
}
