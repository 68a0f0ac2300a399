namespace AutoFlip.Tests;

/// <summary>Federations whose clients' samples are computed when they take part.</summary>
public class VirtualClientsTests
{
    static readonly Experiment Millions = new()
    {
        Dataset = "Digits",
        Model = "TwoNN",
        Clients = 15_000_000,
        Partition = "virtual-iid",
        SamplesPerClient = 50,
        CohortFraction = 4.1 / 15_000_000,
        EvaluationFraction = 3.1 / 15_000_000,
        Rounds = 3,
        Pruner = "none",
    };

    static FederatedData Load(Experiment experiment) =>
        FederatedData.Load(experiment, new DataLocations { Offline = true }, RunObserver.None);

    [Theory]
    [InlineData("virtual-iid"), InlineData("virtual-diri")]
    public void Clients_hold_out_a_share_of_their_samples(string partition)
    {
        var data = Load(Millions with { Partition = partition });

        Assert.Equal((15_000_000, 40), (data.Clients.Count, data.Clients.MostTrainSamples));
        Assert.Equal((600_000_000, 150_000_000), (data.Clients.TrainSamples, data.Clients.HeldOutSamples));
        foreach (var client in (int[])[0, 7_654_321, 14_999_999])
        {
            var rows = data.Clients[client];
            Assert.Equal((40, 10), (rows.Train.Length, rows.HeldOut.Length));
            int[] all = [.. rows.Train.Span, .. rows.HeldOut.Span];
            Assert.Equal(50, all.Distinct().Count());
            Assert.Equal(rows.Train.ToArray(), data.Clients[client].Train.ToArray());
            Assert.Equal(50, data.Table.Samples(client));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Clients[15_000_000]);
    }

    [Fact]
    public void Hash_of_the_partition_tells_runs_apart()
    {
        string HashOf(Experiment experiment) => Load(experiment).Table.Sha256;

        Assert.Equal(HashOf(Millions), HashOf(Millions with { Rounds = 5 }));
        Experiment[] others =
        [
            Millions with { Seed = 2 }, Millions with { Clients = 15_000_001 }, Millions with { SamplesPerClient = 49 },
            Millions with { TestFraction = 0.3 }, Millions with { Partition = "virtual-diri" }, Millions with { SampleFraction = 0.5 },
            Millions with { Partition = "virtual-diri", Concentration = 1 },
        ];
        Assert.Equal(others.Length + 1, others.Select(HashOf).Append(HashOf(Millions)).Distinct().Count());
    }

    [Fact]
    public void A_share_of_the_data_is_all_that_clients_draw_from()
    {
        var data = Load(Millions with { SampleFraction = 0.1, SamplesPerClient = 20 });

        var rows = Enumerable.Range(0, 1_000).SelectMany(client => data.Clients[client].Train.ToArray()).Distinct().Count();

        Assert.InRange(rows, 130, 150); // of 1,438
    }

    /// <summary>Rows belong to nobody alone, so every client has them as one owner of all rows would have standardised them.</summary>
    [Fact]
    public void A_table_is_standardised_as_one_owner_would()
    {
        using var folder = new TemporaryFolder();
        folder.Write("t.csv", System.Text.Encoding.UTF8.GetBytes(
            "x,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{(i % 2 == 0 ? "a" : "b")}\n"))));
        var experiment = Millions with
        {
            Dataset = $"csv:{folder["t.csv"]}",
            Target = "y",
            Clients = 1,
            TestFraction = 0,
            SamplesPerClient = 10,
        };
        var (virtual_, one) = (Load(experiment), Load(experiment with { Partition = "iid" }));

        float[] Read(FederatedData data)
        {
            var values = new float[data.Train.Count * data.Train.Shape.Length];
            data.Train.Read([.. Enumerable.Range(0, data.Train.Count)], values, augmentation: null);
            return values;
        }
        Assert.Equal(Read(one), Read(virtual_));
    }

    [Fact]
    public void A_run_of_fifteen_million_clients_lists_a_thousand_and_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        var options = new RunOptions { ResultPath = folder.Path, Workers = 2, Offline = true };
        var experiment = Millions with { Algorithm = "scaffold", Optimizer = "SGD" }; // clients keep a vector each
        var whole = Simulation.Run(experiment, options);
        var counts = RunJson.Load<PartitionCounts>(Path.Combine(whole.Directory, PartitionCounts.FileName))!;
        var report = RunRecord.Load(whole.Directory);

        Assert.Equal((1_000, 15_000_000, 600_000_000), (counts.Train.Length, counts.Clients, counts.TrainSamples));
        Assert.InRange(new FileInfo(Path.Combine(whole.Directory, PartitionCounts.FileName)).Length, 1, 1 << 20);
        Assert.Every(report.Rounds, round => Assert.Equal(4, round.Cohort.Distinct().Count()));

        Assert.Equal(whole.ModelSha256, ResumedRuns.Resumed(experiment, folder["stopped"], after: 2));
        Assert.Equal(
            whole.ModelSha256, Simulation.Run(experiment, options with { ResultPath = folder["one"], Workers = 1 }).ModelSha256);
    }

    [Fact]
    public void So_many_evaluators_that_no_round_would_end_are_refused()
    {
        using var folder = new TemporaryFolder();
        var options = new RunOptions { ResultPath = folder.Path, Offline = true };

        var refused = Assert.Throws<AutoFlipException>(() => Simulation.Run(Millions with { EvaluationFraction = 1 }, options));

        Assert.Equal(
            "Experiment.EvaluationFraction: '1' is not accepted. Accepted: at most 6.67e-4, or Experiment.EvaluationScope global: of "
            + "15,000,000 clients 14,999,996 would evaluate each round's model.",
            refused.Message);
        Assert.Empty(folder.Files);
    }

    [Fact]
    public void Statistics_that_so_many_clients_would_compute_are_refused()
    {
        using var folder = new TemporaryFolder();
        var options = new RunOptions { ResultPath = folder.Path, Offline = true };

        var refused = Assert.Throws<AutoFlipException>(() => Simulation.Run(Millions with { StaticBatchNorm = true }, options));

        Assert.Equal(
            "Experiment.StaticBatchNorm: 'True' is not accepted. Accepted: False: all 15,000,000 clients would compute each evaluated "
            + "model's statistics.",
            refused.Message);
        Assert.Empty(folder.Files);
    }
}
