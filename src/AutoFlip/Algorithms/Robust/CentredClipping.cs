using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Centred clipping: updates are clipped about the last round's aggregate, which is nearer to them than 0 is.</summary>
/// <remarks>
/// v ← v + mean_k clip_τ(Δ_k - v) and w ← w + v, where Δ_k = x_k - w, clip_τ(z) = z min(1, τ/‖z‖), and v starts at 0: round 1
/// is one of <see cref="NormClipping"/>. A wrong reply moves v by τ/n at most. τ is given, or the median of the round's norms ‖Δ_k - v‖.
/// Each client weighs the same; v is of parameters only, and 0 where the mask removed one.
/// <para>Memory besides: v, one vector of the server's saved state. Cost: 3 n passes over the parameters for n replies: about 70 ms on
/// one core for 10 replies of 1,000,000 parameters.</para>
/// <para>Source: Karimireddy et al. 2020, arXiv:2012.10333, algorithm 2, one iteration. Departure: updates are aggregated, where the
/// paper's clients send momenta.</para>
/// </remarks>
[Published("Karimireddy et al. 2020, arXiv 2012.10333")]
public sealed record CentredClipping : RobustAlgorithm
{
    const string Last = "aggregate";

    /// <summary>Bound τ of a client's norm, at least 0; 0 stands for the median of the round's norms.</summary>
    [Option("Bound of the norm of a client's update. 0 means the median of the round's norms.", AtLeast = 0)]
    public double ClipNorm { get; init; }

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var state = base.Initialize(initial);
        return state with { Slots = state.Slots.Add(Last, Weights.Zeros(initial.Layout)) };
    }

    /// <inheritdoc/>
    public override void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result)
    {
        var center = mask.KeptParameters().Gather(state.Weights.Parameters);
        TensorPrimitives.Add(center, mask.KeptParameters().Gather(state.Slots[Last].Parameters), center);
        NormClipping.Clip(replies, center, ClipNorm, result);
    }

    /// <inheritdoc/>
    public override ServerState ServerUpdate(ServerState state, Weights mean)
    {
        var last = new float[mean.Layout.Count];
        TensorPrimitives.Subtract(mean.Parameters, state.Weights.Parameters, last);
        return new(mean, state.Slots.SetItem(Last, new Weights(mean.Layout, last)));
    }
}
