using System.Runtime;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace AutoFlip.Benchmarks;

/// <summary>One training step of TwoCNN 32 on a batch of 350 grey images of 24x24, on one thread: what each thing brings.</summary>
/// <remarks>Garbage collection is held back, because TorchSharp's optimisers break under it. All rows keep
/// freed tensors in the process.</remarks>
[WarmupCount(3), IterationCount(15)]
public class TrainingStepBenchmarks
{
    const int Steps = 4, Batch = 350;
    const double Rate = 0.0003;

    readonly Tensor _images = rand(Batch, 1, 24, 24), _labels = zeros(Batch, ScalarType.Int64);
    readonly Own _dense = new(Model.Network, TrainingPrecision.Fp32), _narrow = new(Model.Network, TrainingPrecision.Bf16);
    readonly Own _half = new(Half, TrainingPrecision.Fp32), _both = new(Half, TrainingPrecision.Bf16);
    readonly nn.Module<Tensor, Tensor> _torch = nn.Sequential(
        nn.Conv2d(1, 32, 5, padding: 1), nn.ReLU(), nn.MaxPool2d(2, padding: 1),
        nn.Conv2d(32, 64, 5, padding: 1), nn.ReLU(), nn.MaxPool2d(2, padding: 1),
        nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 10));
    readonly optim.Optimizer _adam;
    readonly optim.Optimizer _sgd;

    /// <summary>Makes the optimisers of the module that TorchSharp trains.</summary>
    public TrainingStepBenchmarks()
    {
        _adam = optim.Adam(_torch.parameters(), Rate);
        _sgd = optim.SGD(_torch.parameters(), 0);
    }

    static Network Half => Model.Network.WithWidths(group => group.Width / 2);

    /// <summary>Before every figure: one thread, and no collection until it is taken.</summary>
    [IterationSetup]
    public void HoldBack()
    {
        NativeHeap.KeepWhatIsFreed();
        set_num_threads(1);
        GC.TryStartNoGCRegion(100L << 20);
    }

    /// <summary>After it.</summary>
    [IterationCleanup]
    public void LetGo()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion) GC.EndNoGCRegion();
    }

    /// <summary>Plain TorchSharp: NCHW, torch.optim.Adam.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public void TorchSharp() => Torch(_images, _adam);

    /// <summary>The same with images whose channels lie innermost, which convolutions pass on.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void TorchSharp_channels_last() => Torch(ChannelsLast(), _adam);

    /// <summary>The same with the cheapest optimiser there is, to tell Adam's share.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void TorchSharp_channels_last_SGD() => Torch(ChannelsLast(), _sgd);

    /// <summary>The engine: channels innermost, rectifiers after pooling, one pass of Adam that also clears the gradients.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Engine() => _dense.Train(_images, _labels);

    /// <summary>In bfloat16.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Engine_bf16() => _narrow.Train(_images, _labels);

    /// <summary>Half of the units of every layer: 16 32 256 instead of 32 64 512.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Engine_half_width() => _half.Train(_images, _labels);

    /// <summary>Both.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public void Engine_half_width_bf16() => _both.Train(_images, _labels);

    Tensor ChannelsLast() => _images.as_strided([Batch, 1, 24, 24], [576, 1, 24, 1]);

    void Torch(Tensor images, optim.Optimizer optimizer)
    {
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(_torch.forward(images), _labels).backward();
            optimizer.step();
        }
    }

    sealed class Own
    {
        readonly NetworkModule<float> _module;
        readonly Stepper<float> _stepper;

        public Own(Network network, TrainingPrecision precision)
        {
            _module = new NetworkModule<float>(network, precision);
            _stepper = new Adam().Start<float>(network.Layout.ParameterCount);
            Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(_module.Values);
        }

        public void Train(Tensor images, Tensor labels)
        {
            for (var step = 0; step < Steps; step++)
            {
                using var scope = NewDisposeScope();
                nn.functional.cross_entropy(_module.Forward(images, training: true), labels).backward();
                _stepper.Step(_module.Parameters, _module.Gradients, Rate);
            }
        }
    }
}
