using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Turns the replies of a round into what the pruner keeps. Replies come one after another, in the order of the cohort; none is
/// kept.</summary>
public abstract class ReportFold
{
    /// <summary>Adds a client's reply.</summary>
    /// <param name="reply">Checked, and good until the next one: its report is finite and as long as the round's
    /// <see cref="TrainingProbe.Parts"/> say, its values are as many as the round's mask keeps.</param>
    public abstract void Add(ClientReply reply);

    /// <summary>The pruner's memory from now on: saved with the run, and handed to <see cref="Pruner.Prune"/>.</summary>
    /// <param name="aggregate">The server's weights after the round.</param>
    public abstract float[] End(Weights aggregate);
}

/// <summary>The sum of all reports so far, and their number behind it; clients weigh the same.</summary>
/// <param name="memory">What earlier rounds left; null if this is the first.</param>
/// <param name="length">Numbers of a report.</param>
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
    public override void Add(ClientReply reply)
    {
        TensorPrimitives.Add(_sums.AsSpan(0, reply.Report.Length), reply.Report.Span, _sums);
        _sums[^1]++;
    }

    /// <inheritdoc/>
    public override float[] End(Weights aggregate) => _sums;
}

/// <summary>The sum of a round's reports by their clients' samples, Σ n_k r_k.</summary>
/// <param name="length">Numbers of a report.</param>
/// <remarks>Finite, whatever finite numbers clients report. Memory: a double per number.</remarks>
sealed class SampleSum(int length) : ReportFold
{
    readonly double[] _sums = new double[length];

    /// <inheritdoc/>
    public override void Add(ClientReply reply)
    {
        var report = reply.Report.Span;
        for (var i = 0; i < report.Length; i++) _sums[i] += (double)reply.Examples * report[i];
    }

    /// <inheritdoc/>
    public override float[] End(Weights aggregate) =>
        Array.ConvertAll(_sums, sum => (float)Math.Clamp(sum, float.MinValue, float.MaxValue));
}
