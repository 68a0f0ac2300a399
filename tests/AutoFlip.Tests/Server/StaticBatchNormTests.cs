using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

/// <summary>Statistics of batch normalisation, computed anew before evaluations.</summary>
public class StaticBatchNormTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Pruner = "none",
        StaticBatchNorm = true,
        EvaluationScope = EvaluationScope.Global,
    };

    /// <summary>The first normalisation sees the images themselves.</summary>
    static readonly Network Network = new NetworkBuilder("norm", new SampleShape(1, 4, 4))
        .Then(new BatchNorm2d(Momentum: 0.25)).Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(5).ReLU().Dropout(0.5).Linear(3).Build(3);

    static Task<TinyFederation.Outcome> RunAsync(
        Experiment experiment, int workers = 1, Func<IClientTransport, IClientTransport>? wrap = null, RunState? from = null,
        RunObserver? observer = null, Action<RoundResult>? inspect = null) =>
        TinyFederation.RunAsync(experiment, workers, wrap, inspect, network: Network, from: from, observer: observer);

    /// <summary>The law of total variance over batches: the variance of all pixels is the mean of the batches' variances and the variance
    /// of their means.</summary>
    [Theory, InlineData(0), InlineData(5)]
    public async Task Mean_and_variance_are_those_of_all_training_samples(int batch)
    {
        var experiment = Tiny with { BatchSize = batch, NoShuffle = true, EvaluateEvery = 1 };
        var data = TinyFederation.Data(experiment);
        var pixels = data.Clients.SelectMany(client => client.Train.ToArray().Chunk(batch == 0 ? client.Train.Length : batch))
            .Select(rows => PixelsOf(data.Train, rows)).ToArray();
        var all = pixels.SelectMany(own => own).ToArray();
        var within = pixels.Sum(own => Squares(own) * own.Length / (own.Length - 1.0)) / all.Length; // unbiased, as layers keep it
        var between = pixels.Sum(own => own.Length * Math.Pow(own.Average() - all.Average(), 2)) / all.Length;

        var outcome = await RunAsync(experiment);

        var (mean, variance) = (outcome.Global["0.running_mean"][0], outcome.Global["0.running_var"][0]);
        Assert.Equal(all.Average(), mean, 1e-6);
        Assert.Equal(within + between, variance, 1e-6);
    }

    /// <summary>Two samples of mean 1 and variance 4, six of mean 5 and variance 2: the mean is (2·1 + 6·5)/8 = 4, the variance
    /// (2·4 + 6·2)/8 + (2·1² + 6·5²)/8 - 4² = 2.5 + 19 - 16 = 5.5.</summary>
    [Fact]
    public void Statistics_of_two_sets_are_those_of_all_samples()
    {
        var network = new NetworkBuilder("one", new SampleShape(1, 1, 2)).BatchNorm2d().Flatten().Linear(2).Build(2);
        var pooled = new PooledStatistics(network);

        pooled.Add([1, 4], samples: 2);
        pooled.Add([5, 2], samples: 6);

        Assert.Equal([4, 5.5f], pooled.Total());
    }

    /// <summary>Training normalises by the batch, so only what evaluation computes with changes.</summary>
    [Theory]
    [InlineData("none"), InlineData("autoflip"), InlineData("heterofl")]
    [InlineData("none", "fedper"), InlineData("autoflip", "fedrep"), InlineData("random", "ditto")]
    public async Task Parameters_are_those_of_a_run_without(string pruner, string algorithm = "fedavg")
    {
        var experiment = Tiny with
        {
            Pruner = pruner,
            Algorithm = algorithm,
            EvaluationScope = EvaluationScope.Both,
            PruneFraction = 0.5m,
            UnitMultiple = 1,
            DenseRounds = 1,
        };
        var first = Network.Layout.ParameterCount;

        var with = await RunAsync(experiment);
        var without = await RunAsync(experiment with { StaticBatchNorm = false });

        Assert.Equal(without.Global.Parameters, with.Global.Parameters);
        Assert.False(without.Global.Statistics.SequenceEqual(with.Global.Statistics));
        for (var i = first; i < Network.Layout.Count; i++)
            Assert.Equal(without.Rounds[^1].Mask.Values[i], with.Global.Values[i] != 0);
    }

    [Fact]
    public async Task Only_rounds_that_are_evaluated_ask_all_clients_and_pay_for_it()
    {
        var experiment = Tiny with { EvaluateEvery = 3, Rounds = 4 };

        var with = await RunAsync(experiment);
        var without = await RunAsync(experiment with { StaticBatchNorm = false });

        var more = with.Rounds.Zip(without.Rounds, (one, other) =>
            (Down: one.Report.DownBytes - other.Report.DownBytes, Up: one.Report.UpBytes - other.Report.UpBytes)).ToArray();
        Assert.Equal([(0, 0), (0, 0)], more[..2]);
        var values = sizeof(float) * (Network.Layout.Count - Network.Layout.ParameterCount);
        foreach (var (down, up) in more[2..])
        {
            Assert.InRange(down, 6 * 3 * Network.Layout.Count, 6 * 5 * Network.Layout.Count); // float32, packed without loss
            Assert.InRange(up, 6 * values / 2, 6 * (values + 200));
        }
        Assert.Equal(
            without.Rounds.Select(round => (round.Report.TrainSamples, round.Report.DenseFp32Bytes)),
            with.Rounds.Select(round => (round.Report.TrainSamples, round.Report.DenseFp32Bytes)));
    }

    [Fact]
    public async Task Workers_do_not_matter_and_a_run_that_is_resumed_ends_as_an_unbroken_one()
    {
        var experiment = Tiny with { Pruner = "random", DenseRounds = 1, WireDown = WireFormat.Fp16, WireUp = WireFormat.Fp16 };
        var states = new List<RunState>();

        var whole = await RunAsync(experiment, inspect: round => states.Add(round.State));
        var others = await RunAsync(experiment, workers: 3);
        var resumed = await RunAsync(experiment, from: states[1]);

        Assert.Equal(whole.Global.Sha256(), others.Global.Sha256());
        Assert.Equal(whole.Global.Sha256(), resumed.Global.Sha256());
    }

    [Fact]
    public async Task Statistics_are_those_of_the_clients_that_answer_and_stay_where_fewer_do_than_a_cohort_has()
    {
        var (some, none, lost) = (new Warnings(), new Warnings(), new Warnings());
        var experiment = Tiny with { Rounds = 2, WireUp = WireFormat.Fp16 };

        var all = await RunAsync(experiment, observer: none);
        var few = await RunAsync(experiment, wrap: inner => Tap.Lose(inner, client => client > 2, ClientWork.Measure), observer: some);
        var empty = await RunAsync(experiment, wrap: inner => Tap.Lose(inner, client => client > 1, ClientWork.Measure), observer: lost);
        var without = await RunAsync(experiment with { StaticBatchNorm = false });

        Assert.Equal(all.Global.Parameters, few.Global.Parameters);
        Assert.False(all.Global.Statistics.SequenceEqual(few.Global.Statistics));
        Assert.Equal(without.Global.Sha256(), empty.Global.Sha256());
        Assert.Empty(none.Lines);
        Assert.Equal(
            ["Round 2: 3 of 6 clients returned no statistics of batch normalisation; they are those of the others. client 3: lost"],
            some.Lines);
        Assert.Equal(
            [
                "Round 2: 4 of 6 clients returned no statistics of batch normalisation; too few did, so the averaged ones stay. "
                + "client 2: lost",
            ], lost.Lines);
        Assert.Equal(3, few.Rounds[^1].Report.Failures.Count(failure => failure.Work == ClientWork.Measure));
    }

    /// <summary>A variance below 0 would become no number, and a huge mean a variance that is not finite.</summary>
    [Theory, InlineData("0.running_var", -1f, "as a variance."), InlineData("2.running_mean", 1e19f, "as a statistic of")]
    public async Task Statistics_that_no_samples_have_are_refused(string name, float value, string reason)
    {
        var place = Network.Layout[name].Offset - Network.Layout.ParameterCount;
        var warnings = new Warnings();

        var outcome = await RunAsync(
            Tiny with { Rounds = 2 }, observer: warnings,
            wrap: inner => Tap.Replace(inner, reply => reply.Client == 4 ? With(reply, place, value) : reply, ClientWork.Measure));

        Assert.Contains("1 of 6 clients returned no statistics", Assert.Single(warnings.Lines), StringComparison.Ordinal);
        Assert.Contains(reason, warnings.Lines[0], StringComparison.Ordinal);
        Assert.Every(outcome.Global.ToArray(), number => Assert.True(float.IsFinite(number)));
    }

    [Theory, InlineData("median"), InlineData("krum")]
    public void Robust_algorithms_refuse_what_one_client_could_move(string algorithm)
    {
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentRules.Resolve(
            Tiny with { Dataset = "Digits", Algorithm = algorithm, Clients = 10, CohortFraction = 1 }));

        Assert.StartsWith("Experiment.StaticBatchNorm: 'True' is not accepted.", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A resumed server knows that all clients have the mask.</summary>
    [Fact]
    public async Task Masks_are_not_sent_again_after_a_resume()
    {
        var experiment = Tiny with { Pruner = "random", Pruning = PruningKind.Unstructured, DenseRounds = 0, EvaluateEvery = 1 };
        var outcome = await RunAsync(experiment);
        var link = new ServerLink(experiment);

        link.Recall(outcome.Rounds.Select(round => round.Report), areMeasured: true);

        var mask = WireMask.Of(outcome.Rounds[^1].Mask).Hash;
        Assert.Every(Enumerable.Range(0, experiment.Clients), client => Assert.True(link.Has(client, mask)));
        Assert.True(StatisticsFold.IsNeeded(experiment, new FedAvg(0), Network));
        Assert.False(StatisticsFold.IsNeeded(experiment, new FedBn(0), Network));
    }

    /// <summary>Nothing to compute, or nothing that travels: nobody is asked.</summary>
    [Fact]
    public async Task Networks_without_batch_normalisation_and_algorithms_that_keep_it_local_ask_nobody()
    {
        var asked = new List<ClientWork>();
        IClientTransport Watch(IClientTransport inner) => Tap.LookAtTasks(inner, (task, _) => asked.Add(task.Work));

        await TinyFederation.RunAsync(Tiny, wrap: Watch);
        await RunAsync(Tiny with { Algorithm = "fedbn", EvaluationScope = EvaluationScope.Both }, wrap: Watch);

        Assert.DoesNotContain(ClientWork.Measure, asked);
        Assert.Contains(ClientWork.Train, asked);
    }

    static float[] PixelsOf(SampleSet samples, ReadOnlySpan<int> rows)
    {
        var pixels = new float[rows.Length * samples.Shape.Length];
        samples.Read(rows, pixels, augmentation: null);
        return pixels;
    }

    static double Squares(float[] values)
    {
        double mean = values.Average(value => (double)value);
        return values.Sum(value => Math.Pow(value - mean, 2));
    }

    static ClientReply With(ClientReply reply, int place, float value)
    {
        var values = reply.Values.ToArray();
        values[place] = value;
        return reply with { ValueBytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray() };
    }

    sealed class Warnings : RunObserver
    {
        public List<string> Lines { get; } = [];

        public override void Warning(string message) => Lines.Add(message);
    }
}
