using static TorchSharp.torch;

namespace AutoFlip.Cli;

/// <summary>Seconds of local training of networks without some of their units, against the dense ones.</summary>
static class ShrinkBench
{
    static readonly (double Fraction, int Multiple)[] Cuts = [(0.25, 8), (0.5, 8), (0.7, 8), (0.25, 1), (0.5, 1), (0.7, 1)];

    /// <summary>Measures TwoCNN of width 32 and VGG9 of widths up to 64.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(
        context, steps: 4,
        ("TwoCNN 32, 1x24x24, batch 350", Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions()), 350),
        ("VGG9 to width 64, 3x32x32, batch 64", Catalog.Models["VGG9"](new SampleShape(3, 32, 32), 10, new ModelOptions { WidthDivisor = 8 }), 64));

    /// <summary>Measures some networks, so many training steps at a time.</summary>
    internal static BenchReport Measure(BenchContext context, int steps, params IReadOnlyList<(string Name, Network Network, int Batch)> models)
    {
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        SideBySide.Run(1, 1, (_, _) => // one intra-op thread, as a client has
        {
            foreach (var (name, network, batch) in models)
            {
                Network[] networks = [network, .. Cuts.Select(cut => Smaller(network, cut.Fraction, cut.Multiple))];
                var contestants = networks.Select(each => new Training(each, batch)).ToList();
                var series = Series.Interleave(context, context.RepeatsOr(15), [.. contestants.Select((training, i) =>
                    ($"{name} {(i == 0 ? "dense" : Cuts[i - 1])}", (Func<double>)(() => 1000 * context.Seconds(() => training.Run(steps)) / steps)))]);
                foreach (var training in contestants) training.Dispose();

                for (var i = 0; i < series.Length; i++)
                {
                    var macs = (double)network.MacsPerSample / networks[i].MacsPerSample;
                    var speed = series[0].Over(series[i]).Median;
                    rows.Add(
                    [
                        name, i == 0 ? "0" : $"{Cuts[i - 1].Fraction}", Widths(networks[i]), $"{networks[i].Layout.ParameterCount:N0}", .. series[i].Cells("0.0"),
                        $"{macs:0.00}", $"{speed:0.00}", $"{speed / macs:0.00}",
                    ]);
                    if (i > 0) targets.Add(new($"{name}, {Cuts[i - 1].Fraction} removed, units by {Cuts[i - 1].Multiple}", "at least 0.85 of the MAC ratio", $"{speed / macs:0.00}", speed / macs >= 0.85));
                }
            }
        });
        return new BenchReport(
            "Training without some units",
            """
            Milliseconds of one training step (forward, backward, Adam) on one thread, of a dense network and of what is left when a share of its parameters is removed as whole units,
            chosen at random over all layers: in eights, as pruning does it by default (`--unit-multiple 8`), and one by one, which leaves odd widths. In turns, several steps a figure. Realised: how much faster the step got, over how many fewer multiply-accumulates it has.
            """,
            [new(["network", "removed", "widths", "parameters", "median ms", "least", "largest", "MAC ratio", "speed-up", "realised"], [.. rows])],
            [.. targets]);
    }

    static string Widths(Network network) => string.Join(" ", network.Groups.Where(group => !group.IsFixed).Select(group => group.Width));

    static Network Smaller(Network network, double fraction, int multiple)
    {
        var random = new Seeds(1).For(Purpose.RandomMask);
        double[][] scores = [.. network.Groups.Select(group => Enumerable.Range(0, group.Width).Select(_ => random.NextDouble()).ToArray())];
        return new PruningPlan((decimal)fraction, StructuredShare: 1, MinUnits: 1, multiple)
            .Prune(network, scores, new float[network.Layout.ParameterCount]).Units?.Small ?? network;
    }

    sealed class Training : IDisposable
    {
        readonly NetworkModule<float> _module;
        readonly Stepper<float> _stepper;
        readonly Tensor _input, _labels;

        public Training(Network network, int batch)
        {
            _module = new NetworkModule<float>(network);
            Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1)).Values.CopyTo(_module.Values);
            _stepper = new Adam().Start<float>(network.Layout.ParameterCount);
            _input = rand(batch, network.Input.Channels, network.Input.Height, network.Input.Width).DetachFromDisposeScope();
            _labels = zeros(batch, ScalarType.Int64).DetachFromDisposeScope();
        }

        public void Run(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                Catalog.Criteria["CrossEntropyLoss"].Loss(_module.Forward(_input, training: true), _labels).backward();
                _stepper.Step(_module.Parameters, _module.Gradients, 0.0003);
            }
        }

        public void Dispose()
        {
            _input.Dispose();
            _labels.Dispose();
            _module.Dispose();
        }
    }
}
