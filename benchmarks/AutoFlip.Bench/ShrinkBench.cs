namespace AutoFlip.Bench;

/// <summary>Seconds of local training, and a client's memory, of networks without some of their units, against the dense ones.</summary>
static class ShrinkBench
{
    /// <summary>A network to shrink, and its batch.</summary>
    internal sealed record Model(string Name, Network Network, int Batch);

    /// <summary>A smaller network, and how it was made.</summary>
    internal sealed record Cut(string Removed, Network Network);

    static readonly double[] Fractions = [0.25, 0.5, 0.7];
    static readonly int[] Multiples = [8, 16, 32];

    /// <summary>TwoCNN of width 32, and two readings of a VGG9 of widths up to 64.</summary>
    static IReadOnlyList<Model> Models
    {
        get
        {
            var vgg = Catalog.Models["VGG9"](new SampleShape(3, 32, 32), 10, new ModelOptions { WidthMultiplier = 0.125 });
            return
            [
                new("TwoCNN 32, 1x24x24, batch 350", Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions()), 350),
                new("VGG9 all 64 wide, 3x32x32, batch 64", vgg.WithWidths(_ => 64), 64),
                new("VGG9 an eighth as wide, 3x32x32, batch 64", vgg, 64),
            ];
        }
    }

    /// <summary>Measures them.</summary>
    public static BenchReport Measure(BenchContext context) => context.Bench.Case is { } name
        ? OwnProcess.Answer(context, ShrinkMemory.Run(context, name, Models))
        : Measure(context, steps: 4, Models, one => OwnProcess.Measure<ShrinkMemory.Outcome>(context, one, oneHeap: true));

    /// <summary>Measures some networks, so many training steps at a time, and their memory by that means.</summary>
    internal static BenchReport Measure(
        BenchContext context, int steps, IReadOnlyList<Model> models, Func<string, ShrinkMemory.Outcome> memory)
    {
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        SideBySide.Run(1, 1, (_, _) => // one intra-op thread, as a client has
        {
            foreach (var model in models) Measure(context, steps, model, rows, targets);
        });
        var memories = ShrinkMemory.Table(models, memory, targets);
        return new BenchReport(
            "Training without some units",
            """
            Milliseconds of processor time of one training step (forward, backward, Adam) on one thread, which is the wall-clock of a quiet
            machine: of a dense network and of smaller ones, in turns, several steps a figure. *Parameters by n*: that share of all
            parameters is removed as whole units, chosen at random over all layers as pruning does it, n units of a layer together
            (`--unit-multiple n`), or half as many and so on where n leave more than a fortieth of the rest to single weights. *Units*: that
            share of every layer's units is removed, in sixteens. *Realised*: how much faster the step got, over how many fewer
            multiply-accumulates it has. *Values*: how many fewer numbers its layers put out.
            """,
            [
                new(
                    [
                        "network", "removed", "widths", "parameters", "median ms", "least", "largest", "MAC ratio", "values", "speed-up",
                        "realised",
                    ],
                    [.. rows]),
                memories,
            ],
            [.. targets],
            "Why less than all of it: products are a part of a step. Pooling, rectifiers, the first convolution, "
            + "copies and the passes back through them take time by the values they touch, and values fall with the width, "
            + "products with its square: the smaller the network, the larger that part. And convolutions use the processor best from 32 "
            + "channels on: per product, one from 16 to 32 channels takes 1.3 times as long as one from 32 to 64.",
            "So units that go in 32s realise most, because fewer products are removed where removing them brings little. "
            + "That is a better ratio, not a faster step: compare the milliseconds of rows that remove the same share.");
    }

    static void Measure(BenchContext context, int steps, Model model, List<string[]> rows, List<BenchTarget> targets)
    {
        var (name, network, batch) = model;
        Cut[] cuts = [new("0", network), .. Cuts(network)];
        var trainings = cuts.Select(cut => new TrainingSteps(cut.Network, batch, KernelPlan.Chosen(new Experiment()))).ToList();
        var series = Series.Interleave(context, context.RepeatsOr(15), [.. cuts.Zip(trainings, (cut, training) =>
            ($"{name}: {cut.Removed}", (Func<double>)(() => training.Milliseconds(steps))))]);
        foreach (var training in trainings) training.Dispose();

        for (var i = 0; i < cuts.Length; i++)
        {
            var small = cuts[i].Network;
            var macs = (double)network.MacsPerSample / small.MacsPerSample;
            var values = (double)network.ActivationsPerSample / small.ActivationsPerSample;
            var speed = series[0].Over(series[i]).Median;
            rows.Add(
            [
                name, cuts[i].Removed, Widths(small), $"{small.Layout.ParameterCount:N0}", .. series[i].Cells("0.0"),
                $"{macs:0.00}", $"{values:0.00}", $"{speed:0.00}", $"{speed / macs:0.00}",
            ]);
            if (i > 0)
                targets.Add(new(
                    $"{name}: {cuts[i].Removed}", "at least 0.85 of the MAC ratio", $"{speed / macs:0.00}", speed / macs >= 0.85));
        }
    }

    /// <summary>Widths of the layers that can be narrower.</summary>
    internal static string Widths(Network network) =>
        string.Join(" ", network.Groups.Where(group => !group.IsFixed).Select(group => group.Width));

    /// <summary>Every way to shrink a network that leaves whole blocks of channels.</summary>
    internal static IEnumerable<Cut> Cuts(Network network)
    {
        var blocks = network.Groups.Where(group => !group.IsFixed).All(group => group.Width % Multiples[^1] == 0)
            ? Multiples
            : Multiples[..1];
        foreach (var multiple in blocks)
            foreach (var fraction in Fractions)
                yield return new($"{fraction} of parameters by {multiple}", WithoutParameters(network, fraction, multiple));
        foreach (var fraction in Fractions)
            yield return new($"{fraction} of units", network.WithWidths(group => KeptUnits(group.Width, fraction)));
    }

    /// <summary>So many units of a layer that it keeps about 1 - fraction of them: whole blocks of 16, or of as
    /// many as go into its width.</summary>
    internal static int KeptUnits(int width, double fraction)
    {
        var block = width % 16 == 0 ? 16 : width % 8 == 0 ? 8 : 1;
        return Math.Max((int)Math.Round((1 - fraction) * width / block, MidpointRounding.AwayFromZero), 1) * block;
    }

    /// <summary>The network without that share of its parameters, in whole units of random scores.</summary>
    internal static Network WithoutParameters(Network network, double fraction, int multiple)
    {
        var random = new Seeds(1).For(Purpose.RandomMask);
        double[][] scores = [.. network.Groups.Select(group => Enumerable.Range(0, group.Width).Select(_ => random.NextDouble())
            .ToArray())];
        return new PruningPlan((decimal)fraction, StructuredShare: 1, MinUnits: 1, multiple)
            .Prune(network, scores, new float[network.Layout.ParameterCount]).Shrink(network);
    }
}
