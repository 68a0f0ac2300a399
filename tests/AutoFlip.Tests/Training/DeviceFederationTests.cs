using System.Text.Json;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Whole federations on the path for devices, on the processor, against the processor's own path.</summary>
[Trait("speed", "slow")]
public class DeviceFederationTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Kernels = TrainingKernels.Torch };

    public static IEnumerable<TheoryDataRow<string>> Algorithms => Catalog.Algorithms.Names.Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Pruners =>
        Catalog.Pruners.Names.Concat(Swaps.OfUnits.Select(row => row.Data)).Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Guidances => Catalog.Guidances.Names.Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Optimizers => Catalog.Optimizers.Names.Select(name => new TheoryDataRow<string>(name));

    [Theory, MemberData(nameof(Algorithms))]
    public Task An_algorithm_comes_to_the_same_bits(string name) =>
        AssertSame(Tiny with
        {
            Algorithm = name,
            Optimizer = "SGD",
            Pruner = Experiment.NoPruner,
            Clients = 8,
            CohortFraction = 1,
        });

    [Theory, MemberData(nameof(Pruners))]
    public Task A_pruner_comes_to_the_same_bits(string name)
    {
        var plain = Tiny with { Pruner = name, Optimizer = "Adam" };
        var experiment = name.EndsWith(" units", StringComparison.Ordinal) ? Swaps.Named(plain, name) with { UnitMultiple = 1 } : plain;
        var pruner = Catalog.Pruners[experiment.Pruner](experiment);
        var interval = pruner is UnitSwaps ? 2 : 1;
        return AssertSame(experiment, pruner is SwappingPruner swaps ? swaps with { AdjustmentInterval = interval } : pruner);
    }

    [Theory, MemberData(nameof(Guidances))]
    public Task A_guidance_comes_to_the_same_bits(string name) => AssertSame(Tiny with { Pruner = "autoflip", Guidance = name });

    [Theory, MemberData(nameof(Optimizers))]
    public Task An_optimizer_comes_to_the_same_bits_with_decay_clipping_dropout_and_single_weights(string name) => AssertSame(Tiny with
    {
        Optimizer = name,
        Momentum = 0.9,
        WeightDecay = 0.01,
        MaxGradientNorm = 0.5,
        Dropout = 0.2,
        Pruner = "magnitude",
        Pruning = PruningKind.Hybrid,
        ScaleLearningRate = true,
    });

    [Theory]
    [InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public Task A_wire_comes_to_the_same_bits(WireFormat format) => AssertSame(Tiny with { WireUp = format, WireDown = WireFormat.Fp16 });

    /// <summary>The loss is read at the epoch's end there, and names the same epoch.</summary>
    [Fact]
    public async Task A_loss_that_is_no_number_is_the_same_failure()
    {
        var experiment = Tiny with { Optimizer = "SGD", LearningRate = 1e30, Rounds = 1, Pruner = Experiment.NoPruner };
        var reasons = new List<string>();
        foreach (var device in new[] { ComputeDevice.Cpu, ComputeDevice.Generic })
        {
            var failure = await Record.ExceptionAsync(() => TinyFederation.RunAsync(experiment, device: device));
            reasons.Add(failure!.Message);
        }

        Assert.Contains("the loss became", reasons[0], StringComparison.Ordinal);
        Assert.Equal(reasons[0], reasons[1]);
    }

    [Fact]
    public void Scores_wait_on_the_device_up_to_their_limit_and_keep_their_order()
    {
        using var scope = torch.NewDisposeScope();
        var targets = Targets.Classes([0, 1, 2, 0, 1]);
        Outputs Read(ComputeDevice device, long most)
        {
            var outputs = new Outputs(5, 3, targets);
            using var readout = new Readout(outputs, device, most: most);
            for (var start = 0; start < 5; start += 2)
            {
                var rows = Enumerable.Range(start, Math.Min(2, 5 - start)).ToArray();
                var scores = torch.tensor(
                    rows.SelectMany(row => new[] { row == 1 ? 2f : 0, 1, row == 2 ? 3 : 0 }).ToArray(), [rows.Length, 3]);
                var truth = torch.tensor(rows.Select(row => (long)(row % 3)).ToArray());
                readout.Add(scores, truth, torch.tensor(0.5f + start));
                truth.zero_(); // its buffer is the next batch's
            }
            readout.Read();
            return outputs;
        }
        string Figures(Outputs outputs) => JsonSerializer.Serialize(outputs.Figures([Metric.AllOf(Tiny)[0]], cutOff: 0));

        var want = Figures(Read(ComputeDevice.Cpu, most: 0));

        Assert.Equal(want, Figures(Read(ComputeDevice.Generic, most: 0)));
        Assert.Equal(want, Figures(Read(ComputeDevice.Generic, most: 30)));
        Assert.Equal(want, Figures(Read(ComputeDevice.Generic, most: 1 << 20)));
    }

    static async Task AssertSame(Experiment experiment, Pruner? pruner = null)
    {
        var outcomes = new List<string>();
        foreach (var device in new[] { ComputeDevice.Cpu, ComputeDevice.Generic })
        {
            var (rounds, global) = await TinyFederation.RunAsync(experiment, workers: 2, pruner: pruner, device: device);
            outcomes.Add($"{global.Sha256()} {string.Join('\n', rounds.Select(round => JsonSerializer.Serialize(round.Report with
            {
                Time = default,
                Seconds = 0,
                MaskSeconds = 0,
                FoldSeconds = 0,
                EvaluateSeconds = 0,
                ClientSeconds = ClientSeconds.Zero,
                PeakRssBytes = 0,
            })))}");
        }
        Assert.Equal(outcomes[0], outcomes[1]);
    }
}
