using System.Collections.Immutable;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>HeteroFL's masked loss, and rows of the output layer that count for their classes alone.</summary>
public sealed class MaskedLossTests : IDisposable
{
    static readonly Experiment Tiny = (TinyFederation.Experiment with { Pruner = "heterofl", ServerMomentum = 0, WeightDecay = 0.01 })
        .WithOption("maskedLoss", true);

    static readonly Network Network = TinyFederation.Network(Tiny); // the last layer: 8 units, 3 outputs

    static readonly Network Line = new NetworkBuilder("line", new SampleShape(1, 1, 1)).Then(new Flatten(), "flatten")
        .Linear(3, "classifier").Build(3);

    readonly TemporaryDirectory _folder = new();

    public static TheoryData<string> Pruners => SubModelTests.Pruners;

    public static IEnumerable<TheoryDataRow<string>> Models =>
        SmallModels.Names.Where(row => SmallModels.Create(row.Data).Nodes[^1].Layer is not LogSoftmax);

    public void Dispose() => _folder.Dispose();

    /// <summary>Outputs (ln 2, 0, 5), of which the third is left out: softmax of (ln 2, 0, 0) is (2, 1, 1) / 4. Of class 0 the loss is ln 2
    /// and its gradient (½ - 1, ¼, 0).</summary>
    [Fact]
    public void An_output_that_is_left_out_is_0_and_has_no_gradient()
    {
        using var scope = torch.NewDisposeScope();
        var outputs = torch.tensor(new[] { MathF.Log(2), 0, 5 }, [1, 3]).requires_grad_();

        var loss = new MaskedCriterion(new CrossEntropy(), Selection.Of([true, true, false])).Loss(outputs, torch.tensor([0L]));
        loss.backward();

        Assert.Equal(Math.Log(2), loss.item<float>(), 1e-6);
        Assert.Equal([-0.5f, 0.25f, 0], outputs.grad!.data<float>().ToArray(), (want, got) => Math.Abs(want - got) < 1e-6);
    }

    /// <summary>
    /// Outputs w_c x + b_c, x = 1, from w = (ln 2, 0, 7) and b = 0, one step of rate 1 over all samples; the gradient of w_c is that of
    /// b_c. A has classes 0, 0, 1 and so outputs (ln 2, 0, 0) and softmax (2, 1, 1) / 4: loss (ln 2 + ln 2 + ln 4) / 3, gradient
    /// ½ - ⅔ = -1/6 of class 0, ¼ - ⅓ = -1/12 of class 1. B has class 1 alone and so outputs (0, 0, 0): loss ln 3, gradient ⅓ - 1 = -⅔
    /// of class 1. Class 0 moves by A's 1/6, class 1 by (3/12 + ⅔) / 4 = 11/48. Class 2, which nobody has, stays.
    /// </summary>
    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public async Task The_row_of_a_class_is_the_mean_over_the_clients_that_have_it(WireFormat wire)
    {
        var experiment = Tiny with
        {
            Clients = 2,
            CohortFraction = 1,
            Rounds = 1,
            LocalEpochs = 1,
            BatchSize = 0,
            Optimizer = "SGD",
            Momentum = 0,
            WeightDecay = 0,
            MaxGradientNorm = 0,
            LearningRate = 1,
            WireUp = wire,
        };
        var samples = new VectorSet(1, [1, 1, 1, 1], Targets.Classes([0, 0, 1, 1]));
        var data = TinyFederation.Data(experiment) with
        {
            Train = samples,
            HeldOut = samples,
            Test = samples,
            Clients = ImmutableArray.Create(new ClientRows(new[] { 0, 1, 2 }, default), new ClientRows(new[] { 3 }, default)),
        };
        var replies = new List<ClientReply>();
        var (ln2, start) = (MathF.Log(2), new FedAvg(0).Initialize(new Weights(Line.Layout, [MathF.Log(2), 0, 7, 0, 0, 0])));

        var outcome = await TinyFederation.RunAsync(
            experiment, data: data, network: Line, from: new RunState(0, start), wrap: inner => Tap.Look(inner, (task, reply) =>
            {
                if (task.Work == ClientWork.Train) replies.Add(reply);
            }));

        float[] want = [ln2 + 1 / 6f, 11 / 48f, 7, 1 / 6f, 11 / 48f, 0];
        var tolerance = wire == WireFormat.Int8 ? 2f / 3 / 127 : 1e-3; // a step of the larger difference's scale
        Assert.Equal(want, outcome.Global.Values.ToArray(), (one, other) => Math.Abs(one - other) < tolerance);
        Assert.Equal((7, 0), (outcome.Global.Values[2], outcome.Global.Values[5]));
        Assert.Equal([[1, 1, 0], [0, 1, 0]], replies.Select(reply => reply.Report.ToArray()));
        Assert.Equal(4 * Math.Log(2) / 3, replies[0].Trained!.Values["loss"]!.Value, 1e-6);
        Assert.Equal(Math.Log(3), replies[1].Trained!.Values["loss"]!.Value, 1e-6);
    }

    /// <summary>Where every client has every class it is the run without the option, to the bit.</summary>
    [Theory, MemberData(nameof(Pruners))]
    public async Task With_all_classes_at_all_clients_it_is_the_plain_run(string pruner)
    {
        var experiment = Tiny with { Pruner = pruner, WireUp = WireFormat.Int8, WireDown = WireFormat.Fp16 };

        Assert.Equal(
            (await TinyFederation.RunAsync(experiment.WithOption("maskedLoss", false))).Global.Sha256(),
            (await TinyFederation.RunAsync(experiment)).Global.Sha256());
    }

    /// <summary>Weight decay moves the row at the clients.</summary>
    [Theory, MemberData(nameof(Pruners))]
    public async Task The_row_of_a_class_that_nobody_has_stays_to_the_bit(string pruner)
    {
        foreach (var wire in Enum.GetValues<WireFormat>())
        {
            var experiment = Tiny with { Pruner = pruner, WireUp = wire, WireDown = wire };
            var outcome = await TinyFederation.RunAsync(experiment, data: Data(experiment, (_, label) => label != 1));
            var (initial, trained) = (TinyFederation.Initial(experiment), outcome.Global);

            Assert.Every(RowOf(1), place => Assert.Equal(initial.Values[place], trained.Values[place]));
            Assert.Every([0, 2], label => Assert.Contains(RowOf(label), place => initial.Values[place] != trained.Values[place]));
        }
    }

    /// <summary>The rows of a class are those parameters that its own output alone depends on, in each architecture.</summary>
    [Theory, MemberData(nameof(Models))]
    public void The_rows_of_a_class_change_no_other_output(string model)
    {
        const int Class = 2;
        var network = SmallModels.Create(model);
        var report = Enumerable.Repeat(1f, network.Outputs).ToArray();
        var coverage = OwnClasses.CoverageIn(network);
        Assert.True(coverage(Reply(report)).IsAll);
        report[Class] = 0;
        var counts = coverage(Reply(report));

        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network);
        Initialization.Draw(network, Catalog.Initializers["xavier"], 1, new Seeds(5)).Values.CopyTo(module.Values);
        var (channels, height, width) = SmallModels.Input(model);
        var input = torch.ones(2, channels, height, width);
        var before = Outputs();
        for (var i = 0; i < counts.Count; i++)
            if (!counts[i]) module.Values[i] += 3;
        var after = Outputs();

        Assert.False(counts.IsAll);
        Assert.Every(
            Enumerable.Range(0, before.Length).Where(i => i % network.Outputs != Class), i => Assert.Equal(before[i], after[i]));
        Assert.NotEqual(before, after);

        float[] Outputs() => module.Forward(input, training: false).data<float>().ToArray();
    }

    [Theory, MemberData(nameof(Pruners))]
    public async Task Workers_and_devices_do_not_matter(string pruner)
    {
        var experiment = Tiny with { Pruner = pruner, CohortFraction = 1, WireUp = WireFormat.Int8, Kernels = TrainingKernels.Torch };
        var data = Data(experiment, (client, label) => client % 3 != label);
        var one = await TinyFederation.RunAsync(experiment, data: data);
        var three = await TinyFederation.RunAsync(experiment, workers: 3, data: data);
        var device = await TinyFederation.RunAsync(experiment, data: data, device: ComputeDevice.Generic);
        var plain = await TinyFederation.RunAsync(experiment.WithOption("maskedLoss", false), data: data);

        Assert.Equal((one.Global.Sha256(), one.Global.Sha256()), (three.Global.Sha256(), device.Global.Sha256()));
        Assert.NotEqual(plain.Global.Sha256(), one.Global.Sha256());
    }

    [Theory, MemberData(nameof(Pruners))]
    public void A_resumed_run_ends_with_the_same_model(string pruner)
    {
        var experiment = (FinishedRuns.Small with
        {
            Pruner = pruner,
            Partition = "patho",
            ClassesPerClient = 4,
            ServerMomentum = 0.9,
            WireUp = WireFormat.Int8,
            Rounds = 3,
        }).WithOption("maskedLoss", true);
        var unbroken = ResumedRuns.Unbroken(experiment, _folder["whole"]);

        Assert.Every([1, 2], after => Assert.Equal(unbroken, ResumedRuns.Resumed(experiment, _folder[$"after {after}"], after)));
    }

    /// <summary>What a client reports of its classes decides what its reply counts for.</summary>
    [Theory]
    [InlineData("it reports 0.5 of a class, where 1 means that it has the class, and 0 that it does not.", 1f, 0.5f, 0f)]
    [InlineData("it reports -1 of a class, where 1 means that it has the class, and 0 that it does not.", -1f, 1f, 1f)]
    [InlineData("it reports that it has no class.", 0f, 0f, 0f)]
    public async Task A_report_that_is_no_set_of_classes_is_refused_and_the_run_goes_on(string reason, params float[] report)
    {
        var outcome = await TinyFederation.RunAsync(
            Tiny with { CohortFraction = 1 }, wrap: inner => Tap.Replace(
                inner, reply => reply.Client == 1 ? reply with { Report = report } : reply));

        Assert.Every(outcome.Rounds, round => Assert.Equal(reason, Assert.Single(round.Report.Failures).Reason));
    }

    [Fact]
    public void A_task_with_one_output_is_refused_before_data_are_loaded()
    {
        const string Refusal = "Options.MaskedLoss: 'True' is not accepted. Accepted: False where a sample has one output, as for two "
            + "classes and for numbers.";
        var pruner = new HeteroFl { MaskedLoss = true };

        Assert.Contains(Refusal, ExperimentRules.Violations(Tiny with { Dataset = "Heart" }));
        Assert.Equal(Refusal, pruner.Refuses(LearningTask.Regression));
        Assert.Every(
            [LearningTask.Classification("a", "b", "c"), LearningTask.Labelling("a", "b")], task => Assert.Null(pruner.Refuses(task)));
    }

    [Fact]
    public void A_model_of_log_probabilities_is_refused()
    {
        var experiment = Tiny with { Model = "LogReg" };
        var refused = Assert.Throws<AutoFlipException>(
            () => Catalog.Pruners["heterofl"](experiment).Check(TinyFederation.Network(experiment)));

        Assert.Equal(
            (ExitCode.BadRequest, "Options.MaskedLoss: 'True' is not accepted. Accepted: False with Experiment.Model LogReg, whose outputs "
                + "are log-probabilities."),
            (refused.Code, refused.Message));
    }

    static ClientReply Reply(float[] report) => new() { Client = 0, Report = report };

    /// <summary>Places of a class's 8 weights and of its bias: the last 3·8 + 3 parameters.</summary>
    static IEnumerable<int> RowOf(int label)
    {
        var parameters = Network.Layout.ParameterCount;
        return [.. Enumerable.Range(parameters - 27 + 8 * label, 8), parameters - 3 + label];
    }

    /// <summary>Stripes of which clients lack some.</summary>
    static FederatedData Data(Experiment experiment, Func<int, int, bool> has)
    {
        var data = TinyFederation.Data(experiment);
        return data with
        {
            Clients = ImmutableArray.CreateRange(data.Clients.Select((rows, client) => rows with
            {
                Train = rows.Train.ToArray().Where(row => has(client, data.Train.Labels[row])).ToArray(),
            })),
        };
    }
}
