using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>Working memory of one worker thread: a module with its optimiser's state, and one batch. Reused for one client after another,
/// so that a run's memory grows with its workers and not with its clients.</summary>
/// <param name="optimizer">Trains the modules.</param>
/// <param name="precision">What they train in.</param>
/// <param name="kernels">What computes their training passes.</param>
/// <param name="device">Where they are computed; null: on the CPU.</param>
sealed class Workspace(
    Optimizer optimizer, TrainingPrecision precision = TrainingPrecision.Fp32, TrainingKernels kernels = TrainingKernels.Torch,
    ComputeDevice? device = null)
    : IDisposable
{
    static Workspace() => NativeHeap.KeepWhatIsFreed();

    NetworkModule<float>? _module;
    TrainedModel? _model;
    Tensor? _input, _targets; // of the host
    int _capacity;
    Weights? _loaded;

    /// <summary>The network with the values of the client in work.</summary>
    public NetworkModule<float> Module => _module!;

    /// <summary>The same, and the optimiser's state for it, as code of the host sees them.</summary>
    public TrainedModel Model => _model!;

    /// <summary>The device that computes it.</summary>
    public ComputeDevice Device { get; } = device ?? ComputeDevice.Cpu;

    /// <summary>Puts weights into a module of their network, unless they are there already.</summary>
    public void Load(Network network, Weights weights)
    {
        if (ReferenceEquals(_loaded, weights)) return;
        Use(network);
        Model.Set(weights.Values);
        _loaded = weights;
    }

    /// <summary>Puts weights into a module that training will change, and starts the optimiser anew.</summary>
    public void LoadForTraining(Network network, Weights weights)
    {
        Load(network, weights);
        _loaded = null;
        Module.ZeroGradients();
        Model.Begin();
        Model.ResetOptimizer();
    }

    /// <summary>Reads samples into the batch buffers, and sends them to the device: the host does not wait for that, so it reads a batch
    /// while the device computes the one before.</summary>
    /// <returns>In the caller's dispose scope, of the host's tensors views that are good until the next call.</returns>
    public Batch Read(SampleSet samples, ReadOnlySpan<int> rows, KeyedRandom? augmentation)
    {
        var targets = samples.Targets;
        var count = rows.Length * targets.PerSample;
        Reserve(rows.Length, samples.Shape, targets);
        samples.Read(rows, MemoryMarshal.Cast<byte, float>(_input!.bytes)[..(rows.Length * samples.Shape.Length)], augmentation);
        if (targets.AreNumbers) targets.Read(rows, MemoryMarshal.Cast<byte, float>(_targets!.bytes)[..count]);
        else targets.Read(rows, MemoryMarshal.Cast<byte, long>(_targets!.bytes)[..count]);
        var (input, truth) = (_input.narrow(0, 0, rows.Length), _targets.narrow(0, 0, count));
        return Device.IsHost ? new(input, truth, truth) : new(Device.Send(input), Device.Send(truth), truth);
    }

    public void Dispose()
    {
        _input?.Dispose();
        _targets?.Dispose();
        _model?.Dispose();
        _module?.Dispose();
    }

    /// <summary>Makes a module of that shape, in place of the one there was: after exploration no client holds
    /// the full network any more.</summary>
    void Use(Network network)
    {
        if (_module is not null && _module.Network.Layout.Equals(network.Layout)) return;
        _model?.Dispose();
        _module?.Dispose();
        _module = new NetworkModule<float>(network, precision, kernels, Device);
        _model = TrainedModel.Of(_module, optimizer, Device);
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

/// <summary>Samples that go through a network together.</summary>
/// <param name="Input">float32 [N, C, H, W], where the network is computed.</param>
/// <param name="Targets">The truth beside it, as int64 [N T] for classes (T of them per sample) or float32 [N] for numbers.</param>
/// <param name="HostTargets">The truth on the host.</param>
readonly record struct Batch(Tensor Input, Tensor Targets, Tensor HostTargets);
