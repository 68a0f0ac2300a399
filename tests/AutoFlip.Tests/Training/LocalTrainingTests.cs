namespace AutoFlip.Tests;

public class LocalTrainingTests
{
    const double LearningRate = 0.1;

    /// <summary>One batch per epoch, the samples in the same order: equal weights give an equal loss, to the bit.</summary>
    static readonly Experiment FullBatch = TinyFederation.Experiment with { BatchSize = 0, NoShuffle = true };

    static readonly FederatedData Data = TinyFederation.Data(FullBatch);

    static LocalTraining Start(
        Experiment experiment, Workspace workspace, Recorded samples, Mask? mask = null, int round = 1, int client = 0)
    {
        var (network, initial) = (TinyFederation.Network(experiment), TinyFederation.Initial(experiment));
        mask ??= Mask.Dense(network.Layout);
        var task = new ClientTask(ClientWork.Train, round, LearningRate, mask.Apply(initial), mask);
        return new(
            experiment, workspace, Catalog.Criteria["CrossEntropyLoss"], network, task, client, samples, Data.Clients[0].Train,
            new NoMemory(), default);
    }

    static int[] Order(Experiment experiment, int round, int client, int epochs)
    {
        using var workspace = new Workspace(new Sgd());
        var samples = new Recorded(Data.Train);
        Start(experiment, workspace, samples, round: round, client: client).Run(epochs);
        return [.. samples.Rows];
    }

    [Fact]
    public void Every_epoch_round_and_client_has_its_own_order_of_samples()
    {
        var experiment = FullBatch with { BatchSize = 5, NoShuffle = false };
        var own = Data.Clients[0].Train.ToArray();
        var orders = new HashSet<string>();

        foreach (var (round, client) in (ReadOnlySpan<(int, int)>)[(1, 0), (2, 0), (1, 1)])
        {
            var rows = Order(experiment, round, client, epochs: 3);
            Assert.Equal(rows, Order(experiment, round, client, epochs: 3));
            foreach (var epoch in rows.Chunk(own.Length))
            {
                Assert.Equal(own.Order(), epoch.Order());
                orders.Add(string.Join(' ', epoch));
            }
        }

        Assert.Equal(3 * 3, orders.Count); // of 17! orders none comes twice by chance
    }

    [Fact]
    public void Without_shuffling_samples_keep_the_order_of_the_partition()
    {
        var own = Data.Clients[0].Train.ToArray();

        Assert.Equal([.. own, .. own], Order(FullBatch with { BatchSize = 5 }, round: 1, client: 0, epochs: 2));
    }

    /// <summary>17 samples in batches of 5, the last of 2: the mean of the batches' gradients by their samples is that of one
    /// batch.</summary>
    [Fact]
    public void The_gradient_over_all_samples_does_not_depend_on_batches_and_changes_nothing()
    {
        using var workspace = new Workspace(new Sgd());
        List<float[]> gradients = [];
        foreach (var batch in (int[])[0, 5, 17, 100])
        {
            var training = Start(FullBatch with { BatchSize = batch }, workspace, new(Data.Train));
            var gradient = new float[training.Initial.Layout.ParameterCount];

            training.FullGradient(gradient);

            Assert.Equal(training.Initial.Values, training.Values);
            Assert.Equal(17, training.SamplesSeen);
            gradients.Add(gradient);
        }

        float[] first = [];
        Start(FullBatch, workspace, new(Data.Train)).Run(epochs: 1, adjustGradients: (_, g) => first = g.ToArray());
        Assert.Contains(first, g => Math.Abs(g) > 1e-2f);
        Assert.Every(gradients, gradient =>
        {
            for (var i = 0; i < first.Length; i++) Assert.Equal(first[i], gradient[i], 1e-6f);
        });
    }

    /// <summary>No step changes anything, so epoch 1 lowers the mean loss (from infinity) and no later one does:
    /// one epoch and the patience.</summary>
    [Theory]
    [InlineData(1, 2), InlineData(2, 3), InlineData(5, 6), InlineData(6, 7), InlineData(7, 7), InlineData(int.MaxValue, 7)]
    public void Training_stops_after_as_many_stale_epochs_as_the_patience(int patience, int epochs)
    {
        using var workspace = new Workspace(new Sgd());
        var training = Start(FullBatch, workspace, new(Data.Train));
        var done = 0;

        training.Run(epochs: 7, patience, (_, gradients) =>
        {
            done++;
            gradients.Clear();
        });

        Assert.Equal(epochs, done);
        Assert.Equal(epochs * Data.Clients[0].Train.Length, training.SamplesSeen);
    }

    /// <summary>Only epoch 2 makes a step. Epoch 1: lower than infinity. 2: stale (1). 3: lower. 4: stale
    /// (1). 5: stale (2), the end.</summary>
    [Fact]
    public void An_epoch_that_lowers_the_loss_starts_the_patience_anew()
    {
        using var workspace = new Workspace(new Sgd());
        var done = 0;

        Start(FullBatch, workspace, new(Data.Train)).Run(epochs: 20, patience: 2, (_, gradients) =>
        {
            if (++done != 2) gradients.Clear();
        });

        Assert.Equal(5, done);
    }

    /// <summary>w - rate g where the mask keeps a weight, exactly 0 where it does not, for every step of three epochs in batches.</summary>
    [Fact]
    public void A_step_under_a_mask_of_single_weights_is_an_SGD_step_of_what_is_kept_and_leaves_zeros()
    {
        var experiment = FullBatch with { BatchSize = 5 };
        using var workspace = new Workspace(new Sgd());
        var mask = Half(TinyFederation.Network(experiment).Layout);
        var training = Start(experiment, workspace, new(Data.Train), mask);
        var want = training.Initial.Values[..mask.Count].ToArray();
        var (steps, pulled) = (0, 0);

        training.Run(epochs: 3, adjustGradients: (parameters, gradients) =>
        {
            for (var i = 0; i < mask.Count; i++)
            {
                Assert.Equal(want[i], parameters[i], 1e-7f); // a rounding of weights below 1
                if (!mask.Values[i])
                {
                    Assert.Equal(0, BitConverter.SingleToInt32Bits(parameters[i]));
                    if (gradients[i] != 0) pulled++;
                }
                want[i] = mask.Values[i] ? parameters[i] - (float)LearningRate * gradients[i] : 0;
            }
            steps++;
        });

        Assert.Equal(3 * 4, steps); // 17 samples in batches of 5
        Assert.True(pulled > 0);    // there were gradients that the mask had to withstand
        for (var i = 0; i < mask.Count; i++) Assert.Equal(want[i], training.Values[i], 1e-7f);
    }

    [Theory, MemberData(nameof(Optimizers))]
    public void No_optimizer_moves_a_masked_weight(string name)
    {
        var experiment = FullBatch with { Optimizer = name, Momentum = 0.9, WeightDecay = 0.01, MaxGradientNorm = 1 };
        using var workspace = Workspace.Of(experiment);
        var mask = Half(TinyFederation.Network(experiment).Layout);
        var training = Start(experiment, workspace, new(Data.Train), mask);

        training.Run(epochs: 3);

        var moved = 0;
        for (var i = 0; i < mask.Count; i++)
            if (!mask.Values[i]) Assert.Equal(0, BitConverter.SingleToInt32Bits(training.Values[i]));
            else if (training.Values[i] != training.Initial.Values[i]) moved++;
        Assert.True(moved > mask.Kept / 2, $"{moved} of {mask.Kept}");
    }

    public static TheoryData<string> Optimizers => [.. Catalog.Optimizers.Names];

    /// <summary>At the weights of the step under way the gradient is that of the step; at others that of a step from there.
    /// Nothing else changes.</summary>
    [Fact]
    public void A_gradient_without_a_step_is_that_of_a_step_from_there_and_leaves_the_training_as_it_is()
    {
        using var workspace = new Workspace(new Sgd());
        var plain = Start(FullBatch, workspace, new(Data.Train));
        plain.Run(epochs: 2);
        var want = plain.Values.ToArray();
        var training = Start(FullBatch, workspace, new(Data.Train));
        float[] first = [], elsewhere = [];

        training.Run(epochs: 2, adjustGradients: (w, g) =>
        {
            var (here, there) = (new float[g.Length], w.ToArray());
            training.Gradient(w, here);
            Assert.Equal(g.ToArray(), here);
            for (var i = 0; i < there.Length; i++) there[i] *= 1.5f;
            if (first is []) (first, elsewhere) = (here, there);
            training.Gradient(there, here);
            Assert.NotEqual(g.ToArray(), here);
        });
        Assert.Equal(want, training.Values.ToArray());
        Assert.Equal(3 * plain.SamplesSeen, training.SamplesSeen);
        var (moved, again) = (Start(FullBatch, workspace, new(Data.Train)), new float[first.Length]);
        moved.Load([.. elsewhere, .. training.Initial.Statistics]);
        moved.Gradient(elsewhere, again);
        moved.Run(epochs: 1, adjustGradients: (_, g) => Assert.Equal(again, g.ToArray()));
    }

    /// <summary>Half of 64 units are drawn anew in each pass: with the same draws FedSAM would leave out the same units in every step of a
    /// client's round.</summary>
    [Fact]
    public void Passes_beside_the_steps_draw_other_units_each_time()
    {
        var network = new NetworkBuilder("dropout", new SampleShape(1, 4, 4)).Flatten().Linear(64).ReLU().Dropout(0.5).Linear(3).Build(3);
        var initial = Initialization.Draw(network, Catalog.Initializers["normal"], 1, new Seeds(1));
        using var workspace = new Workspace(new Sgd());
        var training = Start(network, initial, workspace);

        var gradients = Enumerable.Range(0, 3).Select(_ =>
        {
            var gradient = new float[network.Layout.ParameterCount];
            training.Gradient(initial.Parameters, gradient);
            return string.Join(' ', gradient);
        });

        Assert.Distinct(gradients.ToList());
    }

    /// <summary>FedSAM's second pass is of the model whose gradient led there: FjORD draws a width per step and not per pass.</summary>
    [Fact]
    public void Every_pass_of_a_step_computes_with_the_values_of_its_first()
    {
        var view = new Counting();
        using var workspace = new Workspace(new Sgd());
        var network = TinyFederation.Network(FullBatch);
        var training = Start(network, TinyFederation.Initial(FullBatch), workspace, view);

        new FedSam(0, 1).ClientUpdate(training, epochs: 3);
        Assert.Equal((3, 6), (view.Begun, view.Entered));

        training.Gradient(training.Initial.Parameters, new float[network.Layout.ParameterCount]);
        Assert.Equal((4, 7), (view.Begun, view.Entered));
    }

    /// <summary>A penalty of λ = ½ on the first parameter adds its value to its gradient, in steps of the first model alone.</summary>
    [Fact]
    public void A_pruners_penalty_is_on_the_first_model()
    {
        using var workspace = new Workspace(new Sgd());
        var (network, initial) = (TinyFederation.Network(FullBatch), TinyFederation.Initial(FullBatch));
        float GradientIn(Extrusion? probe, bool aside)
        {
            var (training, gradient) = (Start(network, initial, workspace, probe: probe), new float[network.Layout.ParameterCount]);
            void Hook(ReadOnlySpan<float> w, Span<float> g) => training.Gradient(initial.Parameters, gradient);
            if (aside) training.RunAside(initial.Values, 1, Hook);
            else training.Run(1, adjustGradients: Hook);
            return gradient[0];
        }
        Extrusion Penalty() => new(new NoReport(), 0.5f, _ => [0]);

        Assert.Equal(GradientIn(null, aside: false) + initial.Values[0], GradientIn(Penalty(), aside: false), 1e-6f);
        Assert.Equal(GradientIn(null, aside: true), GradientIn(Penalty(), aside: true));
        Assert.NotEqual(0, initial.Values[0]);
    }

    static LocalTraining Start(
        Network network, Weights initial, Workspace workspace, TrainingView? view = null, TrainingProbe? probe = null)
    {
        var mask = Mask.Dense(network.Layout);
        return new(
            FullBatch, workspace, Catalog.Criteria["CrossEntropyLoss"], network,
            new ClientTask(ClientWork.Train, 1, LearningRate, initial, mask), 0, Data.Train, Data.Clients[0].Train, new NoMemory(), default)
        { View = view, Probe = probe };
    }

    sealed class Counting : TrainingView
    {
        public int Begun { get; private set; }

        public int Entered { get; private set; }

        public override void Begin() => Begun++;

        public override void Enter(Span<float> values) => Entered++;

        public override void Leave(Span<float> values, Span<float> gradients) { }
    }

    /// <summary>One batch of everything, no dropout and no statistics: the loss of an epoch is that before its step.</summary>
    [Fact]
    public void The_loss_of_the_received_model_is_that_of_the_first_batch_of_everything()
    {
        using var workspace = new Workspace(new Sgd());
        var training = Start(FullBatch, workspace, new(Data.Train));

        var loss = training.Loss();
        training.Run(epochs: 1);

        Assert.Equal(training.LastEpoch!.Loss, loss, 1e-6);
        Assert.Equal(2 * Data.Clients[0].Train.Length, training.SamplesSeen);
        Assert.True(training.Loss() < loss);
    }

    /// <summary>A second model of the client, then the first one back: it ends where it would have without.</summary>
    [Fact]
    public void Two_models_train_one_after_the_other()
    {
        using var workspace = new Workspace(new Adam());
        var training = Start(FullBatch, workspace, new(Data.Train));
        training.Run(epochs: 2);
        var trained = training.Values.ToArray();

        training.Load(training.Initial.Values);
        training.Run(epochs: 2);

        Assert.Equal(trained, training.Values.ToArray()); // the optimizer's state was new
        training.Load(trained);
        Assert.Equal(trained, training.Values.ToArray());
    }

    /// <summary>Keeps every weight at random, of all tensors about half.</summary>
    static Mask Half(WeightLayout layout)
    {
        var random = new KeyedRandom(3);
        return Mask.OfWeights(layout, Selection.Of([.. Enumerable.Range(0, layout.ParameterCount).Select(_ => random.NextDouble() < 0.5)]));
    }

    /// <summary>Samples that are never augmented; remembers which were read.</summary>
    sealed class Recorded(SampleSet samples) : SampleSet
    {
        public List<int> Rows { get; } = [];

        public override SampleShape Shape => samples.Shape;

        public override Targets Targets => samples.Targets;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            Rows.AddRange(rows);
            samples.Read(rows, into, augmentation: null);
        }
    }
}
