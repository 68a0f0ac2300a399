namespace AutoFlip.Tests;

public class RoundLedgerTests
{
    static readonly Network Network = TinyFederation.Network(TinyFederation.Experiment);

    /// <summary>Every reading of the clock is a second later than the one before.</summary>
    sealed class Seconds : TimeProvider
    {
        long _readings;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_readings;
    }

    static ClientTask Task(Mask mask) => new(ClientWork.Train, 4, 0.1, Weights.Zeros(Network.Layout), mask);

    static readonly ClientTask Training = Task(Mask.Dense(Network.Layout)), Evaluation = Training with { Work = ClientWork.Evaluate };

    static RoundLedger Ledger(Experiment? experiment = null) => new(experiment ?? TinyFederation.Experiment, Network, new Seconds());

    [Fact]
    public void Each_phase_adds_up_its_own_stretches()
    {
        var ledger = Ledger(); // reads 1
        for (var i = 0; i < 2; i++) ledger.Enter(RoundPhase.Waiting); // 2 and 3: masking took 1
        for (var i = 0; i < 3; i++)
        {
            ledger.Enter(RoundPhase.Folding);                 // 4, 6, 8
            ledger.Enter(RoundPhase.Evaluating);              // 5, 7, 9: folding took 1 each time
        }
        ledger.Enter(RoundPhase.Waiting);                     // 10: evaluating took 1 each time
        var report = ledger.Report(Task(Mask.Dense(Network.Layout)), [0, 2], evaluated: null);

        Assert.Equal((1, 3, 3), (report.MaskSeconds, report.FoldSeconds, report.EvaluateSeconds));
        Assert.Equal(11 - 1, report.Seconds);
    }

    [Fact]
    public void Costs_of_replies_are_summed_and_a_failed_reply_still_cost_its_bytes()
    {
        var ledger = Ledger();
        ledger.Add(
            Training, new ClientReply { Client = 0, DownBytes = 10, UpBytes = 20, TrainSamples = 7, Seconds = new(1, 2, 3) });
        ledger.Add(Training, new ClientReply { Client = 1, DownBytes = 30, UpBytes = 40, Failure = "It broke." });
        ledger.Add(Evaluation, new ClientReply { Client = 2, DownBytes = 50, UpBytes = 60, Seconds = new(10, 0, 30) });

        var report = ledger.Report(Task(Mask.Dense(Network.Layout)), [0, 1], evaluated: null);

        Assert.Equal((90, 120, 7, 50), (report.DownBytes, report.UpBytes, report.TrainSamples, report.ModelBytes));
        Assert.Equal(new ClientSeconds(11, 2, 33), report.ClientSeconds);
        Assert.Equal(4L * Network.Layout.Count * 5, report.DenseFp32Bytes); // two round trips and one way
        Assert.Equal([new ClientFailure(1, "It broke.")], report.Failures);
        Assert.True(report.PeakRssBytes > 0);
    }

    /// <summary>Two local epochs of 7 samples, and of 5 that plain FedAvg would not have asked for.</summary>
    [Fact]
    public void Plain_FedAvg_has_no_costs_of_clients_that_joined_the_cohort()
    {
        var ledger = Ledger();
        ledger.Add(Training, new ClientReply { Client = 0, DownBytes = 10, UpBytes = 20, Examples = 7, TrainSamples = 14 });
        ledger.Add(Training, new ClientReply { Client = 1, DownBytes = 10, UpBytes = 20, Examples = 5, TrainSamples = 10 }, isExtra: true);

        var report = ledger.Report(Task(Mask.Dense(Network.Layout)), [0, 1], evaluated: null);

        Assert.Equal((20, 40, 24), (report.DownBytes, report.UpBytes, report.TrainSamples));
        Assert.Equal((4L * Network.Layout.Count * 2, 14), (report.DenseFp32Bytes, report.DenseTrainSamples));
    }

    /// <summary>Two local epochs and three passes that the method adds: 5 · 7 samples, of which plain FedAvg has 2 · 7. A failed client
    /// and one that evaluates have none.</summary>
    [Fact]
    public void Plain_FedAvg_has_no_passes_that_a_method_adds()
    {
        var ledger = Ledger();
        ledger.Add(Training, new ClientReply { Client = 0, Examples = 7, TrainSamples = 35 });
        ledger.Add(Training, new ClientReply { Client = 1, Failure = "It broke." });
        ledger.Add(Evaluation, new ClientReply { Client = 2, Examples = 9 });

        var report = ledger.Report(Task(Mask.Dense(Network.Layout)), [0, 1], evaluated: null);

        Assert.Equal((35, 14), (report.TrainSamples, report.DenseTrainSamples));
    }

    /// <summary>Of a straggler it has the epochs that this one was drawn: one or two of two, in round 4 both kinds among 40
    /// clients.</summary>
    [Fact]
    public void Plain_FedAvg_has_the_epochs_of_stragglers()
    {
        var experiment = TinyFederation.Experiment with { StragglerFraction = 1 };
        var samples = Enumerable.Range(0, 40).Select(client =>
        {
            var ledger = Ledger(experiment);
            ledger.Add(Training, new ClientReply { Client = client, Examples = 7, TrainSamples = 21 });
            return ledger.Report(Training, [client], evaluated: null).DenseTrainSamples;
        }).ToList();

        Assert.Equal([7, 14], samples.Distinct().Order());
        Assert.Equal(samples, Enumerable.Range(0, 40).Select(client => (long?)(7 * Stragglers.EpochsOf(experiment, 4, client))));
    }

    /// <summary>TwoNN on 16 pixels with two hidden layers of 8 and 3 outputs: 16·8 + 8·8 + 8·3 products. Without two units of the first
    /// layer and one of the second: 16·6 + 6·7 + 7·3, and biases 6 + 7 + 3 instead of 8 + 8 + 3.</summary>
    [Fact]
    public void Arithmetic_is_that_of_the_small_network()
    {
        var report = Ledger().Report(Task(WithoutThreeUnits()), [], evaluated: null);

        Assert.Equal(16 * 8 + 8 * 8 + 8 * 3, report.MacsPerSample);
        Assert.Equal(16 * 6 + 6 * 7 + 7 * 3, report.ActiveMacsPerSample);
        Assert.Equal(16 * 6 + 6 * 7 + 7 * 3 + 16, report.TrainedParameters);
    }

    /// <summary>Client 0 trains on 30 samples all of the network's 216 products, client 1 on 10 samples the 159 of the test above:
    /// (30·216 + 10·159) / 40 = 201.75, in whole products. Its parameters are 235 and 175: 205 in the mean.</summary>
    [Fact]
    public void Arithmetic_of_sub_models_is_the_mean_over_samples_and_clients()
    {
        var small = WithoutThreeUnits();
        var task = Training with { SubModels = client => client == 0 ? Training.Mask : small };
        var ledger = Ledger();
        ledger.Add(task, new ClientReply { Client = 0, TrainSamples = 30 });
        ledger.Add(task, new ClientReply { Client = 1, TrainSamples = 10 });

        var report = ledger.Report(task, [0, 1], evaluated: null);

        Assert.Equal((201, 205), (report.ActiveMacsPerSample, report.TrainedParameters));
        Assert.Equal((216, 1.0, null), (report.MacsPerSample, report.Density, report.Mask));
    }

    static Mask WithoutThreeUnits()
    {
        var kept = Network.Groups.Select(group => group.IsFixed
            ? Selection.All(group.Width)
            : Selection.Of([.. Enumerable.Range(0, group.Width).Select(unit =>
                unit >= (group == Network.Groups.First(other => !other.IsFixed) ? 2 : 1))]));
        return Mask.OfUnits(new Units(Network, [.. kept]), Selection.All(16 * 6 + 6 * 7 + 7 * 3 + 16));
    }
}
