using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>A run records the partition of its samples by a hash.</summary>
public sealed class PartitionRecordTests : IDisposable
{
    static readonly Experiment Small = new()
    {
        Dataset = "Digits",
        Resize = 0,
        Model = "LogReg",
        Partition = "iid",
        Clients = 4,
        CohortFraction = 0.5,
        Rounds = 1,
        LocalEpochs = 1,
        Pruner = "none",
    };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    RunOptions Options => new() { ResultPath = _folder.Path, Workers = 1, Offline = true };

    RunSummary Run(Experiment experiment) =>
        Simulation.Run(experiment, Options, RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

    string ExperimentOfOnlyRun => Path.Combine(Assert.Single(Directory.GetDirectories(_folder.Path)), ExperimentFile.FileName);

    [Fact]
    public void The_deal_is_in_the_experiment_file_but_binds_no_other_run()
    {
        Run(Small);
        var file = ExperimentOfOnlyRun;

        using var written = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(
            FederatedData.Load(Small, new DataLocations { Offline = true }, RunObserver.None).Table.Sha256,
            written.RootElement.GetProperty("partition_sha256").GetString());
        Assert.Equal(4ul, Run(ExperimentFile.Load(file) with { Seed = 4 }).Seed); // another partition
    }

    [Fact]
    public void Data_with_another_partition_cannot_resume_a_run()
    {
        Run(Small);
        var file = ExperimentOfOnlyRun;
        var hash = ExperimentFile.PartitionSha256Of(file)!;
        // as if data had changed since
        File.WriteAllText(file, File.ReadAllText(file).Replace(hash, new string('0', 64), StringComparison.Ordinal));

        var error = Assert.Throws<AutoFlipException>(() =>
            Simulation.Resume(
                Path.GetDirectoryName(file)!, Options, RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Equal(
            "The data of Digits differ from those this run started with: clients would get different samples (partition_sha256 "
            + $"{hash[..8]} instead of 00000000). "
            + "Name the folder of the data used then with RunOptions.DataPath, or start a new run.", error.Message);
    }
}
