using TorchSharp;

namespace AutoFlip.Tests;

public class NetworkModuleTests
{
    static readonly SampleShape Image = new(3, 24, 24);
    static readonly Criterion Loss = new CrossEntropy();

    [Fact]
    public void Values_are_the_weights_that_layers_compute_with()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(new NetworkBuilder("test", new(2, 1, 1)).Flatten().Linear(1).Build(1));
        float[] weights = [2, 3, 10]; // y = 2a + 3b + 10

        weights.CopyTo(module.Values);

        Assert.Equal(2 * 5 + 3 * 7 + 10, module.Forward(torch.tensor(new float[] { 5, 7 }, [1, 2, 1, 1]), false).item<float>());
    }

    [Fact]
    public void Backward_adds_to_the_gradients_in_place()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(new NetworkBuilder("test", new(2, 1, 1)).Flatten().Linear(1).Build(1));
        void Backward() => module.Forward(torch.tensor(new float[] { 5, 7 }, [1, 2, 1, 1]), true).sum().backward();

        Backward();
        Assert.Equal([5, 7, 1], module.Gradients.ToArray());

        Backward();
        Assert.Equal([10, 14, 2], module.Gradients.ToArray());

        module.ZeroGradients();
        Backward();
        Assert.Equal([5, 7, 1], module.Gradients.ToArray());
    }

    [Fact]
    public void Training_moves_running_statistics_and_evaluation_does_not()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<double>(new NetworkBuilder("test", new(1, 1, 2)).BatchNorm2d().Flatten().Linear(1).Build(1));
        module.Values[module.Network.Layout["0.running_var"].Offset] = 1;
        var input = torch.tensor(new double[] { 1, 2, 3, 6 }, [2, 1, 1, 2]); // mean 3, unbiased variance (4 + 1 + 0 + 9) / 3

        module.Forward(input, training: false);
        Assert.Equal([0, 1], module.Values[module.Network.Layout.ParameterCount..].ToArray());

        module.Forward(input, training: true);
        double[] want = [0.1 * 3, 0.9 + 0.1 * 14 / 3];
        Assert.Equal(want, module.Values[module.Network.Layout.ParameterCount..].ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Training_batch_norm_on_one_value_per_channel_is_refused_and_changes_nothing()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(new NetworkBuilder("test", new(2, 1, 1)).BatchNorm2d().Flatten().Linear(1).Build(1));
        module.Values.Fill(1);

        var error = Assert.Throws<AutoFlipException>(() => module.Forward(torch.ones(1, 2, 1, 1), training: true));

        Assert.Contains("Experiment.BatchSize", error.Message, StringComparison.Ordinal);
        Assert.Every(module.Values.ToArray(), value => Assert.Equal(1, value));
        Assert.Equal(3, module.Forward(torch.ones(1, 2, 1, 1), training: false).item<float>()); // ((1 - 1) + 1) twice, plus 1
    }

    [Fact]
    public void Evaluation_records_no_graph()
    {
        using var scope = torch.NewDisposeScope();
        using var module = Load(TwoCnn.Create(Image, 10, new ModelOptions { HiddenSize = 4 }));

        Assert.False(module.Forward(Batch(), training: false).requires_grad);
        Assert.True(module.Forward(Batch(), training: true).requires_grad);
    }

    [Theory, InlineData("TwoCNN"), InlineData("ResNet10"), InlineData("VGG9BN"), InlineData("TwoNN"), InlineData("MobileNet")]
    [InlineData("MobileNeXt"), InlineData("SqueezeNet"), InlineData("WideResNet")]
    public void Training_leaves_no_tensor_behind(string model)
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var module = Load(Catalog.Models[model](Image, 10, SmallModels.Of(model).Options with { Dropout = 0.5 })))
        {
            var during = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

            for (var step = 0; step < 3; step++) Train(module, step);

            Assert.Equal(during, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Module_outlives_the_dispose_scope_it_was_made_in()
    {
        NetworkModule<float> module;
        using (torch.NewDisposeScope()) module = Load(TwoCnn.Create(Image, 10, new ModelOptions { HiddenSize = 4 }));

        using (module) Train(module, 0);
    }

    [Fact]
    public void Forward_without_a_scope_gives_its_result_to_the_caller()
    {
        using var module = Load(TwoCnn.Create(Image, 10, new ModelOptions { HiddenSize = 4 }));
        using var input = Batch().DetachFromDisposeScope();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        using (var output = module.Forward(input, training: false)) Assert.Equal([6, 10], output.shape);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.False(input.IsInvalid);
    }

    [Theory, InlineData("TwoCNN", 1), InlineData("TwoCNN", 3), InlineData("TwoNN", 3), InlineData("LogReg", 1)]
    public void Forward_leaves_its_input_as_it_was(string model, int channels)
    {
        using var scope = torch.NewDisposeScope();
        using var module = Load(Catalog.Models[model](new(channels, 24, 24), 10, new ModelOptions { HiddenSize = 4 }));
        var input = Batch(channels);
        var copy = input.bytes.ToArray();

        module.Forward(input, training: true);

        Assert.Equal(copy, input.bytes.ToArray());
    }

    [Fact]
    public void What_two_branches_read_is_not_overwritten()
    {
        // On x = (-1, 2): relu(x) - x = (0, 2) - (-1, 2) = (1, 0). Had the rectifier overwritten x, it would be (0, 0).
        using var scope = torch.NewDisposeScope();
        var network = new NetworkBuilder("test", new(1, 1, 2))
            .Conv2d(1, 1, bias: false)
            .Fork("add", new Add(), ("plain", p => p.ReLU()), ("negated", n => n.Conv2d(1, 1, bias: false)))
            .Flatten().Linear(2)
            .Build(2);
        using var module = new NetworkModule<float>(network);
        float[] weights = [1, -1, 1, 0, 0, 1, 0, 0]; // identity, minus, identity matrix, no offset
        weights.CopyTo(module.Values);

        Assert.Equal([1, 0], module.Forward(torch.tensor(new float[] { -1, 2 }, [1, 1, 1, 2]), true).data<float>().ToArray());
    }

    [Fact]
    public void Modules_on_two_threads_do_not_disturb_each_other_while_memory_is_collected()
    {
        // Finalizers of native objects that are still in use would show here as an exception or as other values.
        float[] alone = Run();
        var together = new float[2][];
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() => together[i] = Run())).ToList();

        foreach (var thread in threads) thread.Start();
        while (threads.Any(thread => thread.IsAlive))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(alone, together[0]);
        Assert.Equal(alone, together[1]);

        static float[] Run()
        {
            torch.set_num_threads(1);
            using var module = Load(LeNet.Create(Image, 10, new ModelOptions { HiddenSize = 8, Dropout = 0.3 }));
            var stepper = new Adam().Start<float>(module.Network.Layout.ParameterCount);
            for (var step = 0; step < 50; step++)
            {
                Train(module, step);
                stepper.Step(module.Parameters, module.Gradients, 0.01);
            }
            return module.Values.ToArray();
        }
    }

    [Fact]
    public void Disposed_module_refuses_to_work()
    {
        var module = Load(TwoNn.Create(Image, 10, new ModelOptions()));
        module.Dispose();
        module.Dispose();

        Assert.Throws<ObjectDisposedException>(() => module.Values.Length);
        Assert.Throws<ObjectDisposedException>(() => module.Gradients.Length);
        using var input = Batch().DetachFromDisposeScope();
        Assert.Throws<ObjectDisposedException>(() => module.Forward(input, false));
    }

    [Fact]
    public void Elements_other_than_float_and_double_are_refused() =>
        Assert.Throws<NotSupportedException>(() => new NetworkModule<Half>(TwoNn.Create(Image, 10, new ModelOptions())));

    [Fact]
    public void Pooling_before_rectifying_changes_no_bit()
    {
        // The module swaps the two. Small integers make every sum exact, so that layouts cannot differ either, and give many ties.
        using var scope = torch.NewDisposeScope();
        var network = new NetworkBuilder("test", new(2, 7, 7))
            .Conv2d(3, 3, padding: 1).ReLU().MaxPool2d(2, padding: 1).Flatten().Linear(2)
            .Build(2);
        using var module = new NetworkModule<float>(network);
        var random = new KeyedRandom(4);
        foreach (ref var value in module.Values) value = random.Next(5) - 2;
        var input = torch.tensor(Enumerable.Range(0, 5 * 2 * 49).Select(_ => (float)random.Next(5) - 2).ToArray(), [5, 2, 7, 7]);

        var output = module.Forward(input, training: true);
        output.sum().backward();

        var leaves = network.Layout.Entries.Select(entry => torch
            .tensor(module.Values[entry.Range].ToArray(), [.. entry.Shape.Select(size => (long)size)]).requires_grad_()).ToList();
        var hidden = torch.nn.functional.conv2d(input, leaves[0], leaves[1], padding: [1, 1]).relu();
        var pooled = torch.nn.functional.max_pool2d(hidden, [2, 2], [2, 2], [1, 1]);
        var want = torch.nn.functional.linear(pooled.flatten(1), leaves[2], leaves[3]);
        want.sum().backward();
        Assert.Equal(want.data<float>().ToArray(), output.data<float>().ToArray());
        Assert.Equal(leaves.SelectMany(leaf => leaf.grad!.contiguous().data<float>().ToArray()), module.Gradients.ToArray());
    }

    [Fact]
    public void A_network_that_changes_nothing_returns_a_tensor_of_its_own()
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(new NetworkBuilder("test", new(3, 1, 1)).Dropout(0.5).Flatten().Dropout(0.5).Build(3));
        var input = torch.ones(2, 3, 1, 1);

        module.Forward(input, training: false).Dispose();

        Assert.Equal(6, input.sum().item<float>());
    }

    [Fact]
    public void Average_pooling_averages()
    {
        using var scope = torch.NewDisposeScope();
        var network = new NetworkBuilder("test", new(1, 2, 4)).Then(new AvgPool2d(2, 2)).Flatten().Linear(2).Build(2);
        using var module = new NetworkModule<float>(network);
        float[] weights = [1, 0, 0, 1, 0, 0];
        weights.CopyTo(module.Values);

        var output = module.Forward(torch.tensor(new float[] { 1, 2, 5, 6, 3, 4, 7, 8 }, [1, 1, 2, 4]), false);

        Assert.Equal([2.5f, 6.5f], output.data<float>().ToArray()); // (1+2+3+4)/4, (5+6+7+8)/4
    }

    static NetworkModule<float> Load(Network network)
    {
        var module = new NetworkModule<float>(network);
        Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(module.Values);
        return module;
    }

    static void Train(NetworkModule<float> module, int step)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = module.Forward(Batch(module.Network.Input.Channels), training: true, new Seeds(1).For(Purpose.Dropout, part: step));
        Loss.Loss(outputs, torch.tensor([0L, 1, 2, 3, 4, 5])).backward();
    }

    static torch.Tensor Batch(int channels = 3)
    {
        var random = new KeyedRandom(9);
        return torch.tensor(Enumerable.Range(0, 6 * channels * 24 * 24).Select(_ => random.NextSingle()).ToArray(), [6, channels, 24, 24]);
    }
}
