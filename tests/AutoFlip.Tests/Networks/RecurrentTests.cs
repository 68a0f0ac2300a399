using System.Numerics;
using System.Numerics.Tensors;
using TorchSharp;

namespace AutoFlip.Tests;

public class RecurrentTests
{
    /// <summary>
    /// One cell, x = 1 then 0. sigmoid(ln 3) = 3/4, tanh(ln 2) = 3/5. Weights of x: i ln 3, g ln 2; of h: g 1; offset of f: ln 3.
    /// Step 1: i = 3/4, g = 3/5, o = 1/2: c = 9/20, h = tanh(9/20) / 2. Step 2: i = 1/2, f = 3/4, g = tanh(h): c = 27/80 + tanh(h) / 2.
    /// </summary>
    [Fact]
    public void An_lstm_is_its_formula()
    {
        double[] values = [
            Math.Log(3), 0, Math.Log(2), 0, /* h */ 0, 0, 1, 0, /* bias_ih */ 0, 0, 0, 0, /* bias_hh */ 0, Math.Log(3), 0, 0];

        var outputs = Networks.Run(Steps(2, 1).Lstm(1).Build(1), values, [1, 0]);

        var first = 0.5 * Math.Tanh(9 / 20.0);
        Assert.Equal([first, 0.5 * Math.Tanh(27 / 80.0 + 0.5 * Math.Tanh(first))], outputs, Near);
    }

    /// <summary>
    /// One cell, x = 1 then 0. Weight of x: r ln 3; offset of h in n: (4/3) ln 2. Step 1: r = 3/4, z = 1/2, n = tanh(r (4/3) ln 2) = 3/5,
    /// h = n/2 = 3/10. Step 2: r = 1/2, n = tanh((2/3) ln 2), h = n/2 + 3/20.
    /// </summary>
    [Fact]
    public void A_gru_is_its_formula()
    {
        double[] values = [Math.Log(3), 0, 0, /* h */ 0, 0, 0, /* bias_ih */ 0, 0, 0, /* bias_hh */ 0, 0, 4 / 3.0 * Math.Log(2)];

        var outputs = Networks.Run(Steps(2, 1).Gru(1).Build(1), values, [1, 0]);

        Assert.Equal([0.3, 0.5 * Math.Tanh(2 / 3.0 * Math.Log(2)) + 0.15], outputs, Near);
    }

    [Theory, InlineData("lstm", 1), InlineData("lstm", 3), InlineData("gru", 1), InlineData("gru", 3)]
    public void Outputs_and_gradients_are_those_of_torchs_module_to_the_bit(string kind, int layers)
    {
        CompareToModule<float>(kind, layers, torch.ScalarType.Float32);
        CompareToModule<double>(kind, layers, torch.ScalarType.Float64);
    }

    [Fact]
    public void Layers_of_a_stack_have_PyTorchs_names_and_sizes()
    {
        var network = new NetworkBuilder("test", new(9, 1, 1))
            .Sequence("features", f => f.Embedding(20, 8).Lstm(5, layers: 2, dropout: 0.1))
            .Then(new LastStep(), "last").Linear(3, "classifier").Build(3);

        Assert.Equal(
            [
                "features.0.weight [20, 8]",
                "features.1.weight_ih_l0 [20, 8]", "features.1.weight_hh_l0 [20, 5]", "features.1.bias_ih_l0 [20]",
                "features.1.bias_hh_l0 [20]",
                "features.1.weight_ih_l1 [20, 5]", "features.1.weight_hh_l1 [20, 5]", "features.1.bias_ih_l1 [20]",
                "features.1.bias_hh_l1 [20]",
                "classifier.weight [3, 5]", "classifier.bias [3]",
            ],
            network.Layout.Entries.Select(entry => entry.ToString()));
        Assert.Equal(
            ["input", "features.0", "features.1_l0", "features.1_dropout1", "features.1_l1", "last", "classifier"],
            network.Nodes.Select(node => node.Name));
        Assert.Equal(["0.weight_ih_l0", "0.weight_hh_l0", "0.bias_ih_l0", "0.bias_hh_l0"], // a layer by itself
            new NetworkBuilder("test", new(1, 3, 4)).Then(new RowSequence(), "rows").Then(new Gru(5))
                .Build(5).Layout.Entries.Select(entry => entry.Name));
    }

    /// <summary>9 steps. LSTM: 4*5 rows of 8 + 5 columns, then of 5 + 5; the table is only read. Linear: 3 * 5, at the last step.</summary>
    [Fact]
    public void Multiply_accumulates_count_every_step()
    {
        var network = new NetworkBuilder("test", new(9, 1, 1)).Embedding(20, 8).Lstm(5, layers: 2).LastStep().Linear(3).Build(3);
        var steps = new NetworkBuilder("test", new(1, 9, 8)).RowSequence().Gru(5).Linear(3).Build(3); // GRU: 3*5 rows; Linear at 9 steps

        Assert.Equal(9 * 20 * (8 + 5) + 9 * 20 * (5 + 5) + 3 * 5, network.MacsPerSample);
        Assert.Equal(9 * 15 * (8 + 5) + 9 * 3 * 5, steps.MacsPerSample);
    }

    [Fact]
    public void Dropout_stands_between_layers_and_draws_from_the_given_stream()
    {
        var network = Steps(3, 4).Lstm(5, layers: 2, dropout: 0.5).Build(5);
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<double>(network);
        var random = new KeyedRandom(2);
        foreach (ref var value in module.Values) value = random.NextGaussian();
        var input = torch.ones([2, 1, 3, 4], torch.float64);
        double[] Forward(bool training, ulong seed) => [.. module.Forward(input, training, new KeyedRandom(seed)).data<double>()];

        Assert.Equal(Forward(true, 1), Forward(true, 1));
        Assert.NotEqual(Forward(true, 1), Forward(true, 2));
        Assert.Equal(Forward(false, 1), Forward(false, 2));
    }

    [Fact]
    public void Threads_that_train_side_by_side_compute_what_one_alone_does()
    {
        var network = new NetworkBuilder("test", new(7, 1, 1)).Embedding(11, 6).Lstm(5, layers: 2).Gru(4).LastStep().Linear(3).Build(3);
        var alone = Train(network);
        var side = new string[3];

        var threads = side.Select((_, i) => new Thread(() => side[i] = Train(network))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Every(side, hash => Assert.Equal(alone, hash));
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        var network = new NetworkBuilder("test", new(7, 1, 1)).Embedding(11, 6).Lstm(5, layers: 2, dropout: 0.5).Gru(4).LastStep().Linear(3)
            .Build(3);
        Train(network); // compiles
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Train(network);

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    /// <summary>PyTorch's defaults: the run's scheme is for matrices and kernels, and would make these
    /// two much too large or small.</summary>
    [Fact]
    public void Cells_start_uniform_within_one_over_the_root_and_tables_standard_normal()
    {
        var network = new NetworkBuilder("test", new(7, 1, 1)).Embedding(100, 50).Lstm(25).Gru(25).LastStep().Linear(3, "head").Build(3);

        var weights = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1));

        // Of n draws the mean square is within five of its own deviations: normal 1 +- 5 sqrt(2/n); uniform on
        // (-b, b) b^2/3 (1 +- 5 sqrt(0.8/n)).
        double MeanSquare(string name) => TensorPrimitives.SumOfSquares(weights[name]) / weights[name].Length;
        Assert.InRange(MeanSquare("0.weight"), 1 - 5 * Math.Sqrt(2 / 5000.0), 1 + 5 * Math.Sqrt(2 / 5000.0));
        Assert.Every(network.Layout.Entries.Where(entry => entry.Name.Contains("_l0", StringComparison.Ordinal)), entry =>
        {
            Assert.Every(weights[entry.Name].ToArray(), value => Assert.InRange(value, -0.2f, 0.2f));
            var slack = 5 * Math.Sqrt(0.8 / entry.Length);
            Assert.InRange(MeanSquare(entry.Name) / (0.04 / 3), 1 - slack, 1 + slack);
        });
        Assert.Every(weights["head.bias"].ToArray(), value => Assert.Equal(0, value));
    }

    static NetworkBuilder Steps(int steps, int features) => new NetworkBuilder("test", new(1, steps, features)).RowSequence();

    static void CompareToModule<T>(string kind, int layers, torch.ScalarType type) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        const int features = 6, hidden = 5;
        var network = (kind == "lstm" ? Steps(7, features).Lstm(hidden, layers) : Steps(7, features).Gru(hidden, layers)).Build(hidden);
        using var module = new NetworkModule<T>(network);
        var random = new KeyedRandom(5);
        foreach (ref var value in module.Values) value = T.CreateTruncating(random.NextGaussian());
        var input = torch.tensor(
            [.. Enumerable.Range(0, 4 * 7 * features).Select(_ => random.NextGaussian())], [4, 7, features]).to_type(type);

        using var lstm = torch.nn.LSTM(features, hidden, layers, batchFirst: true, dtype: type);
        using var gru = torch.nn.GRU(features, hidden, layers, batchFirst: true, dtype: type);
        var parameters = (kind == "lstm" ? lstm.parameters() : gru.parameters()).ToArray();
        using (torch.no_grad())
            foreach (var (parameter, entry) in parameters.Zip(network.Layout.Entries))
                parameter.copy_(torch.tensor(
                    module.Values[entry.Range].ToArray().Select(double.CreateTruncating).ToArray(), parameter.shape));
        var want = kind == "lstm" ? lstm.call(input).Item1 : gru.call(input).Item1;
        want.mul(want).sum().backward();

        var got = module.Forward(input.unsqueeze(1), training: true);
        got.mul(got).sum().backward();

        Assert.Equal(want.contiguous().bytes.ToArray(), got.contiguous().bytes.ToArray());
        foreach (var (parameter, entry) in parameters.Zip(network.Layout.Entries))
            Assert.Equal(
                [.. parameter.grad!.to_type(torch.float64).data<double>()],
                module.Gradients[entry.Range].ToArray().Select(double.CreateTruncating));
    }

    /// <summary>A few passes over ids with fixed steps; returns the values' hash.</summary>
    static string Train(Network network)
    {
        torch.set_num_threads(1);
        using var module = new NetworkModule<float>(network);
        var random = new KeyedRandom(9);
        foreach (ref var value in module.Values) value = (float)random.NextGaussian();
        for (var step = 0; step < 5; step++)
        {
            using var scope = torch.NewDisposeScope();
            var ids = torch.tensor(
                [.. Enumerable.Range(0, 3 * network.Input.Length).Select(i => (float)(i * 5 % 11))], [3, network.Input.Channels, 1, 1]);
            module.ZeroGradients();
            var outputs = module.Forward(ids, training: true, random);
            outputs.mul(outputs).sum().backward();
            TensorPrimitives.MultiplyAdd<float>(module.Gradients, -0.01f, module.Parameters, module.Parameters);
            module.Forward(ids, training: false);
        }
        return new Weights(network.Layout, module.Values.ToArray()).Sha256();
    }

    static bool Near(double want, double got) => Math.Abs(want - got) < 1e-14;
}
