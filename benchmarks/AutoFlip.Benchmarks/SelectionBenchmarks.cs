using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AutoFlip.Benchmarks;

/// <summary>Choosing, collecting and spreading the kept half.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class SelectionBenchmarks
{
    readonly Selection _half = Model.Half();
    readonly float[] _full = Model.Values(1);
    readonly float[] _kept = new float[Model.Layout.ParameterCount];
    readonly float[] _spread = new float[Model.Layout.Count];

    /// <summary>Sorts all positions by score.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("keep highest")]
    public int NaiveKeepHighest() =>
        Enumerable.Range(0, _full.Length).OrderByDescending(i => _full[i]).Take(_full.Length / 2).ToHashSet().Count;

    /// <summary>By radix selection.</summary>
    [Benchmark, BenchmarkCategory("keep highest")]
    public int KeepHighest() => Selection.Highest(_full, _full.Length / 2).Kept;

    /// <summary>Asks for every position.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("gather")]
    public int NaiveGather()
    {
        var next = 0;
        for (var i = 0; i < _half.Count; i++)
            if (_half[i]) _kept[next++] = _full[i];
        return next;
    }

    /// <summary>Word by word.</summary>
    [Benchmark, BenchmarkCategory("gather")]
    public void Gather() => _half.Gather(_full, _kept);

    /// <summary>Asks for every position.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("scatter")]
    public int NaiveScatter()
    {
        var next = 0;
        for (var i = 0; i < _half.Count; i++)
            if (_half[i]) _spread[i] = _full[next++];
        return next;
    }

    /// <summary>Word by word.</summary>
    [Benchmark, BenchmarkCategory("scatter")]
    public void Scatter() => _half.Scatter(_full, _spread);
}
