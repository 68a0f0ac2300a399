namespace AutoFlip.Bench;

/// <summary>Training steps by our own kernels against libtorch, in float32 and bfloat16.</summary>
static class KernelBench
{
    /// <summary>A network, its batch, and the dense one that it is cut from; null if it is dense itself.</summary>
    internal sealed record Case(string Name, Network Network, int Batch, string? Dense = null)
    {
        /// <summary>The name, with that of the dense network.</summary>
        public string Label => Dense is null ? Name : $"{Dense}: {Name}";
    }

    static IReadOnlyList<Case> Cases
    {
        get
        {
            var two = Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions());
            var vgg = Catalog.Models["VGG9"](new SampleShape(3, 32, 32), 10, new ModelOptions { WidthMultiplier = 0.125 });
            var pfl = Catalog.Models["SimpleCNN"](new SampleShape(3, 32, 32), 10, new ModelOptions());
            return
            [
                new("TwoCNN, batch 350", two, 350),
                new("half of the units", Kept(two, 0.5), 350, "TwoCNN, batch 350"),
                new("0.7 of the units gone", Kept(two, 0.7), 350, "TwoCNN, batch 350"),
                new("VGG9, 64 wide, batch 64", vgg.WithWidths(_ => 64), 64),
                new("half of the units", vgg.WithWidths(_ => 32), 64, "VGG9, 64 wide, batch 64"),
                new("three quarters gone", vgg.WithWidths(_ => 16), 64, "VGG9, 64 wide, batch 64"),
                new("pfl-research's CNN, batch 10", pfl, 10),
            ];
        }
    }

    /// <summary>Measures them.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(context, Cases, milliseconds: 400);

    /// <summary>Measures some networks, with about so long a figure.</summary>
    internal static BenchReport Measure(BenchContext context, IReadOnlyList<Case> cases, double milliseconds)
    {
        Series[][] taken = [];
        BenchTable? layers = null;
        SideBySide.Run(1, 1, (_, _) => // one thread, as a client has
        {
            taken = [.. cases.Select(one => Measure(context, one, milliseconds))];
            layers = KernelLayers.Table(
                context, [.. cases.Where(one => one.Dense is null).Select(one => (one.Name, one.Network, one.Batch))]);
        });
        List<string[]> rows = [], shares = [];
        List<BenchTarget> targets = [];
        for (var i = 0; i < cases.Count; i++)
        {
            var (one, series) = (cases[i], taken[i]);
            var speed = series[1].Over(series[0]);
            rows.Add([
                one.Name, $"{one.Network.MacsPerSample * one.Batch / 1e6:N0}", $"{series[0].Median:0.00}", $"{series[1].Median:0.00}",
                $"{series[2].Median:0.00}", .. speed.Cells("0.00")]);
            targets.Add(new(one.Label, "faster than libtorch", $"{speed.Median:0.00}", speed.Median > 1));
            if (one.Dense is null) continue;
            var whole = cases.Select((other, at) => (other, at)).First(pair => pair.other.Name == one.Dense).at;
            var macs = (double)cases[whole].Network.MacsPerSample / one.Network.MacsPerSample;
            string Realised(int by) => $"{taken[whole][by].Over(series[by]).Median / macs:0.00}";
            shares.Add([one.Label, $"{macs:0.00}", Realised(0), Realised(1)]);
        }
        return new BenchReport(
            "Training steps by kernels of our own",
            """
            Milliseconds of processor time of one training step (forward, cross-entropy, backward, Adam) on one thread: our own kernels,
            libtorch in float32, and libtorch in bfloat16, in turns. Images are random, so that behind pooling more gradients are not 0 than
            in training. *GFLOP/s* by layer: a backward pass counts the products of a dense one, of which it leaves out those with zeros, so
            that it can exceed what the processor can do.
            """,
            [
                new(
                    ["network", "million MACs forward", "own", "libtorch", "libtorch bf16", "libtorch / own: median", "least", "largest"],
                    [.. rows]),
                new(["share of the MAC ratio that a step gets faster", "MAC ratio", "own", "libtorch"], [.. shares]),
                layers!,
            ],
            [.. targets]);
    }

    static Series[] Measure(BenchContext context, Case one, double milliseconds)
    {
        using var own = new TrainingSteps(one.Network, one.Batch, TrainingKernels.Own);
        using var torch = new TrainingSteps(one.Network, one.Batch, TrainingKernels.Torch);
        using var narrow = new TrainingSteps(one.Network, one.Batch, TrainingKernels.Torch, TrainingPrecision.Bf16);
        torch.Milliseconds(1);
        var steps = Math.Clamp((int)(milliseconds / Math.Max(torch.Milliseconds(1), 0.01)), 1, 1000);
        return Series.Interleave(
            context, context.RepeatsOr(11), ($"{one.Name}: own", () => own.Milliseconds(steps)),
            ($"{one.Name}: libtorch", () => torch.Milliseconds(steps)), ($"{one.Name}: libtorch bf16", () => narrow.Milliseconds(steps)));
    }

    static Network Kept(Network network, double fraction) => network.WithWidths(group => ShrinkBench.KeptUnits(group.Width, fraction));
}
