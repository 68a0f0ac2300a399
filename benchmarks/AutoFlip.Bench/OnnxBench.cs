using static TorchSharp.torch;

namespace AutoFlip.Bench;

/// <summary>Seconds of a forward pass in ONNX Runtime, and in our own evaluation, of networks without some of their
/// units, against the dense ones.</summary>
static class OnnxBench
{
    /// <summary>A network to shrink.</summary>
    internal sealed record Model(string Name, Network Network);

    const double Bound = 0.8; // of the MAC ratio, on the batch that runtimes are measured by
    const int BoundBatch = 64;
    static readonly int[] Batches = [BoundBatch, 1];
    static readonly double[] Fractions = [0.5, 0.7];

    /// <summary>Small and large, plain and residual, and one of depthwise convolutions.</summary>
    static IReadOnlyList<Model> Models
    {
        get
        {
            static Network Of(string name, SampleShape input, ModelOptions options) => Catalog.Models[name](input, 10, options);
            SampleShape digits = new(1, 24, 24), photographs = new(3, 32, 32);
            return
            [
                new("TwoCNN 32, 1x24x24", Of("TwoCNN", digits, new ModelOptions())),
                new("VGG9 all 64 wide, 3x32x32", Of("VGG9", photographs, new ModelOptions()).WithWidths(_ => 64)),
                new("VGG9, 3x32x32", Of("VGG9", photographs, new ModelOptions())),
                new("ResNet18 8, 3x32x32", Of("ResNet18", photographs, new ModelOptions { HiddenSize = 8 })),
                new("MobileNet, 3x96x96", Of("MobileNet", new(3, 96, 96), new ModelOptions())),
            ];
        }
    }

    /// <summary>Measures them.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(context, Models, seconds: 0.2);

    /// <summary>Measures some networks, for about so many seconds a figure.</summary>
    internal static BenchReport Measure(BenchContext context, IReadOnlyList<Model> models, double seconds)
    {
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        SideBySide.Run(1, 1, (_, _) => // one intra-op thread
        {
            foreach (var model in models)
                foreach (var batch in Batches) Measure(context, model, batch, seconds, rows, targets);
        });
        return new BenchReport(
            "Exported models without some units",
            $"""
            Milliseconds of processor time of one forward pass on one thread: of the dense network and of smaller ones, in turns, several
            passes a figure; by ONNX Runtime from the exported file, and by our own evaluation beside it. *Units*: that share of every
            layer's units is removed, in sixteens where the width is a multiple of 16. *Realised*: how much faster the pass got, over how
            many fewer multiply-accumulates it has. The bound is on batches of {BoundBatch}; of single samples what it takes to start an
            operator weighs more.
            """,
            [new(
                [
                    "network", "batch", "units removed", "MAC ratio", "values", "median ms", "least", "largest", "speed-up", "realised",
                    "ours ms", "ours realised", "file MB",
                ],
                [.. rows])],
            [.. targets],
            "Why less than all of it: convolutions are nearly all of a pass, and the runtime's kernels compute up to four vectors of "
            + "output channels from one read of an input. A layer that is left with 16 channels is one vector of 16 floats (AVX-512) or "
            + "two of 8: such layers do fewer products per read, at little more than half the speed of those with 64.",
            "What keeps the whole ratio: layers that stay at 32 channels or more (`--unit-multiple 16`, `--min-units`), "
            + "which is half of the units of most networks.");
    }

    static void Measure(BenchContext context, Model model, int batch, double seconds, List<string[]> rows, List<BenchTarget> targets)
    {
        var (name, network) = model;
        List<(double Removed, Network Network)> cuts = [
            (0, network),
            .. Fractions.Select(fraction => (fraction, network.WithWidths(group => ShrinkBench.KeptUnits(group.Width, fraction))))];
        var passes = cuts.Select(cut => new Passes(cut.Network, batch, seconds)).ToList();
        var series = Series.Interleave(context, context.RepeatsOr(11), [.. cuts.Zip(passes).SelectMany(pair => new (string, Func<double>)[]
        {
            ($"{name}, batch {batch}, without {pair.First.Removed}: ONNX Runtime", pair.Second.Runtime),
            ($"{name}, batch {batch}, without {pair.First.Removed}: ours", pair.Second.Ours),
        })]);
        foreach (var pass in passes) pass.Dispose();

        for (var i = 0; i < cuts.Count; i++)
        {
            var (removed, small) = cuts[i];
            var macs = (double)network.MacsPerSample / small.MacsPerSample;
            var values = (double)network.ActivationsPerSample / small.ActivationsPerSample;
            var (runtime, ours) = (series[2 * i], series[2 * i + 1]);
            double speed = series[0].Over(runtime).Median, oursSpeed = series[1].Over(ours).Median;
            rows.Add(
            [
                name, $"{batch}", $"{removed}", $"{macs:0.00}", $"{values:0.00}", .. runtime.Cells("0.00"),
                $"{speed:0.00}", $"{speed / macs:0.00}", $"{ours.Median:0.00}", $"{oursSpeed / macs:0.00}", $"{passes[i].Bytes / 1e6:0.0}",
            ]);
            if (i > 0 && batch == BoundBatch)
                targets.Add(new(
                    $"{name}: {removed} of units", $"at least {Bound} of the MAC ratio", $"{speed / macs:0.00}", speed / macs >= Bound));
        }
    }

    /// <summary>A network in both.</summary>
    sealed class Passes : IDisposable
    {
        readonly NetworkModule<float> _module;
        readonly OnnxSession _session;
        readonly float[] _samples;
        readonly int _count;
        readonly Tensor _input;
        readonly double _seconds;

        public Passes(Network network, int batch, double seconds)
        {
            NativeHeap.KeepWhatIsFreed(); // as evaluation does
            var weights = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1));
            var file = new MemoryStream();
            OnnxModel.Write(file, network, weights, new Dictionary<string, string>());
            Bytes = file.Length;
            _session = new OnnxSession(file.ToArray());
            _module = new NetworkModule<float>(network);
            weights.Values.CopyTo(_module.Values);
            var random = new KeyedRandom(1);
            _samples = [.. Enumerable.Range(0, batch * network.Input.Length).Select(_ => random.NextSingle())];
            _input = tensor(_samples, [batch, network.Input.Channels, network.Input.Height, network.Input.Width]).DetachFromDisposeScope();
            (_count, _seconds) = (batch, seconds);
        }

        public long Bytes { get; }

        public double Runtime() => Milliseconds(() => _session.Run(_module.Network, _samples, _count));

        public double Ours() => Milliseconds(() =>
        {
            using var scope = NewDisposeScope();
            _module.Forward(_input, training: false);
        });

        /// <summary>Processor time per pass: of one thread that is the wall-clock of a machine which does nothing else.</summary>
        double Milliseconds(Action pass)
        {
            pass(); // free memory was given back before this figure: whoever computes asks for it again, once
            var (before, passes) = (Environment.CpuUsage.TotalTime, 0);
            var spent = TimeSpan.Zero;
            do
            {
                pass();
                passes++;
                spent = Environment.CpuUsage.TotalTime - before;
            }
            while (spent.TotalSeconds < _seconds);
            return spent.TotalMilliseconds / passes;
        }

        public void Dispose()
        {
            _session.Dispose();
            _module.Dispose();
            _input.Dispose();
        }
    }
}
