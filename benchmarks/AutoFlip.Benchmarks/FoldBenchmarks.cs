using BenchmarkDotNet.Attributes;

namespace AutoFlip.Benchmarks;

/// <summary>The weighted mean of five models.</summary>
public class FoldBenchmarks
{
    readonly float[][] _models = [.. Enumerable.Range(0, 5).Select(Model.Values)];

    /// <summary>All models at once, parameter by parameter, in double.</summary>
    [Benchmark(Baseline = true)]
    public float[] Naive()
    {
        var mean = new float[Model.Layout.Count];
        for (var i = 0; i < mean.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < _models.Length; k++) sum += (k + 1) * _models[k][i];
            mean[i] = (float)(sum / 15);
        }
        return mean;
    }

    /// <summary>One after another, as they arrive.</summary>
    [Benchmark]
    public float Fold()
    {
        var fold = new WeightedFold(Model.Layout.Count);
        for (var k = 0; k < _models.Length; k++) fold.Add(_models[k], k + 1);
        return fold.Mean[0];
    }
}
