using BenchmarkDotNet.Attributes;

namespace AutoFlip.Benchmarks;

/// <summary>One step of Adam. Against TorchSharp: <c>./bench optimizer</c>.</summary>
public class OptimizerBenchmarks
{
    const double Rate = 0.0003;

    // Gradients are copied anew for each step, in both: zeros would make the state denormal, which is slow.
    readonly float[] _fresh = Model.Values(1), _gradients = Model.Values(1), _weights = Model.Values(2);
    readonly float[] _mean = new float[Model.Layout.ParameterCount], _square = new float[Model.Layout.ParameterCount];
    readonly Stepper<float> _stepper = new Adam().Start<float>(Model.Layout.ParameterCount);
    int _step;

    /// <summary>The formula, parameter by parameter.</summary>
    [Benchmark(Baseline = true)]
    public void Naive()
    {
        _fresh.CopyTo(_gradients, 0);
        _step++;
        var rate = (float)(Rate / (1 - Math.Pow(0.9, _step)));
        var correction = (float)Math.Sqrt(1 - Math.Pow(0.999, _step));
        for (var i = 0; i < _mean.Length; i++)
        {
            _mean[i] = 0.9f * _mean[i] + 0.1f * _gradients[i];
            _square[i] = 0.999f * _square[i] + 0.001f * _gradients[i] * _gradients[i];
            _weights[i] -= rate * _mean[i] / (MathF.Sqrt(_square[i]) / correction + 1e-8f);
            _gradients[i] = 0;
        }
    }

    /// <summary>The engine's.</summary>
    [Benchmark]
    public void Fused()
    {
        _fresh.CopyTo(_gradients, 0);
        _stepper.Step(_weights, _gradients, Rate);
    }
}
