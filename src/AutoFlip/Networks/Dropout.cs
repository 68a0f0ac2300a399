using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>While training, zeroes each value with probability <paramref name="Rate"/> and scales the others by 1 / (1 - Rate).</summary>
/// <param name="Rate">In [0, 1); 0 is the identity and draws nothing.</param>
/// <remarks>
/// Draws one 24-bit uniform number per value, in the logical (row by row) order of the tensor, from the stream given to the forward
/// pass: the same stream gives the same mask on any thread and in any memory layout.
/// <para>Source: Srivastava et al. 2014, JMLR 15.</para>
/// </remarks>
public sealed record Dropout(double Rate) : Layer
{
    internal override Features Draft(LayerDraft draft)
    {
        ExperimentOptions.Require(nameof(Experiment.Dropout), Rate);
        return draft.Input;
    }

    internal override Tensor Run(in LayerRun run)
    {
        if (!run.Training || Rate == 0 || run.Dropout is not { } random) return run.Input;
        using var mask = empty(run.Input.shape, run.Input.dtype);
        if (run.Input.dtype == ScalarType.Float64) Draw(MemoryMarshal.Cast<byte, double>(mask.bytes), random);
        else Draw(MemoryMarshal.Cast<byte, float>(mask.bytes), random);
        if (run.Device.IsHost) return run.Input.mul(mask);
        using var sent = run.Device.Send(mask); // drawn on the host: the same mask on every device
        return run.Input.mul(sent);
    }

    /// <summary>Draws factors, 0 or 1 / (1 - Rate), for values in their logical order.</summary>
    /// <param name="count">Number of values.</param>
    /// <param name="random">Where to draw from; null turns dropout off.</param>
    /// <param name="into">An earlier result, which is overwritten if it is long enough.</param>
    /// <returns>At least <paramref name="count"/> factors; none if nothing is dropped.</returns>
    internal float[] Draw(int count, KeyedRandom? random, float[] into)
    {
        if (Rate == 0 || random is null) return [];
        var factors = into.Length >= count ? into : new float[count];
        Draw(factors.AsSpan(0, count), random);
        return factors;
    }

    /// <summary>Nothing: it is for training.</summary>
    internal override string Export(OnnxDraft draft) => draft.Input;

    void Draw<T>(Span<T> mask, KeyedRandom random) where T : INumberBase<T>
    {
        var threshold = (uint)Math.Round(Rate * (1 << 24));
        var kept = T.CreateTruncating(1 / (1 - Rate));
        for (var i = 0; i < mask.Length; i += 2)
        {
            var bits = random.NextUInt64();
            mask[i] = (uint)(bits >> 40) < threshold ? T.Zero : kept;
            if (i + 1 < mask.Length) mask[i + 1] = ((uint)bits >> 8) < threshold ? T.Zero : kept;
        }
    }
}
