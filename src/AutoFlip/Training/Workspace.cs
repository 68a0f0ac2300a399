using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>What one worker thread computes with: one module, one optimiser's state, one batch. Reused for client after client, so
/// that a run's memory grows with its workers and not with its clients.</summary>
sealed class Workspace : IDisposable
{
    Tensor? _input, _labels;
    int _capacity;
    Weights? _loaded;

    /// <summary>Allocates all of it.</summary>
    public Workspace(Network network, Optimizer optimizer)
    {
        Module = new NetworkModule<float>(network);
        Stepper = optimizer.Start<float>(network.Layout.ParameterCount);
    }

    /// <summary>The network with the values of the client in work.</summary>
    public NetworkModule<float> Module { get; }

    /// <summary>The optimiser's state for it.</summary>
    public Stepper<float> Stepper { get; }

    /// <summary>Puts weights into the module, unless they are there already.</summary>
    public void Load(Weights weights)
    {
        if (ReferenceEquals(_loaded, weights)) return;
        weights.Values.CopyTo(Module.Values);
        _loaded = weights;
    }

    /// <summary>Puts weights into the module that training will change, and starts the optimiser anew.</summary>
    public void LoadForTraining(Weights weights)
    {
        Load(weights);
        _loaded = null;
        Module.ZeroGradients();
        Stepper.Reset();
    }

    /// <summary>Reads samples into the batch buffers.</summary>
    /// <returns>Views of the buffers, [N, C, H, W] float32 and [N] int64, in the caller's dispose scope, good until the next call.</returns>
    public (Tensor Input, Tensor Labels) Read(SampleSet samples, ReadOnlySpan<int> rows, KeyedRandom? augmentation)
    {
        Reserve(rows.Length, samples.Shape);
        samples.Read(rows, MemoryMarshal.Cast<byte, float>(_input!.bytes)[..(rows.Length * samples.Shape.Length)], augmentation);
        var labels = MemoryMarshal.Cast<byte, long>(_labels!.bytes);
        var all = samples.Labels;
        for (var i = 0; i < rows.Length; i++) labels[i] = all[rows[i]];
        return (_input.narrow(0, 0, rows.Length), _labels.narrow(0, 0, rows.Length));
    }

    public void Dispose()
    {
        _input?.Dispose();
        _labels?.Dispose();
        Module.Dispose();
    }

    void Reserve(int rows, SampleShape shape)
    {
        if (rows <= _capacity) return;
        _input?.Dispose();
        _labels?.Dispose();
        _input = zeros([rows, shape.Channels, shape.Height, shape.Width], ScalarType.Float32).DetachFromDisposeScope();
        _labels = zeros([rows], ScalarType.Int64).DetachFromDisposeScope();
        _capacity = rows;
    }
}
