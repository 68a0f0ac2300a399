using static TorchSharp.torch;

namespace AutoFlip.Bench;

/// <summary>Training steps of a network on one batch of random images or texts: forward, cross-entropy, backward, Adam.</summary>
sealed class TrainingSteps : IDisposable
{
    readonly NetworkModule<float> _module;
    readonly Stepper<float> _stepper;
    readonly Tensor _input, _labels;

    public TrainingSteps(
        Network network, int batch, TrainingKernels kernels, TrainingPrecision precision = TrainingPrecision.Fp32)
    {
        NativeHeap.KeepWhatIsFreed(); // as a worker does
        _module = new NetworkModule<float>(network, precision, kernels);
        Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(_module.Values);
        _stepper = new Adam().Start<float>(network.Layout.ParameterCount);
        long[] shape = [batch, network.Input.Channels, network.Input.Height, network.Input.Width];
        _input = (network.Vocabulary is { } tokens ? randint(1, tokens, shape, ScalarType.Float32) : rand(shape)).DetachFromDisposeScope();
        _labels = arange(batch, ScalarType.Int64).remainder_(network.Outputs).DetachFromDisposeScope();
    }

    /// <summary>Processor time per step: of one thread that is the wall-clock of a machine which does nothing else.</summary>
    public double Milliseconds(int steps)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            Catalog.Criteria["CrossEntropyLoss"].Loss(_module.Forward(_input, training: true), _labels).backward();
            _stepper.Step(_module.Parameters, _module.Gradients, 0.0003);
        }
        return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / steps;
    }

    public void Dispose()
    {
        _input.Dispose();
        _labels.Dispose();
        _module.Dispose();
    }
}
