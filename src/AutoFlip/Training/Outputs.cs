using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AutoFlip;

/// <summary>A model's outputs over a set of samples, collected batch by batch, and the figures computed from them.</summary>
/// <param name="samples">How many samples there will be.</param>
/// <param name="outputs">Outputs per sample.</param>
sealed class Outputs(int samples, int outputs)
{
    readonly float[] _scores = new float[samples * outputs];
    readonly int[] _targets = new int[samples];
    double _loss;

    /// <summary>Outputs per sample.</summary>
    public int Width => outputs;

    /// <summary>Samples added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Mean loss over the samples added so far.</summary>
    public double Loss => _loss / Count;

    /// <summary>Adds a batch behind the ones before it.</summary>
    /// <param name="scores">[N, outputs], contiguous.</param>
    /// <param name="targets">The classes of the N samples.</param>
    /// <param name="loss">The batch's mean loss.</param>
    public void Add(torch.Tensor scores, ReadOnlySpan<long> targets, float loss)
    {
        MemoryMarshal.Cast<byte, float>(scores.bytes).CopyTo(_scores.AsSpan(Count * outputs));
        for (var i = 0; i < targets.Length; i++) _targets[Count + i] = (int)targets[i];
        Count += targets.Length;
        _loss += (double)loss * targets.Length;
    }

    /// <summary>Adds all of another collection.</summary>
    public void Add(Outputs other)
    {
        other._scores.AsSpan(0, other.Count * outputs).CopyTo(_scores.AsSpan(Count * outputs));
        other._targets.AsSpan(0, other.Count).CopyTo(_targets.AsSpan(Count));
        Count += other.Count;
        _loss += other._loss;
    }

    /// <summary>The metrics' values by name.</summary>
    public ImmutableSortedDictionary<string, double?> Metrics(IEnumerable<Metric> metrics) => metrics.ToImmutableSortedDictionary(
        metric => metric.Name,
        metric => metric.Compute(_scores.AsSpan(0, Count * outputs), outputs, _targets.AsSpan(0, Count)),
        StringComparer.Ordinal);

    /// <summary>Loss and metrics as a client reports them.</summary>
    public ClientFigures Figures(IEnumerable<Metric> metrics) => new(Count, Metrics(metrics).Add("loss", Loss));
}
