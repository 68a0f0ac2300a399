namespace AutoFlip.Tests;

/// <summary>What is too large for the machine is refused before anything is allocated or written.</summary>
[Trait("speed", "slow")]
public sealed class TrainingMemoryTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    RunSummary Run(Experiment experiment, FederatedData data, long memory, CancellationTokenSource? stopAtStart = null) => Simulation.Run(
        experiment, new RunOptions { ResultPath = _folder.Path, Workers = 2, MemoryLimit = memory }, (_, _) => data,
        stopAtStart is null ? RunObserver.None : new StopAtStart(stopAtStart), TimeProvider.System,
        stopAtStart?.Token ?? CancellationToken.None);

    /// <summary>
    /// TwoNN of 8 neurons on 1x4x4 with 3 classes: 16*8+8 + 8*8+8 + 8*3+3 = 235 weights of 4 bytes, 940 bytes. Server: 2 * 940.
    /// Each of two workers: 2 * 940, and of a batch of 5 the sample and the outputs of three products, 5 * (16+8+8+3) * 4 =
    /// 700. In all 1880 + 2 * 2580 = 7040.
    /// </summary>
    [Fact]
    public void Need_is_counted_from_weights_and_batches_and_refused_with_the_options_to_lower()
    {
        var experiment = TinyFederation.Experiment;
        var need = TrainingMemory.Of(experiment, TinyFederation.Network(experiment), TinyFederation.Data(experiment), workers: 2);

        Assert.Equal(7040, need.Bytes);
        need.Require(experiment, 7040);
        var refused = Assert.Throws<AutoFlipException>(() => need.Require(experiment, 7039));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Equal(
            "Experiment.Model TwoNN: the run needs at least 0.0 GiB of memory, and there are 0.0 GiB: 235 weights take 0.0 GiB, "
            + "a batch of 5 samples 0.0 GiB, 2 at a time. Lower RunOptions.Workers, or choose a smaller Experiment.Model.",
            refused.Message);
    }

    /// <summary>65,536 neurons would be 65536^2 weights, more than a network can have; 20,000 are 4.0e8 weights,
    /// 1.5 GiB, six times in all.</summary>
    [Fact]
    public void Nothing_is_written_of_a_run_that_does_not_fit()
    {
        var experiment = TinyFederation.Experiment with { Dataset = "Digits", HiddenSize = 20_000, Pruner = "none" };
        var data = TinyFederation.Data(experiment);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment, data, memory: 4L << 30));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000); // the weights alone are 1.6e9 bytes
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("at least 9.0 GiB of memory, and there are 4.0 GiB", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "Lower Experiment.HiddenSize, RunOptions.Workers, or choose a smaller Experiment.Model.", refused.Message,
            StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    /// <summary>16 * 30000 + 30000 + 30000^2 + 30000 + 3 * 30000 + 3 = 900,630,003 weights are 3.4 GiB; an array has 2.
    /// Its size overflowed before.</summary>
    [Fact]
    public void Model_that_no_message_can_hold_is_refused_whatever_memory_there_is()
    {
        var experiment = TinyFederation.Experiment with { Dataset = "Digits", HiddenSize = 30_000 };
        var data = TinyFederation.Data(experiment);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment, data, memory: long.MaxValue));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000); // no pruner is tried on such a model
        Assert.Equal(
            "Experiment.Model TwoNN: it has 900,630,003 weights, and a message to a client holds 463,333,233 at most. "
            + "Lower Experiment.HiddenSize, or choose a smaller Experiment.Model.",
            refused.Message);
        Assert.Empty(_folder.Files);
    }

    /// <summary>A batch of b samples keeps b * (16+8+8+3) * 4 bytes; the data have 42 training samples a client at most.</summary>
    [Fact]
    public void Batch_is_no_larger_than_the_largest_client()
    {
        var experiment = TinyFederation.Experiment with { BatchSize = int.MaxValue };
        var data = TinyFederation.Data(experiment);
        var largest = data.Clients.Max(client => client.Train.Length);

        Assert.Equal(largest * 35 * 4, TrainingMemory.Of(experiment, TinyFederation.Network(experiment), data, workers: 1).ActivationBytes);
    }

    public static TheoryData<string> WholeNumbers => [.. typeof(Experiment).GetProperties()
        .Where(property =>
            property.SetMethod is not null && property.PropertyType is var type
                && (type == typeof(int) || type == typeof(int?))).Select(property => property.Name)];

    static readonly (string Model, string Partition)[] Kinds =
        [
            ("TwoNN", "iid"), ("GRUClassifier", "patho"), ("WideResNet", "diri"), ("NextCharLSTM", "shards"), ("ResNet10", "diri-quantity"),
            ("MobileNet", "unbalanced")
        ];

    /// <summary>Whatever a whole number is: the run starts, or ends in one sentence with exit 2 after
    /// little work, measured in bytes.</summary>
    [Theory, MemberData(nameof(WholeNumbers))]
    public void Extreme_whole_numbers_start_a_run_or_are_refused_in_one_sentence(string name)
    {
        var property = typeof(Experiment).GetProperty(name)!;
        foreach (var (model, partition) in Kinds)
            foreach (var value in (int[])[int.MinValue, -1, 0, 4096, 65536, int.MaxValue - 1, int.MaxValue])
            {
                var experiment = AnyExperiment.With(Small(model, partition), property, value);
                using var stop = new CancellationTokenSource();
                var before = GC.GetAllocatedBytesForCurrentThread();
                Exception? ended = null;
                try
                {
                    Simulation.Run(
                        experiment, new RunOptions { ResultPath = _folder.Path, Workers = 1, MemoryLimit = 64 << 20 },
                        (resolved, _) => FederatedData.Assign(resolved, Data(model)),
                        new StopAtStart(stop), TimeProvider.System, stop.Token);
                }
                catch (Exception e)
                {
                    ended = e;
                }
                var what = $"{name} {value}, {model}, {partition}: {ended}";
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 600_000_000, what);
                if (stop.IsCancellationRequested) continue; // it would have trained
                var refused = ended as AutoFlipException;
                Assert.True(refused is { Code: ExitCode.BadRequest }, what);
                Assert.True(
                    refused.Message.StartsWith("Experiment.", StringComparison.Ordinal) && refused.Message.EndsWith('.')
                        && refused.Message.Length < 500,
                    what);
                Assert.DoesNotContain('\n', refused.Message);
            }
    }

    /// <summary>Three of six clients are a cohort, and 1.5 times as many are asked: 5. The exploration round has all six.</summary>
    [Theory, InlineData(1, false, 3), InlineData(1.5, false, 5), InlineData(1.5, true, 6)]
    public void Replies_that_the_server_keeps_are_those_of_its_largest_round(double oversample, bool explores, int replies)
    {
        var experiment = TinyFederation.Experiment with
        {
            Dataset = "Digits",
            Algorithm = "median",
            Oversample = oversample,
            Pruner = explores ? "autoflip" : "none",
            DenseRounds = explores ? 1 : null,
        };
        if (explores) experiment = experiment.WithOption("explorationRound", true);

        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment, TinyFederation.Data(experiment), memory: 1));

        Assert.Contains($"the {replies} replies that median keeps", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Batches of everything, no patience running out, no decay, only the last round evaluated,
    /// nothing that may be removed.</summary>
    [Fact]
    public void Largest_values_without_a_bound_run_as_moderate_ones_do()
    {
        var experiment = TinyFederation.Experiment with { Dataset = "Digits" };
        var moderate = experiment with
        {
            BatchSize = 1000,
            ExplorationPatience = 1000,
            LearningRateDecayStep = 1000,
            EvaluateEvery = 1000,
            MinUnits = 1000,
            UnitMultiple = 1 << 20
        };
        var largest = experiment with
        {
            BatchSize = int.MaxValue,
            ExplorationPatience = int.MaxValue,
            LearningRateDecayStep = int.MaxValue,
            EvaluateEvery = int.MaxValue,
            MinUnits = int.MaxValue,
            UnitMultiple = 1 << 30,
        };

        Assert.Equal(
            Run(moderate, TinyFederation.Data(experiment), 1L << 30).ModelSha256,
            Run(largest, TinyFederation.Data(experiment), 1L << 30).ModelSha256);
    }

    [Theory]
    [InlineData("iid"), InlineData("unbalanced"), InlineData("patho"), InlineData("diri"), InlineData("diri-quantity")]
    [InlineData("shards"), InlineData("semantic")]
    public void More_clients_than_samples_are_refused_before_they_are_made(string partition)
    {
        var experiment = Small("TwoNN", partition) with { Clients = int.MaxValue };
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refused = Assert.Throws<AutoFlipException>(() => FederatedData.Assign(experiment, Data("TwoNN")));

        Assert.StartsWith("Experiment.Clients 2147483647: there are only 120 training samples", refused.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData("--layers"), InlineData("--depth"), InlineData("--hidden-size"), InlineData("--widen-factor")]
    [InlineData("--num-embeddings"), InlineData("--embedding-size")]
    public void Lists_of_models_refuse_sizes_that_no_network_has(string option)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ended = Shell.Run("list", "models", option, option == "--depth" ? "2147483644" : "2147483647");

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains($"{option} (", ended.Error.Replace("--depth:", "--depth (", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void Machine_has_memory() => Assert.InRange(MemoryLimit.OfProcess, 1L << 28, 1L << 50);

    /// <summary>The data set is only a name here: what there is to learn comes from <see cref="Data"/>.</summary>
    static Experiment Small(string model, string partition) => TinyFederation.Experiment with
    {
        Dataset = "Digits",
        Model = model,
        Partition = partition,
        HiddenSize = 4,
        LayerCount = 1,
        Depth = 10,
        WidenFactor = 1,
        EmbeddingCount = 10,
        EmbeddingSize = 2,
        Clients = 3,
        Rounds = 1,
        CohortFraction = 0,
        LocalEpochs = 1,
        ClassesPerClient = 2,
        TestFraction = 0,
        EvaluationScope = EvaluationScope.Global,
        Pruner = "none",
        Criterion = "CrossEntropyLoss",
        WidthMultiplier = model == "MobileNet" ? 0.1 : 1,
    };

    /// <summary>120 samples of three classes: images of 1x4x4, or of 10 tokens for a model that reads those, or of 3x32x32
    /// for one that shrinks by 32.</summary>
    static LoadedData Data(string model)
    {
        const int Count = 120;
        var targets = Targets.Classes([.. Enumerable.Range(0, Count).Select(i => i % 3)]);
        var task = LearningTask.Classification("a", "b", "c");
        if (model == "NextCharLSTM")
        {
            var store = new SequenceStore(10);
            for (var i = 0; i < Count; i++) store.Add([i % 10, (i + 3) % 10, 1, 2]);
            var tokens = new TokenSet(store, 4, targets);
            return new(tokens, tokens, task);
        }
        var shape = model == "MobileNet" ? new SampleShape(3, 32, 32) : new SampleShape(1, 4, 4);
        var images = new ImageSet(shape, new byte[Count * shape.Length], targets.Labels.ToArray());
        return new(images, images, task);
    }

    sealed class StopAtStart(CancellationTokenSource stop) : RunObserver
    {
        public override void Started(RunStart start) => stop.Cancel();
    }
}
