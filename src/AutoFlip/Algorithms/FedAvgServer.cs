namespace AutoFlip;

/// <summary>Algorithms whose server makes the step of <see cref="FedAvg"/>.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
public abstract record FedAvgServer(double Beta) : FederatedAlgorithm
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
