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
public sealed record FedAvg(double Beta) : FedAvgServer(Beta);
