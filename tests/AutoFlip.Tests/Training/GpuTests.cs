using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Gates of a real GPU: skipped where there is none. With a GPU: <c>AUTOFLIP_LIBTORCH=.../torch/lib ./check --filter-class
/// '*GpuTests*'</c>. The path for devices on the processor goes through the same tests, which shows that they can pass.</summary>
[Trait("speed", "slow")]
public sealed class GpuTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public static TheoryData<string> Devices => ["cpu-generic", "cuda"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Every layer and architecture. The first loss differs from the processor's by rounding alone; deep networks with few samples
    /// in batch normalisation amplify it.</summary>
    [Theory, MemberData(nameof(Devices))]
    public void A_network_starts_as_on_the_processor_and_repeats_itself_to_the_bit(string name)
    {
        var device = Open(name);
        torch.set_num_threads(1);
        var failures = new List<string>();
        foreach (var row in LawNetworks.Names)
        {
            var network = LawNetworks.Of(row.Data);
            var (own, first, second) = (Train(network, ComputeDevice.Cpu), Train(network, device), Train(network, device));
            var distance = Math.Abs(first.Loss / own.Loss - 1);
            if (!(distance < (LawNetworks.IsDeep(network) ? 1e-3 : 1e-5))) failures.Add($"{row.Data}: first loss off by {distance:E1}");
            if (!first.Values.AsSpan().SequenceEqual(second.Values)) failures.Add($"{row.Data}: two trainings differ");
        }

        Assert.Empty(failures);
    }

    /// <summary>Dropout, masks of units and of single weights, exploration and a wire of int8, with one worker and with two on one
    /// device.</summary>
    [Theory, MemberData(nameof(Devices))]
    public void A_run_repeats_itself_with_any_number_of_workers(string name)
    {
        Open(name);
        var experiment = new Experiment
        {
            Name = "gpu",
            Dataset = "Digits",
            Resize = 24,
            Model = "TwoCNN",
            HiddenSize = 8,
            Dropout = 0.2,
            Partition = "iid",
            Clients = 4,
            CohortFraction = 1,
            Rounds = 3,
            LocalEpochs = 1,
            BatchSize = 50,
            MaxGradientNorm = 1,
            Pruner = "autoflip",
            Pruning = PruningKind.Hybrid,
            Guidance = "saliency",
            ExplorationEpochs = 1,
            WireUp = WireFormat.Int8,
            Kernels = TrainingKernels.Torch,
        };
        RunSummary Run(int workers) => Simulation.Run(experiment, new RunOptions
        {
            ResultPath = _folder["runs"],
            Offline = true,
            Device = name,
            Workers = workers,
            DeviceIds = name == "cuda" ? [.. Enumerable.Repeat(0, workers)] : [],
        });

        var runs = new[] { Run(1), Run(1), Run(2) };

        Assert.Single(runs.Select(run => run.ModelSha256).Distinct());
        Assert.Equal([1, 1, 2], runs.Select(run => run.Workers));
    }

    static ComputeDevice Open(string name)
    {
        Assert.SkipWhen(name == "cuda" && CudaDriver.Models() is null or [], "This machine has no GPU.");
        return RunDevices.Open(new Experiment(), new RunOptions { Device = name }).Of(0);
    }

    /// <summary>The first loss, and the values after five steps.</summary>
    static (double Loss, float[] Values) Train(Network network, ComputeDevice device)
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network, TrainingPrecision.Fp32, TrainingKernels.Torch, device);
        using var model = TrainedModel.Of(module, new Adam(), device);
        model.Set(LawNetworks.Fill(network, new KeyedRandom(3)).Values);
        var shape = network.Input;
        var (samples, all, first) = (new KeyedRandom(2), Selection.All(network.Layout.ParameterCount), 0.0);
        for (var step = 0; step < 5; step++)
        {
            using var inner = torch.NewDisposeScope();
            var values = Array.ConvertAll(LawNetworks.Samples(network, samples), value => (float)value);
            var host = torch.tensor(values, [3, shape.Channels, shape.Height, shape.Width]).clone();
            var loss = module.Forward(device.IsHost ? host : device.Send(host), training: true).sin().mean();
            if (step == 0) first = loss.cpu().item<float>();
            loss.backward();
            model.Passed();
            model.Step(0.001, all, []);
        }
        return (first, model.Values.ToArray());
    }
}
