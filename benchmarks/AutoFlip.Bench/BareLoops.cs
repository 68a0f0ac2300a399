using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AutoFlip.Bench;

/// <summary>A cohort's batches, read ahead: each client's, in the order in which it trains on them.</summary>
/// <remarks>Pixels as float tensors [N, C, H, W], classes as int64 [N]; all epochs, so that nothing is left to do but training.</remarks>
sealed class ReadBatches : IDisposable
{
    readonly (Tensor Input, Tensor Labels)[][] _batches;

    /// <summary>Reads the batches of the first round.</summary>
    public ReadBatches(Experiment experiment, FederatedData data)
    {
        Cohort = AutoFlip.Cohort.Sample(experiment, round: 1);
        _batches = [.. Cohort.Select(client => Enumerable.Range(1, experiment.LocalEpochs).SelectMany(epoch =>
        {
            var order = data.Clients[client].Train.ToArray();
            new Seeds(experiment.Seed).For(Purpose.Shuffle, 1, client, epoch).Shuffle(order.AsSpan());
            return order.Chunk(experiment.BatchSize == 0 ? order.Length : experiment.BatchSize).Select(rows => Read(data.Train, rows))
                .ToList();
        }).ToArray())];
    }

    /// <summary>Whose they are.</summary>
    public int[] Cohort { get; }

    /// <summary>The batches of the n-th client of the cohort.</summary>
    public (Tensor Input, Tensor Labels)[] this[int member] => _batches[member];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (input, labels) in _batches.SelectMany(batches => batches))
        {
            input.Dispose();
            labels.Dispose();
        }
    }

    static (Tensor, Tensor) Read(SampleSet samples, int[] rows)
    {
        var shape = samples.Shape;
        var input = zeros([rows.Length, shape.Channels, shape.Height, shape.Width], ScalarType.Float32);
        samples.Read(rows, MemoryMarshal.Cast<byte, float>(input.bytes), augmentation: null);
        var labels = zeros([rows.Length], ScalarType.Int64);
        for (var i = 0; i < rows.Length; i++) MemoryMarshal.Cast<byte, long>(labels.bytes)[i] = samples.Labels[rows[i]];
        return (input, labels);
    }
}

/// <summary>A network and an optimiser as anybody would write them with TorchSharp.</summary>
sealed class BareTorch : IDisposable
{
    readonly nn.Module<Tensor, Tensor> _model;
    readonly Weights _initial;
    readonly Func<IEnumerable<Parameter>, optim.Optimizer> _optimizer;

    BareTorch(nn.Module<Tensor, Tensor> model, Weights initial, Func<IEnumerable<Parameter>, optim.Optimizer> optimizer)
    {
        OneDnn.Prepare(); // as a network of ours does: what is compared should be right
        (_model, _initial, _optimizer) = (model, initial, optimizer);
        Load();
    }

    /// <summary>TwoCNN and Adam.</summary>
    public static BareTorch TwoCnn(Experiment experiment, SampleShape shape, Weights initial)
    {
        int hidden = experiment.HiddenSize, classes = initial.Layout.Entries[^1].Length;
        return new(
            nn.Sequential(
                nn.Conv2d(shape.Channels, hidden, 5, padding: 1), nn.ReLU(), nn.MaxPool2d(2, padding: 1),
                nn.Conv2d(hidden, 2 * hidden, 5, padding: 1), nn.ReLU(), nn.MaxPool2d(2, padding: 1),
                nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(2 * hidden * 49, 512), nn.ReLU(), nn.Linear(512, classes)),
            initial, parameters => optim.Adam(parameters, experiment.LearningRate));
    }

    /// <summary>SimpleCNN and SGD.</summary>
    public static BareTorch SimpleCnn(Experiment experiment, SampleShape shape, Weights initial)
    {
        int features = 64 * ((shape.Height - 4) / 2) * ((shape.Width - 4) / 2), classes = initial.Layout.Entries[^1].Length;
        return new(
            nn.Sequential(
                nn.Conv2d(shape.Channels, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
                nn.Flatten(), nn.Linear(features, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, classes)),
            initial, parameters => optim.SGD(parameters, experiment.LearningRate));
    }

    /// <summary>Outputs of a batch in evaluation, in the caller's dispose scope.</summary>
    public Tensor Forward(Tensor input)
    {
        _model.eval();
        return _model.forward(input);
    }

    /// <summary>Trains a client from w_0: forward, loss, backward, step, and nothing else.</summary>
    public void Train((Tensor Input, Tensor Labels)[] batches)
    {
        Load();
        _model.train();
        using var optimizer = _optimizer(_model.parameters());
        foreach (var (input, labels) in batches)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(_model.forward(input), labels).backward();
            optimizer.step();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    void Load()
    {
        foreach (var (parameter, entry) in _model.parameters().Zip(_initial.Layout.Entries))
            _initial.Values[entry.Range].CopyTo(MemoryMarshal.Cast<byte, float>(parameter.bytes));
    }
}

/// <summary>The same loop around the engine's own network and optimiser.</summary>
sealed class BareOwn(Experiment experiment, Network network, Weights initial) : IDisposable
{
    readonly Workspace _workspace = Workspace.Of(experiment);
    readonly Selection _all = Selection.All(network.Layout.ParameterCount);
    KeyedRandom? _dropout; // of the epoch under way

    /// <summary>Trains a client of the first round from w_0.</summary>
    /// <param name="batches">All of its batches.</param>
    /// <param name="client">The client, by which dropout is drawn.</param>
    public void Train((Tensor Input, Tensor Labels)[] batches, int client)
    {
        _workspace.LoadForTraining(network, initial);
        var module = _workspace.Module;
        var steps = batches.Length / experiment.LocalEpochs;
        for (var step = 0; step < batches.Length; step++)
        {
            if (step % steps == 0) _dropout = new Seeds(experiment.Seed).For(Purpose.Dropout, 1, client, 1 + step / steps);
            using var scope = NewDisposeScope();
            var (input, labels) = batches[step];
            Catalog.Criteria[experiment.Criterion].Loss(module.Forward(input, training: true, _dropout), labels).backward();
            _workspace.Model.Step(experiment.LearningRate, _all, []);
        }
    }

    /// <summary>The model as it is now.</summary>
    public ReadOnlySpan<float> Values => _workspace.Module.Values;

    /// <inheritdoc/>
    public void Dispose() => _workspace.Dispose();
}
