namespace AutoFlip.Tests;

public class FedExPTests
{
    static readonly FedExP Exact = new() { Epsilon = 1e-12 };

    /// <summary>Four updates of length 1, orthogonal: Σ p ‖Δ_k‖² = 1, ‖Δ‖² = 4 / 16, so η_g = 1 / (2 · 0.25) = 2 and
    /// w = 2 · 0.25.</summary>
    [Fact]
    public void Orthogonal_updates_are_extrapolated() => Assert.Equal(
        [0.5f, 0.5f, 0.5f, 0.5f, 5],
        Exact.Fold(
            Replies.Start(0, 0, 0, 0, 1), null, Replies.Of(3, 1, 0, 0, 0, 2), Replies.Of(3, 0, 1, 0, 0, 4), Replies.Of(3, 0, 0, 1, 0, 6),
            Replies.Of(3, 0, 0, 0, 1, 8)).Select(w => MathF.Round(w, 6)));

    /// <summary>By samples, 1 and 3 of lengths 2 and 2: Σ p ‖Δ_k‖² = 4; Δ = (0.5, 1.5), ‖Δ‖² = 2.5; with ε = 0.5, 4 / (2 · 3) is below 1.
    /// With lengths 4 and 2: (16 + 3 · 4) / 4 = 7, Δ = (1, 1.5), 7 / (2 · 3.75) is below 1, and without ε 7 / 6.5.</summary>
    [Theory, InlineData(2, 0.5, 0.5, 1.5), InlineData(4, 0.5, 1, 1.5), InlineData(4, 1e-12, 7 / 6.5, 1.5 * 7 / 6.5)]
    public void Clients_count_by_their_samples(float length, double epsilon, double first, double second)
    {
        var next = (Exact with { Epsilon = epsilon })
            .Fold(Replies.Start(0, 0, 1), null, Replies.Of(1, length, 0, 1), Replies.Of(3, 0, 2, 1));

        Assert.Equal(first, next[0], 1e-6);
        Assert.Equal(second, next[1], 1e-6);
    }

    /// <summary>Two orthogonal updates of equal length: η_g = 1 / (2 · 0.5) = 1; and equal ones: ½, which is below 1.</summary>
    [Theory, InlineData(0, 0.3f), InlineData(0.3f, 0)]
    public void Where_there_is_nothing_to_extrapolate_it_is_FedAvg_to_the_bit(float first, float second)
    {
        ClientReply[] replies = [Replies.Of(5, 0.3f, 0, 1), Replies.Of(7, first, second, 1)];

        Assert.Equal(
            new FedAvg(0).Fold(Replies.Start(0, 0, 1), null, replies),
            new FedExP { Epsilon = 0.02 }.Fold(Replies.Start(0, 0, 1), null, replies));
    }

    /// <summary>Four orthonormal updates again, of a model whose fifth parameter is removed.</summary>
    [Fact]
    public void Removed_parameters_have_no_length_and_do_not_move() => Assert.Equal(
        [0.5f, 0.5f, 0.5f, 0.5f, 100, 1],
        Exact.Fold(
            Replies.Start(0, 0, 0, 0, 100, 1),
            Mask.OfWeights(Replies.Start(0, 0, 0, 0, 100, 1).Layout, Selection.FromBits([0b01111], 5)), Replies.Of(3, 1, 0, 0, 0, 1),
            Replies.Of(3, 0, 1, 0, 0, 1), Replies.Of(3, 0, 0, 1, 0, 1), Replies.Of(3, 0, 0, 0, 1, 1)).Select(w => MathF.Round(w, 6)));

    [Fact]
    public async Task In_a_run_where_steps_are_never_extrapolated_it_is_FedAvg_to_the_bit()
    {
        var experiment = TinyFederation.Experiment with { Pruner = "none", ServerMomentum = 0 };

        Assert.Equal(
            (await TinyFederation.RunAsync(experiment)).Global.Sha256(),
            (await TinyFederation.RunAsync((experiment with { Algorithm = "fedexp" }).WithOption("epsilon", 1e9))).Global.Sha256());
    }
}
