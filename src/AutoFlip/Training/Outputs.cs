using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace AutoFlip;

/// <summary>A model's outputs over a set of samples, collected batch by batch, and the figures computed from them.</summary>
/// <param name="samples">How many samples there will be.</param>
/// <param name="outputs">Outputs per sample, or per step of a sequence.</param>
/// <param name="kind">What their targets are like.</param>
sealed class Outputs(int samples, int outputs, Targets kind)
{
    readonly float[] _scores = new float[Room(samples, kind.PerSample, outputs)];
    readonly int[] _classes = new int[kind.AreNumbers ? 0 : samples * kind.PerSample];
    readonly float[] _numbers = new float[kind.AreNumbers ? samples : 0];
    double _loss;
    int _counted;

    static int Room(int samples, int steps, int outputs) => (double)samples * steps * outputs is var values && values <= Array.MaxLength
        ? (int)values
        : throw AutoFlipException.BadRequest(string.Create(CultureInfo.InvariantCulture,
            $"The outputs of {samples:N0} samples of {steps:N0} steps with {outputs:N0} scores each are {values:N0} numbers, "
            + $"and {Array.MaxLength:N0} can be evaluated at once. ")
            + "Lower Experiment.EmbeddingCount, Experiment.SequenceLength or Experiment.SampleFraction.");

    /// <summary>Outputs per sample, or per step of a sequence.</summary>
    public int Width => outputs;

    /// <summary>Samples, or steps of sequences, added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Mean loss over what was added so far, <see cref="Targets.Ignored"/> steps aside.</summary>
    public double Loss => _loss / _counted;

    /// <summary>Adds a batch behind the ones before it.</summary>
    /// <param name="scores">[N, outputs], contiguous.</param>
    /// <param name="targets">int64 [N] classes or float32 [N] numbers.</param>
    /// <param name="loss">The batch's mean loss.</param>
    public void Add(torch.Tensor scores, torch.Tensor targets, float loss)
    {
        MemoryMarshal.Cast<byte, float>(scores.bytes).CopyTo(_scores.AsSpan(Count * outputs));
        int added, counted = 0;
        if (kind.AreNumbers)
        {
            var numbers = MemoryMarshal.Cast<byte, float>(targets.bytes);
            numbers.CopyTo(_numbers.AsSpan(Count));
            added = counted = numbers.Length;
        }
        else
        {
            var classes = MemoryMarshal.Cast<byte, long>(targets.bytes);
            added = classes.Length;
            for (var i = 0; i < added; i++)
            {
                _classes[Count + i] = (int)classes[i];
                if (classes[i] != Targets.Ignored) counted++;
            }
        }
        Count += added;
        _counted += counted;
        _loss += (double)loss * counted;
    }

    /// <summary>Adds all of another collection.</summary>
    public void Add(Outputs other)
    {
        other._scores.AsSpan(0, other.Count * outputs).CopyTo(_scores.AsSpan(Count * outputs));
        if (kind.AreNumbers) other._numbers.AsSpan(0, other.Count).CopyTo(_numbers.AsSpan(Count));
        else other._classes.AsSpan(0, other.Count).CopyTo(_classes.AsSpan(Count));
        Count += other.Count;
        _counted += other._counted;
        _loss += other._loss;
    }

    /// <summary>The metrics' values by name.</summary>
    /// <param name="metrics">Metrics that fit the targets.</param>
    /// <param name="cutOff">The logit from which on a single output means class 1.</param>
    public ImmutableSortedDictionary<string, double?> Metrics(IEnumerable<Metric> metrics, float cutOff)
    {
        var scores = _scores.AsSpan(0, Count * outputs);
        var predictions = kind.AreNumbers
            ? Predictions.OfNumbers(scores, outputs, _numbers.AsSpan(0, Count))
            : Predictions.OfClasses(scores, outputs, _classes.AsSpan(0, Count), cutOff);
        var values = ImmutableSortedDictionary.CreateBuilder<string, double?>(StringComparer.Ordinal);
        foreach (var metric in metrics) values.Add(metric.Name, metric.Compute(predictions));
        return values.ToImmutable();
    }

    /// <summary>Loss and metrics as a client reports them.</summary>
    public ClientFigures Figures(IEnumerable<Metric> metrics, float cutOff) => new(_counted, Metrics(metrics, cutOff).Add("loss", Loss));

    /// <summary>Histograms of the scores of the two classes, on which a cut-off is fitted. For one output only.</summary>
    public ScoreCounts ScoreCounts() => AutoFlip.ScoreCounts.Of(_scores.AsSpan(0, Count), _classes.AsSpan(0, Count));
}
