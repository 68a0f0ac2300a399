namespace AutoFlip;

/// <summary>Adaptive server steps: each parameter's mean update is divided by the root of its second moment.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>
/// With Δ = mean - w: m ← β1 m + (1-β1)Δ, v as the subclass has it, w ← w + η m / (√v + τ). v begins at τ² and has no bias correction. The
/// slot holds u = v - τ², so that a slot of zeros is the initial value: so begins a parameter that a new mask restores. Where Δ = 0 and
/// m = 0, w stays, to the bit. Running statistics become the mean.
/// <para>Cost: two vectors on the server; nothing on the wire or at clients.</para>
/// <para>Source: Reddi et al. 2021, arXiv 2003.00295, algorithm 2.</para>
/// </remarks>
public abstract record FedOpt(double Beta1) : FederatedAlgorithm
{
    const string Mean = "mean", Square = "square";

    /// <summary>The server's learning rate η, above 0.</summary>
    [Option("Server learning rate of an adaptive step. A parameter moves by about this much a round.", Above = 0, AtMost = 10)]
    public double Eta { get; init; } = 0.1;

    /// <summary>Degree of adaptivity τ, above 0.</summary>
    [Option("Added to the root of the second moment of updates, which begins at its square. Larger adapts less.", Above = 0, AtMost = 10)]
    public double Tau { get; init; } = 1e-3;

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var (state, zeros) = (base.Initialize(initial), Weights.Zeros(initial.Layout));
        return state with { Slots = state.Slots.Add(Mean, zeros).Add(Square, zeros) };
    }

    /// <summary>The second moment after a round.</summary>
    /// <param name="u">v - τ² before it.</param>
    /// <param name="square">Δ².</param>
    /// <returns>v - τ².</returns>
    protected abstract double Next(double u, double square);

    /// <inheritdoc/>
    public override ServerState ServerUpdate(ServerState state, Weights mean)
    {
        var old = state.Weights.Values;
        var (m, u, next) = (state.Slots[Mean].ToArray(), state.Slots[Square].ToArray(), mean.ToArray());
        for (var i = 0; i < mean.Layout.ParameterCount; i++)
        {
            double delta = next[i] - old[i];
            m[i] = (float)(Beta1 * m[i] + (1 - Beta1) * delta);
            u[i] = (float)Next(u[i], delta * delta);
            next[i] = (float)(old[i] + Eta * m[i] / (Math.Sqrt(Math.Max(0, u[i] + Tau * Tau)) + Tau)); // v >= 0 but for rounding of u
        }
        var layout = mean.Layout;
        return new(new(layout, next), state.Slots.SetItem(Mean, new(layout, m)).SetItem(Square, new(layout, u)));
    }
}
