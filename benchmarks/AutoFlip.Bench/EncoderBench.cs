using static TorchSharp.torch;
using Modules = TorchSharp.Modules;

namespace AutoFlip.Bench;

/// <summary>A training step of DistilBert against a bare TorchSharp loop, and of half of its parameters.</summary>
static class EncoderBench
{
    /// <summary>Sizes of an encoder and its batch.</summary>
    internal sealed record Case(int Vocabulary, int Width, EncoderShape Shape, int Steps, int Batch)
    {
        public Network Network => new DistilBert(Vocabulary, Width, Shape).Build(new SampleShape(Steps, 1, 1), outputs: 4);
    }

    /// <summary>The published sizes, 128 tokens, batches of 8.</summary>
    public static BenchReport Measure(BenchContext context) => Measure(context, new(30_522, 768, DistilBert.Published, 128, 8));

    /// <summary>Measures an encoder.</summary>
    internal static BenchReport Measure(BenchContext context, Case one)
    {
        var (network, half) = (one.Network, ShrinkBench.WithoutParameters(one.Network, 0.5, new Experiment().UnitMultiple));
        Series[] series = [];
        var collections = 0;
        SideBySide.Run(1, 1, (_, _) => // one intra-op thread, as a client has
        {
            using var own = new TrainingSteps(network, one.Batch, KernelPlan.Chosen(new Experiment()));
            using var small = new TrainingSteps(half, one.Batch, KernelPlan.Chosen(new Experiment()));
            using var torch = new TrainingSteps(network, one.Batch, TrainingKernels.Torch);
            using var bare = new BareEncoder(one);
            series = Series.Interleave(
                context, context.RepeatsOr(9), ("own", () => own.Milliseconds(1)),
                ("bare TorchSharp loop", () =>
                {
                    var milliseconds = 0.0;
                    collections += SideBySide.WithoutCollections(() => milliseconds = bare.Milliseconds());
                    return milliseconds;
                }
            ),
                ("own, half of the parameters removed", () => small.Milliseconds(1)),
                ("own, linear layers by libtorch", () => torch.Milliseconds(1)));
        });
        var ratio = series[0].Over(series[1]);
        var kernels = series[3].Over(series[0]);
        var macs = (double)network.MacsPerSample / half.MacsPerSample;
        var realised = new Series("", [.. series[0].Over(series[2]).Values.Select(speed => speed / macs)]);
        return new BenchReport(
            "A training step of DistilBert",
            $"""
            Milliseconds of processor time of one training step (forward, cross-entropy, backward, Adam) on one thread, in turns:
            DistilBert with {one.Shape.Layers} layers, {one.Width} wide, {one.Shape.Heads} heads, {one.Shape.Neurons} neurons,
            {one.Vocabulary:N0} tokens, sequences of {one.Steps}, batches of {one.Batch}, padding mask, no dropout; the same written with
            TorchSharp's modules; and the network without half of its parameters, whole units chosen at random
            ({half.Layout.ParameterCount:N0} of {network.Layout.ParameterCount:N0} are left).
            *Realised*: how much faster the step gets, over how many fewer multiply-accumulates it has ({macs:0.00} times).
            """,
            [
                new(
                    ["ms per step", "median", "least", "largest"],
                    [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0")])]),
                new(
                    ["ratio", "median", "least", "largest"],
                    [
                        ["own / bare loop", .. ratio.Cells("0.00")], ["realised", .. realised.Cells("0.00")],
                        ["linear layers by libtorch / by own kernels", .. kernels.Cells("0.00")],
                    ]),
            ],
            [
                new("own / bare loop", "at most 1.1", $"{ratio.Median:0.00}", ratio.Median <= 1.1),
                new("half of the parameters: realised", "at least 0.8", $"{realised.Median:0.00}", realised.Median >= 0.8),
            ],
            $"The garbage collector is held back for the bare loop ({collections} collections), "
            + "because TorchSharp's optimisers break under it.");
    }

    sealed class BareEncoder : IDisposable
    {
        readonly Encoder _encoder;
        readonly optim.Optimizer _optimizer;
        readonly Tensor _ids, _labels;

        public BareEncoder(Case one)
        {
            _encoder = new Encoder(one);
            _optimizer = optim.Adam(_encoder.parameters(), 0.0003);
            _ids = randint(1, one.Vocabulary, [one.Batch, one.Steps], ScalarType.Int64).DetachFromDisposeScope();
            _labels = arange(one.Batch, ScalarType.Int64).remainder_(4).DetachFromDisposeScope();
        }

        public double Milliseconds()
        {
            var before = Environment.CpuUsage.TotalTime;
            using var scope = NewDisposeScope();
            _optimizer.zero_grad();
            nn.functional.cross_entropy(_encoder.forward(_ids), _labels).backward();
            _optimizer.step();
            return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _encoder.Dispose();
            _ids.Dispose();
            _labels.Dispose();
        }
    }

    /// <summary>DistilBert as anybody would write it with TorchSharp.</summary>
    sealed class Encoder : nn.Module<Tensor, Tensor>
    {
        readonly Modules.Embedding _words, _positions;
        readonly Modules.LayerNorm _norm;
        readonly Modules.ModuleList<nn.Module<(Tensor, Tensor), Tensor>> _layers;
        readonly Modules.Linear _classifier;

        public Encoder(Case one) : base(nameof(Encoder))
        {
            _words = nn.Embedding(one.Vocabulary, one.Width, padding_idx: 0);
            _positions = nn.Embedding(one.Shape.Positions, one.Width);
            _norm = nn.LayerNorm(one.Width, 1e-12);
            _layers = nn.ModuleList<nn.Module<(Tensor, Tensor), Tensor>>(
                [.. Enumerable.Range(0, one.Shape.Layers).Select(_ => new Block(one))]);
            _classifier = nn.Linear(one.Width, 4);
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids)
        {
            var mask = ids.ne(0).unsqueeze(1).unsqueeze(1);
            var x = _norm.forward(_words.forward(ids).add(_positions.forward(arange(ids.size(1)))));
            foreach (var layer in _layers) x = layer.call((x, mask));
            return _classifier.forward(x.select(1, 0));
        }
    }

    sealed class Block : nn.Module<(Tensor, Tensor), Tensor>
    {
        readonly int _head;
        readonly Modules.Linear _query, _key, _value, _out, _first, _second;
        readonly Modules.LayerNorm _attended, _transformed;

        public Block(Case one) : base(nameof(Block))
        {
            _head = one.Width / one.Shape.Heads;
            (_query, _key, _value) = (nn.Linear(one.Width, one.Width), nn.Linear(one.Width, one.Width), nn.Linear(one.Width, one.Width));
            (_out, _first, _second) =
                (nn.Linear(one.Width, one.Width), nn.Linear(one.Width, one.Shape.Neurons), nn.Linear(one.Shape.Neurons, one.Width));
            (_attended, _transformed) = (nn.LayerNorm(one.Width, 1e-12), nn.LayerNorm(one.Width, 1e-12));
            RegisterComponents();
        }

        public override Tensor forward((Tensor, Tensor) input)
        {
            var (x, mask) = input;
            Tensor Heads(Tensor steps) => steps.view(steps.size(0), steps.size(1), -1, _head).transpose(1, 2);
            var mean = nn.functional.scaled_dot_product_attention(
                Heads(_query.forward(x)), Heads(_key.forward(x)), Heads(_value.forward(x)), attn_mask: mask);
            x = _attended.forward(_out.forward(mean.transpose(1, 2).flatten(2)).add(x));
            return _transformed.forward(_second.forward(nn.functional.gelu(_first.forward(x))).add(x));
        }
    }
}
