using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoFlip.Bench;

/// <summary>The fused Adam step against TorchSharp's optimiser and against the same arithmetic in tensor operations.</summary>
static class OptimizerBench
{
    const double Rate = 0.0003, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    /// <summary>Measures on TwoCNN of width 32 for ten classes of grey images: 1,663,370 parameters.</summary>
    public static BenchReport Measure(BenchContext context) =>
        Measure(context, Catalog.Models["TwoCNN"](new SampleShape(1, 24, 24), 10, new ModelOptions()).Layout, steps: 20);

    /// <summary>Measures on tensors of these shapes, so many steps at a time.</summary>
    internal static BenchReport Measure(BenchContext context, WeightLayout layout, int steps)
    {
        var random = new Seeds(1).For(Purpose.Initialization);
        var gradient = new float[layout.ParameterCount];
        foreach (ref var value in gradient.AsSpan()) value = 0.01f * (random.NextSingle() - 0.5f);
        var collections = 0;
        Series[] series = [];
        SideBySide.Run(1, 1, (_, _) => // one intra-op thread, as a client has
        {
            using var fused = new Fused(gradient);
            using var module = new Modules(layout, gradient);
            using var tensors = new TensorOperations(gradient);
            Func<double> Step(ISteps contestant) => () =>
            {
                contestant.Prepare();
                var seconds = 0.0;
                collections += SideBySide.WithoutCollections(() => seconds = context.Seconds(() =>
                {
                    for (var i = 1; i <= steps; i++) contestant.Step(i);
                }));
                return 1000 * seconds / steps;
            };
            series = Series.Interleave(context, context.RepeatsOr(15),
                ("own, one pass", Step(fused)), ("torch.optim.Adam", Step(module)),
                ("tensor operations on one flat vector", Step(tensors)));
        });

        List<string[]> ratios = [];
        List<BenchTarget> targets = [];
        foreach (var other in series[1..])
        {
            var ratio = other.Median / series[0].Median;
            ratios.Add([$"{other.Name} / own", $"{ratio:0.00}", .. other.Over(series[0]).Cells("0.00")]);
            targets.Add(new($"{other.Name} / own", "at least 2", $"{ratio:0.00}", ratio >= 2));
        }
        return new BenchReport(
            "An Adam step",
            $"""
            One step of Adam on {layout.ParameterCount:N0} parameters (TwoCNN of width 32, {layout.Entries.Length} tensors) on one thread:
            the engine's own, which passes once over one flat vector and also clears the gradients; TorchSharp's `torch.optim.Adam`, tensor
            by tensor, without clearing; and the same arithmetic as in-place tensor operations on one flat vector. In turns, {steps} steps a
            figure.
            """,
            [
                new(
                    ["ms per step", "median", "least", "largest"],
                    [.. series.Select(taken => (string[])[taken.Name, .. taken.Cells("0.000")])]),
                new(["ratio", "of medians", "pairs: median", "least", "largest"], [.. ratios]),
            ],
            [.. targets],
            $"The garbage collector is held back for all three ({collections} collections), "
            + "because TorchSharp's optimisers break under it.");
    }

    interface ISteps : IDisposable
    {
        /// <summary>Back to the start, with fresh gradients: zeros would make state denormal, and that is slow.</summary>
        void Prepare();

        void Step(int step);
    }

    sealed class Fused(float[] gradient) : ISteps
    {
        readonly Stepper<float> _stepper = new Adam(Beta1, Beta2, Epsilon).Start<float>(gradient.Length);
        readonly float[] _weights = new float[gradient.Length], _gradients = new float[gradient.Length];

        public void Prepare()
        {
            _stepper.Reset();
            gradient.CopyTo(_gradients, 0);
        }

        public void Step(int step) => _stepper.Step(_weights, _gradients, Rate);

        public void Dispose() { }
    }

    sealed class Modules : ISteps
    {
        readonly Modules.Parameter[] _parameters;
        optim.Optimizer? _optimizer;

        public Modules(WeightLayout layout, float[] gradient) => _parameters = [.. layout.Parameters.Select(entry =>
        {
            long[] shape = [.. entry.Shape.Select(size => (long)size)];
            var slope = zeros(shape, ScalarType.Float32);
            gradient.AsSpan(entry.Range).CopyTo(MemoryMarshal.Cast<byte, float>(slope.bytes));
            return new Parameter(new TorchSharp.Modules.Parameter(zeros(shape, ScalarType.Float32)), slope);
        })];

        public void Prepare()
        {
            _optimizer?.Dispose();
            foreach (var (value, slope) in _parameters) value.grad = slope;
            _optimizer = optim.Adam(_parameters.Select(parameter => parameter.Value), Rate, Beta1, Beta2, Epsilon);
        }

        public void Step(int step) => _optimizer!.step();

        public void Dispose()
        {
            _optimizer?.Dispose();
            foreach (var (value, slope) in _parameters)
            {
                value.Dispose();
                slope.Dispose();
            }
        }

        sealed record Parameter(TorchSharp.Modules.Parameter Value, Tensor Slope);
    }

    sealed class TensorOperations : ISteps
    {
        static readonly Scalar One = (1 - Beta1).ToScalar(), Two = (1 - Beta2)
            .ToScalar(), First = Beta1.ToScalar(), Second = Beta2.ToScalar(), Small = Epsilon.ToScalar();
        readonly Tensor _weights, _gradients, _mean, _square;

        public TensorOperations(float[] gradient)
        {
            _weights = zeros([gradient.Length], ScalarType.Float32);
            _gradients = tensor(gradient, dtype: ScalarType.Float32);
            _mean = zeros([gradient.Length], ScalarType.Float32);
            _square = zeros([gradient.Length], ScalarType.Float32);
        }

        public void Prepare()
        {
            _mean.zero_();
            _square.zero_();
        }

        public void Step(int step)
        {
            using var scope = NewDisposeScope();
            using Scalar correction = (1 / Math.Sqrt(1 - Math.Pow(Beta2, step))).ToScalar(), rate = (-Rate / (1 - Math.Pow(Beta1, step)))
                .ToScalar();
            _mean.mul_(First).add_(_gradients, One);
            _square.mul_(Second).addcmul_(_gradients, _gradients, Two);
            _weights.addcdiv_(_mean, _square.sqrt().mul_(correction).add_(Small), rate);
        }

        public void Dispose()
        {
            foreach (var own in (Tensor[])[_weights, _gradients, _mean, _square]) own.Dispose();
        }
    }
}
