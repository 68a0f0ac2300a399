using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Working memory of one worker thread: a module with its optimiser's state, and one batch. Reused for one client after another,
/// so that a run's memory grows with its workers and not with its clients.</summary>
/// <param name="optimizer">Trains the modules.</param>
/// <param name="precision">What they train in.</param>
/// <param name="kernels">What computes their training passes.</param>
sealed class Workspace(
    Optimizer optimizer, TrainingPrecision precision = TrainingPrecision.Fp32, TrainingKernels kernels = TrainingKernels.Torch)
    : IDisposable
{
    static Workspace() => NativeHeap.KeepWhatIsFreed();

    NetworkModule<float>? _module;
    Stepper<float>? _stepper;
    Tensor? _input, _targets;
    int _capacity;
    Weights? _loaded;

    /// <summary>The network with the values of the client in work.</summary>
    public NetworkModule<float> Module => _module!;

    /// <summary>The optimiser's state for it.</summary>
    public Stepper<float> Stepper => _stepper!;

    /// <summary>Puts weights into a module of their network, unless they are there already.</summary>
    public void Load(Network network, Weights weights)
    {
        if (ReferenceEquals(_loaded, weights)) return;
        Use(network);
        weights.Values.CopyTo(Module.Values);
        _loaded = weights;
    }

    /// <summary>Puts weights into a module that training will change, and starts the optimiser anew.</summary>
    public void LoadForTraining(Network network, Weights weights)
    {
        Load(network, weights);
        _loaded = null;
        Module.ZeroGradients();
        Stepper.Reset();
    }

    /// <summary>Reads samples into the batch buffers.</summary>
    /// <returns>Views of the buffers, in the caller's dispose scope, good until the next call: float32 [N, C, H, W], and the truth as
    /// int64 [N T] for classes (T of them per sample) or float32 [N] for numbers.</returns>
    public (Tensor Input, Tensor Targets) Read(SampleSet samples, ReadOnlySpan<int> rows, KeyedRandom? augmentation)
    {
        var targets = samples.Targets;
        var count = rows.Length * targets.PerSample;
        Reserve(rows.Length, samples.Shape, targets);
        samples.Read(rows, MemoryMarshal.Cast<byte, float>(_input!.bytes)[..(rows.Length * samples.Shape.Length)], augmentation);
        if (targets.AreNumbers) targets.Read(rows, MemoryMarshal.Cast<byte, float>(_targets!.bytes)[..count]);
        else targets.Read(rows, MemoryMarshal.Cast<byte, long>(_targets!.bytes)[..count]);
        return (_input.narrow(0, 0, rows.Length), _targets.narrow(0, 0, count));
    }

    public void Dispose()
    {
        _input?.Dispose();
        _targets?.Dispose();
        _module?.Dispose();
    }

    /// <summary>Makes a module of that shape, in place of the one there was: after exploration no client holds
    /// the full network any more.</summary>
    void Use(Network network)
    {
        if (_module is not null && _module.Network.Layout.Equals(network.Layout)) return;
        _module?.Dispose();
        _module = new NetworkModule<float>(network, precision, kernels);
        _stepper = optimizer.Start<float>(network.Layout.ParameterCount);
    }

    void Reserve(int rows, SampleShape shape, Targets targets)
    {
        if (rows <= _capacity) return;
        _input?.Dispose();
        _targets?.Dispose();
        _input = zeros([rows, shape.Channels, shape.Height, shape.Width], ScalarType.Float32).DetachFromDisposeScope();
        _targets = zeros([rows * targets.PerSample], targets.AreNumbers ? ScalarType.Float32 : ScalarType.Int64).DetachFromDisposeScope();
        _capacity = rows;
    }
}
