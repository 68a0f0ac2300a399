namespace AutoFlip.Tests;

public class FedRepTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Algorithm = "fedrep",
        Pruner = "none",
        ServerMomentum = 0,
        EvaluateEvery = 1,
        LocalEpochs = 3,
    };

    static readonly Network Network = new NetworkBuilder("norm", new SampleShape(1, 4, 4))
        .Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(5).ReLU().Linear(3).Build(3);

    public static TheoryData<string, double, double> Optimizers => new()
    {
        { "SGD", 0.9, 0 }, { "SGD", 0, 0.5 }, { "Adam", 0, 0 }, { "AdamW", 0, 0.5 }, { "RMSprop", 0.9, 0 }, { "Adagrad", 0, 0.5 },
    };

    static Selection Body => new FedRep(0).Travels(Network);

    [Fact]
    public async Task Without_personal_layers_it_is_FedAvg_to_the_bit()
    {
        var own = await TinyFederation.RunAsync(Tiny.WithOption("personalLayers", 0), network: Network);
        var average = await TinyFederation.RunAsync(Tiny with { Algorithm = "fedavg" }, network: Network);
        var one = await TinyFederation.RunAsync(Tiny, network: Network);

        Assert.Equal(average.Rounds.Select(HashOf), own.Rounds.Select(HashOf));
        Assert.NotEqual(average.Global.Sha256(), one.Global.Sha256());
    }

    /// <summary>Statistics included; whatever momentum, weight decay and clipping would do.</summary>
    [Theory, MemberData(nameof(Optimizers))]
    public void A_part_that_is_frozen_stays_as_it_is_to_the_bit(string optimizer, double momentum, double decay)
    {
        var (body, head) = (Body, Selection.All(Network.Layout.Count).Except(Body));
        var experiment = Tiny with { Optimizer = optimizer, Momentum = momentum, WeightDecay = decay, MaxGradientNorm = 1 };
        using var workspace = Workspace.Of(experiment);
        var training = Start(experiment, workspace);
        var received = training.Initial;

        training.Run(epochs: 2, trainable: head);
        var between = training.Values.ToArray();
        training.Run(epochs: 1, trainable: body);

        Assert.Equal(body.Gather(received.Values), body.Gather(between));
        Assert.NotEqual(head.Gather(received.Values), head.Gather(between));
        Assert.Equal(head.Gather(between), head.Gather(training.Values));
        Assert.NotEqual(body.Gather(between), body.Gather(training.Values));
        Assert.Equal(6 * 2, received.Statistics.Length);
        Assert.Every(Enumerable.Range(Network.Layout.ParameterCount, 12).ToArray(), i => Assert.True(body[i])); // the body's statistics
    }

    /// <summary>Of two epochs for the body a straggler has one or two in all.</summary>
    [Theory, InlineData(1, false), InlineData(2, true), InlineData(3, true)]
    public void Stragglers_train_both_parts_where_they_have_two_epochs(int epochs, bool trainsHead)
    {
        using var workspace = Workspace.Of(Tiny);
        var (body, training) = (Body, Start(Tiny, workspace));
        var (head, received) = (Selection.All(body.Count).Except(body), training.Initial.Values.ToArray());

        new FedRep(0) { BodyEpochs = 2 }.ClientUpdate(training, epochs);

        Assert.Equal(trainsHead, !head.Gather(received).SequenceEqual(head.Gather(training.Values)));
        Assert.NotEqual(body.Gather(received), body.Gather(training.Values));
    }

    /// <summary>An optimiser that starts anew forgets: the body moves in its phase as if there had been no phase of the head before, and
    /// clipping is by the gradient of the part alone.</summary>
    [Fact]
    public void The_optimizer_of_the_body_has_no_past()
    {
        var experiment = Tiny with { Optimizer = "Adam", BatchSize = 0, NoShuffle = true, MaxGradientNorm = 0.1 };
        var (body, head) = (Body, Selection.All(Network.Layout.Count).Except(Body));
        using var workspace = Workspace.Of(experiment);
        var training = Start(experiment, workspace);
        training.Run(epochs: 2, trainable: head);
        var between = new Weights(Network.Layout, training.Values.ToArray());
        training.Run(epochs: 1, trainable: body);
        var after = training.Values.ToArray();

        var fresh = Start(experiment, workspace, between);
        fresh.Run(epochs: 1, trainable: body);

        Assert.Equal(after, fresh.Values.ToArray());
    }

    /// <summary>Without other parts frozen it is a run as any other.</summary>
    [Fact]
    public void A_run_in_which_everything_is_trainable_is_an_ordinary_one()
    {
        using var workspace = Workspace.Of(Tiny);
        var training = Start(Tiny, workspace);
        training.Run(epochs: 2, trainable: Selection.All(Network.Layout.Count));
        var all = training.Values.ToArray();

        var plain = Start(Tiny, workspace);
        plain.Run(epochs: 2);

        Assert.Equal(plain.Values.ToArray(), all);
    }

    [Fact]
    public async Task With_all_layers_personal_nothing_reaches_the_server()
    {
        var outcome = await TinyFederation.RunAsync(Tiny.WithOption("personalLayers", 9), network: Network);

        Assert.Equal(TinyFederation.Initial(Tiny, Network).Sha256(), outcome.Global.Sha256());
        Assert.True(outcome.Rounds[^1].Report.ClientsPersonalIn!["loss"].Equal < outcome.Rounds[0].Report.ClientsPersonalIn!["loss"].Equal);
    }

    [Theory, InlineData(1, true), InlineData(2, false)]
    public void Epochs_must_be_left_for_the_head(int epochs, bool isRefused)
    {
        var refusals = ExperimentRules.Violations(FinishedRuns.Small with { Algorithm = "fedrep", LocalEpochs = epochs });

        Assert.Equal(
            isRefused
                ? ["Experiment.Algorithm fedrep: 1 local epochs leave none for the personal layers. "
                    + "Accepted: Experiment.LocalEpochs above Options.BodyEpochs, which is 1."]
                : Array.Empty<string>(),
            refusals);
    }

    static LocalTraining Start(Experiment experiment, Workspace workspace, Weights? from = null)
    {
        var data = TinyFederation.Data(experiment);
        return new(
            experiment, workspace, Catalog.Criteria[experiment.Criterion], Network,
            new ClientTask(
                ClientWork.Train, 1, 0.05, from ?? TinyFederation.Initial(experiment, Network), Mask.Dense(Network.Layout)),
            client: 0, new Unaugmented(data.Train), data.Clients[0].Train, new NoMemory(), default);
    }

    static string HashOf(RoundResult round) => round.State.Server.Weights.Sha256();
}
