using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Turns the reports of a round into what the pruner keeps. Reports come one after another, in the order of the cohort; none is
/// kept.</summary>
public abstract class ReportFold
{
    /// <summary>Adds a client's report.</summary>
    /// <param name="report">Finite, as long as the round's <see cref="TrainingProbe.Lengths"/> sum to. Good until the next one.</param>
    public abstract void Add(ReadOnlySpan<float> report);

    /// <summary>The pruner's memory from now on: saved with the run, and handed to <see cref="Pruner.Prune"/>.</summary>
    public abstract float[] End();
}

/// <summary>The sum of all reports so far, and their number behind it; clients weigh the same.</summary>
/// <param name="memory">What earlier rounds left; null if this is the first.</param>
/// <param name="length">Values of a report.</param>
sealed class ReportSum(float[]? memory, int length) : ReportFold
{
    readonly float[] _sums = memory?.ToArray() ?? new float[length + 1]; // a copy: a round may be given up

    /// <summary>The mean of all reports.</summary>
    public static float[] MeanOf(ReadOnlySpan<float> memory)
    {
        var mean = memory[..^1].ToArray();
        TensorPrimitives.Divide(mean, memory[^1], mean);
        return mean;
    }

    /// <summary>Reports in the sum.</summary>
    public static int CountOf(ReadOnlySpan<float> memory) => (int)memory[^1];

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<float> report)
    {
        TensorPrimitives.Add(_sums.AsSpan(0, report.Length), report, _sums);
        _sums[^1]++;
    }

    /// <inheritdoc/>
    public override float[] End() => _sums;
}
