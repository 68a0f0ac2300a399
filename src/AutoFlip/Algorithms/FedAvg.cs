namespace AutoFlip;

/// <summary>FedAvg: federated averaging, with server momentum as a running mean.</summary>
/// <param name="Beta">Server momentum beta, in [0, 1). 0 is plain FedAvg: the next weights are the mean, to the bit.</param>
/// <remarks>
/// With Δ = w - mean: v ← βv + (1-β)Δ, w ← w - v. Written as w ← mean + β(w - mean) - βv, which is the same number and exact for
/// β = 0. Running statistics become the mean at once: momentum could overshoot a variance below zero.
/// <para>Cost: one vector on the server, none with β = 0.</para>
/// <para>Sources: McMahan et al. 2017 (arXiv 1602.05629); Hsu, Qi and Brown 2019 (arXiv 1909.06335) for the momentum. As in the
/// reference v carries the factor 1-β and is not bias-corrected, so round 1 moves by (1-β) of a FedAvg step.
/// <see cref="FedAvgM"/> is the form without the factor.</para>
/// </remarks>
[Published("McMahan et al. 2017, arXiv 1602.05629")]
public sealed record FedAvg(double Beta) : FederatedAlgorithm
{
    const string Momentum = "momentum";

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var state = base.Initialize(initial);
        return Beta == 0 ? state : state with { Slots = state.Slots.Add(Momentum, Weights.Zeros(initial.Layout)) };
    }

    /// <inheritdoc/>
    public override ServerState ServerUpdate(ServerState state, Weights mean)
    {
        if (Beta == 0) return state with { Weights = mean };

        var old = state.Weights.Values;
        var velocity = state.Slots[Momentum].ToArray();
        var next = mean.ToArray();
        var beta = (float)Beta;
        for (var i = 0; i < mean.Layout.ParameterCount; i++)
        {
            var delta = old[i] - next[i];
            next[i] += beta * (delta - velocity[i]);
            velocity[i] = beta * velocity[i] + (1 - beta) * delta;
        }
        return new(new Weights(mean.Layout, next), state.Slots.SetItem(Momentum, new Weights(mean.Layout, velocity)));
    }
}
