namespace AutoFlip;

/// <summary>FedAvgM: federated averaging with server momentum as a heavy ball, and a server learning rate.</summary>
/// <param name="Beta">Server momentum β, in [0, 1). With 0 and a server learning rate of 1 it is FedAvg, to the bit.</param>
/// <remarks>
/// With Δ = mean - w: v ← βv + Δ, w ← w + ηv. Parameters only; running statistics become the mean.
/// <para><see cref="FedAvg"/> with the same β is the form with a running mean, v ← βv + (1-β)Δ, which is this one with η = 1 - β. So at
/// β = 0.9 and η = 1 steps here become up to ten times as long as there.</para>
/// <para>Cost: one vector on the server; nothing on the wire or at clients.</para>
/// <para>Source: Hsu, Qi and Brown 2019, arXiv 1909.06335, section 4.1. The paper has η = 1, and lower local learning rates under high β.
/// No Nesterov form.</para>
/// </remarks>
[Published("Hsu, Qi and Brown 2019, arXiv 1909.06335")]
public sealed record FedAvgM(double Beta) : FederatedAlgorithm
{
    const string Momentum = "momentum";

    /// <summary>The server's learning rate η, above 0.</summary>
    [Option("Server learning rate: factor on the step to the clients' mean. 1 takes the mean.", Above = 0, AtMost = 10)]
    public double ServerLearningRate { get; init; } = 1;

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var state = base.Initialize(initial);
        return Beta == 0 ? state : state with { Slots = state.Slots.Add(Momentum, Weights.Zeros(initial.Layout)) };
    }

    /// <inheritdoc/>
    public override ServerState ServerUpdate(ServerState state, Weights mean)
    {
        if (Beta == 0) return state with { Weights = state.Weights.Towards(mean, ServerLearningRate) };

        var old = state.Weights.Values;
        var velocity = state.Slots[Momentum].ToArray();
        var next = mean.ToArray();
        for (var i = 0; i < mean.Layout.ParameterCount; i++)
        {
            velocity[i] = (float)(Beta * velocity[i] + (next[i] - old[i]));
            next[i] = (float)(old[i] + ServerLearningRate * velocity[i]);
        }
        return new(new Weights(mean.Layout, next), state.Slots.SetItem(Momentum, new Weights(mean.Layout, velocity)));
    }
}
