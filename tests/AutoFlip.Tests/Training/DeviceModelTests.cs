using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>The path for devices, on the processor, against the processor's own: one module at a time.</summary>
[Trait("speed", "slow")]
public class DeviceModelTests
{
    /// <summary>Layers as a GPU computes them, on the processor.</summary>
    static readonly ComputeDevice Rewritten = ComputeDevice.Generic with { RewritesLayers = true };

    public static IEnumerable<TheoryDataRow<string, TrainingPrecision>> Networks =>
        from row in LawNetworks.Names
        from precision in new[] { TrainingPrecision.Fp32, TrainingPrecision.Bf16 }
        select new TheoryDataRow<string, TrainingPrecision>(row.Data, precision);

    /// <summary>Every layer and architecture, with dropout, a mask of single weights, clipping and weight decay: scores, gradients,
    /// weights and statistics after three steps.</summary>
    [Theory, MemberData(nameof(Networks))]
    public void A_network_trains_to_the_same_bits(string name, TrainingPrecision precision)
    {
        torch.set_num_threads(1);
        var network = LawNetworks.Of(name);

        var (want, got) = (Train(network, precision, ComputeDevice.Cpu), Train(network, precision, ComputeDevice.Generic));

        Assert.Every(want.Zip(got), pair => Assert.Equal(Bits(pair.First), Bits(pair.Second)));
        Assert.NotEqual(want[2], want[5]); // it did train
    }

    /// <summary>Networks with a layer that is rewritten.</summary>
    public static IEnumerable<TheoryDataRow<string>> WithRewrittenLayers => LawNetworks.Names.Where(row =>
        LawNetworks.Of(row.Data).Nodes.Any(node => node.Layer is Attention or SelfAttention or AdaptiveAvgPool2d { Size: > 1 }));

    /// <summary>Means by a product of matrices, and attention by two: the same function, in another order of sums. In double, with means
    /// that are known to float: 1/9 is off by 2^-27 of itself at most, and the share of such an error in a result is as small.</summary>
    [Theory, MemberData(nameof(WithRewrittenLayers))]
    public void Layers_that_are_rewritten_for_GPUs_compute_the_same_function(string name)
    {
        torch.set_num_threads(1);
        var network = LawNetworks.Of(name);
        (double[] Scores, double[] Gradients) Run(ComputeDevice device)
        {
            using var scope = torch.NewDisposeScope();
            using var module = new NetworkModule<double>(network, TrainingPrecision.Fp32, TrainingKernels.Torch, device);
            double[] weights = [.. LawNetworks.Fill(network, new KeyedRandom(3)).Values.ToArray().Select(value => (double)value)];
            module.Upload(weights);
            var shape = network.Input;
            var input = torch.tensor(
                LawNetworks.Samples(network, new KeyedRandom(2)), [3, shape.Channels, shape.Height, shape.Width]);
            var scores = module.Forward(input, training: true);
            scores.sin().sum().backward();
            var gradients = new double[network.Layout.ParameterCount];
            HostCopy.Read<double>(module.FlatGradients, gradients);
            return (scores.contiguous().data<double>().ToArray(), gradients);
        }

        var (want, got) = (Run(ComputeDevice.Generic), Run(Rewritten));

        void Near(double[] expected, double[] actual)
        {
            var length = Math.Sqrt(expected.Sum(value => value * value));
            var distance = Math.Sqrt(expected.Zip(actual, (a, b) => (a - b) * (a - b)).Sum());
            Assert.InRange(distance, 0, 1e-5 * length);
        }
        Near(want.Scores, got.Scores);
        Near(want.Gradients, got.Gradients);
    }

    /// <summary>torch's device without memory: whatever reads a value there throws, as a GPU's memory would not be read. It has no
    /// convolutions.</summary>
    [Fact]
    public void A_step_reads_no_memory_of_the_device()
    {
        var meta = new ComputeDevice("meta", DeviceType.META, 0) { RewritesLayers = true };
        var network = new NetworkBuilder("dense", new(1, 4, 4)).Flatten().Linear(5).ReLU().Then(new Dropout(0.5)).Linear(3).Build(3);
        foreach (var optimizer in (Optimizer[])[new Sgd(0.9) { MaxGradientNorm = 1 }, new Adam { WeightDecay = 0.1 }])
        {
            using var scope = torch.NewDisposeScope();
            using var module = new NetworkModule<float>(network, TrainingPrecision.Fp32, TrainingKernels.Own, meta);
            using var model = TrainedModel.Of(module, optimizer, meta);
            model.Set(new float[network.Layout.Count]);
            var scores = module.Forward(meta.Send(torch.ones(2, 1, 4, 4)), training: true, new KeyedRandom(1));
            var loss = new CrossEntropy().Loss(scores, meta.Send(torch.zeros(2, torch.ScalarType.Int64)));
            using var readout = new Readout(new Outputs(2, 3, Targets.Classes([0, 0])), meta);
            readout.Add(scores, torch.zeros(2, torch.ScalarType.Int64), loss);
            loss.backward();
            model.Observe(new FisherGuidance().Measure(network.Layout));
            model.Step(0.1, Half(network.Layout.ParameterCount), [new(3, 0.5), new(network.Layout.ParameterCount - 3, 1)]);

            Assert.ThrowsAny<Exception>(() => model.Values.ToArray());
            Assert.ThrowsAny<Exception>(readout.Read);
        }
    }

    [Theory, InlineData("TwoCNN"), InlineData("ResNet10"), InlineData("NextCharLSTM"), InlineData("DistilBert")]
    public void Training_leaves_no_tensor_behind(string name)
    {
        torch.set_num_threads(1);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Train(LawNetworks.Of(name), TrainingPrecision.Fp32, ComputeDevice.Generic);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory, InlineData("cpu"), InlineData("cpu-generic")]
    public void A_client_s_training_leaves_no_tensor_behind(string device)
    {
        var experiment = TinyFederation.Experiment with { Pruner = Experiment.NoPruner, Dropout = 0.2, MaxGradientNorm = 1 };
        var (network, data) = (TinyFederation.Network(experiment), TinyFederation.Data(experiment));
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var workspace = Workspace.Of(experiment, device: ComputeDevice.TryParse(device)))
        {
            var mask = Mask.Dense(network.Layout);
            var task = new ClientTask(ClientWork.Train, 1, 0.01, TinyFederation.Initial(experiment), mask);
            var probe = new SaliencyGuidance().Measure(network.Layout);
            var training = new LocalTraining(
                experiment, workspace, new CrossEntropy(), network, task, 0, data.Train, data.Clients[0].Train, new NoMemory(), default)
            {
                Probe = probe,
            };
            training.Run(2, adjustGradients: (w, g) => ProximalPull.Add(0.1, w, training.Initial.Parameters, g));
            training.FullGradient(new float[network.Layout.ParameterCount]);
            probe.Report(training.Initial.Parameters, training.Values[..network.Layout.ParameterCount]);
            Assert.InRange(training.Loss(), 0.01, 2); // of three classes
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>A hook with a form for devices touches no memory of the host: its form for the host would throw.</summary>
    [Fact]
    public void A_hook_with_a_form_for_devices_stays_there()
    {
        var network = LawNetworks.Of("chain");
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network, TrainingPrecision.Fp32, TrainingKernels.Torch, ComputeDevice.Generic);
        using var model = TrainedModel.Of(module, new Sgd(), ComputeDevice.Generic);
        float[] ones = [.. Enumerable.Repeat(1f, network.Layout.ParameterCount)];
        model.Set(ones);

        for (var step = 0; step < 2; step++)
            model.Adjust((_, _) => throw new NotSupportedException(), (w, g, vectors) =>
            {
                g.add_(w.add(vectors.Of(ones), Scalars.One), Scalars.One);
                return true;
            });
        model.AdjustParameters(_ => throw new NotSupportedException(), (w, g, _) =>
        {
            w.copy_(g);
            return true;
        });

        Assert.Every(model.Values[..ones.Length].ToArray(), value => Assert.Equal(4, value)); // twice 1 + 1
        Assert.Throws<NotSupportedException>(() => model.Adjust((_, _) => throw new NotSupportedException(), (_, _, _) => false));
    }

    [Fact]
    public void Values_of_a_device_are_not_memory_of_the_host()
    {
        using var module = new NetworkModule<float>(
            LawNetworks.Of("chain"), TrainingPrecision.Fp32, TrainingKernels.Torch, ComputeDevice.Generic);

        Assert.Throws<InvalidOperationException>(() => module.Values.Length);
    }

    /// <summary>Scores, gradients and values of each of three steps.</summary>
    static List<float[]> Train(Network network, TrainingPrecision precision, ComputeDevice device)
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network, precision, TrainingKernels.Torch, device);
        using var model = TrainedModel.Of(module, new Adam { WeightDecay = 0.01, MaxGradientNorm = 0.5 }, device);
        var kept = Half(network.Layout.ParameterCount);
        var weights = LawNetworks.Fill(network, new KeyedRandom(3)).ToArray();
        kept.Apply(weights.AsSpan(0, kept.Count));
        model.Set(weights);
        var shape = network.Input;
        var (samples, dropout) = (new KeyedRandom(2), new KeyedRandom(4));
        var seen = new List<float[]>();
        for (var step = 0; step < 3; step++)
        {
            using var inner = torch.NewDisposeScope();
            var values = Array.ConvertAll(LawNetworks.Samples(network, samples), value => (float)value);
            var input = torch.tensor(values, [3, shape.Channels, shape.Height, shape.Width]).clone(); // aligned as tensors are
            var scores = module.Forward(device.IsHost ? input : device.Send(input), training: true, dropout);
            scores.sin().sum().backward();
            model.Passed();
            var gradients = new float[kept.Count];
            model.CopyGradients(gradients);
            model.Step(0.01, kept, []);
            seen.AddRange([scores.contiguous().data<float>().ToArray(), gradients, model.Values.ToArray()]);
        }
        return seen;
    }

    static Selection Half(int count) => Selection.Of([.. Enumerable.Range(0, count).Select(i => i % 3 != 1)]);

    static uint[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToUInt32Bits)];
}
