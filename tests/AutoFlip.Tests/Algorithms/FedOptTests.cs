namespace AutoFlip.Tests;

public class FedOptTests
{
    static readonly WeightLayout Layout = WeightLayout.Create([("w", [2], TensorRole.Weight), ("var", [1], TensorRole.Statistic)]);

    static FedOpt Of(string name) => name switch
    {
        "fedadam" => new FedAdam(0.9) { Tau = 0.01 },
        "fedyogi" => new FedYogi(0.9) { Tau = 0.01 },
        _ => new FedAdagrad(0.9) { Tau = 0.01 },
    };

    /// <summary>
    /// w = 0, Δ = 1, β1 = 0.9, β2 = 0.99, η = 0.1, τ = 0.01, so v begins at 0.0001 and m = 0.1. Adam: v = 0.99 · 0.0001 + 0.01 = 0.010099.
    /// Yogi: v = 0.0001 + 0.01 = 0.0101. Adagrad: v = 1.0001. A step is 0.1 · 0.1 / (√v + 0.01).
    /// </summary>
    [Theory]
    [InlineData("fedadam", 0.010099, 0.0905028), InlineData("fedyogi", 0.0101, 0.0904988), InlineData("fedadagrad", 1.0001, 0.0099005)]
    public void A_first_step_is_the_papers(string name, double square, double step)
    {
        var algorithm = Of(name);

        var state = algorithm.ServerUpdate(algorithm.Initialize(Weights.Zeros(Layout)), new Weights(Layout, [1, 0, 7]));

        Assert.Equal(step, state.Weights.Values[0], 1e-6 * step + 5e-8); // the numbers above have six digits
        Assert.Equal(0.1, state.Slots["mean"].Values[0], 1e-7);
        Assert.Equal(square, state.Slots["square"].Values[0] + 0.0001, 1e-7);
        Assert.Equal(7, state.Weights.Values[2]); // a statistic is the clients' mean, and has no moments
        Assert.Equal([0, 0], new[] { state.Slots["mean"].Values[2], state.Slots["square"].Values[2] });
    }

    /// <summary>Against the paper's recursion of v itself, in double, over updates of changing size.</summary>
    [Theory, InlineData("fedadam"), InlineData("fedyogi"), InlineData("fedadagrad")]
    public void Many_steps_are_the_papers(string name)
    {
        var algorithm = Of(name);
        var state = algorithm.Initialize(Weights.Zeros(Layout));
        double m = 0, v = 1e-4, w = 0;
        for (var t = 1; t <= 30; t++)
        {
            var delta = Math.Sin(t) * Math.Pow(10, -t / 10.0);
            state = algorithm.ServerUpdate(state, new Weights(Layout, [(float)(state.Weights.Values[0] + delta), 0, 1]));
            m = 0.9 * m + 0.1 * delta;
            v = name switch
            {
                "fedadam" => 0.99 * v + 0.01 * delta * delta,
                "fedyogi" => v - 0.01 * delta * delta * Math.Sign(v - delta * delta),
                _ => v + delta * delta,
            };
            w += 0.1 * m / (Math.Sqrt(v) + 0.01);
            Assert.Equal(w, state.Weights.Values[0], 2e-6); // thirty roundings of floats below 1
        }
    }

    [Theory, InlineData("fedadam"), InlineData("fedyogi"), InlineData("fedadagrad")]
    public void Where_no_client_moved_nothing_moves_to_the_bit(string name)
    {
        var algorithm = Of(name);
        var weights = new Weights(Layout, [0.1f, -3e7f, 2]);

        var state = algorithm.Initialize(weights);
        for (var round = 0; round < 3; round++) state = algorithm.ServerUpdate(state, weights);

        Assert.Equal(weights.Sha256(), state.Weights.Sha256());
    }

    /// <summary>v of a parameter that comes back is τ² again, whatever it was: its first step is that of round 1.</summary>
    [Theory, InlineData("fedadam"), InlineData("fedyogi"), InlineData("fedadagrad")]
    public void A_parameter_that_comes_back_starts_anew(string name)
    {
        var algorithm = Of(name);
        var zeros = Weights.Zeros(Layout);
        var first = algorithm.ServerUpdate(algorithm.Initialize(zeros), new Weights(Layout, [1, 1, 0]));
        var mask = Mask.OfWeights(Layout, Selection.FromBits([0b01], 2));
        var removed = first.Masked(mask, Regrow.Zero);

        var back = algorithm.ServerUpdate(removed, new Weights(Layout, [removed.Weights.Values[0], 1, 0]));

        Assert.Equal(first.Weights.Values[1], back.Weights.Values[1]);
    }
}
