using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedDST: clients adjust the mask themselves, and the server combines their masks by magnitude.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// In the round before an adjustment client k trains under the common mask, removes the k_l = ⌊f(s) K_l⌋ of its K_l weights of least |w| of
/// each layer, and lets the k_l removed ones of largest |g| come at 0. It reports their positions; what it removed follows from the weights
/// that it returns. The server takes each weight as the mean over the clients whose mask has it, Σ n_k w_kj / Σ n_k, and the next mask
/// keeps K_l of each layer: those of largest |w| that any client kept, and where these are too few, the ones that clients with most samples
/// let come; of equal ones the lower index.
/// <para>Cost: k_l positions of each layer up, about a byte each, per client and adjustment. The server keeps a float per parameter.</para>
/// <para>Source: Bibikar, Vikalo, Wang and Chen 2022 (AAAI, arXiv 2112.09824), algorithm 1. Departures: the adjustment comes after the last
/// local epoch, as in the authors' code; g is the mean over the steps of the round, not the gradient of the last batch; of weights that
/// came, all 0, the authors' code keeps those of lowest index. Defaults are those of the other pruners that swap: the authors begin with
/// the largest initial weights (<see cref="SwappingPruner.MaskInit"/>), swap a share of 0.5 or, in their examples, 0.01
/// (<see cref="SwappingPruner.AdjustmentRatio"/>), and end halfway through the run (<see cref="SwappingPruner.AdjustmentEnd"/>).</para>
/// <para>There is no variant for whole units: clients that remove and restore units themselves would return networks of other shapes than
/// the one they received.</para>
/// </remarks>
[Published("Bibikar et al. 2022, arXiv 2112.09824")]
public sealed record FedDstPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    /// <summary>The pruner of an experiment.</summary>
    public static FedDstPruner Of(Experiment experiment) => new(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    public override bool HasCoverage => Refreshes;

    /// <inheritdoc/>
    public override Func<ClientReply, Selection>? CoverageIn(ProbeContext context)
    {
        if (!Measures(context.Round, context.First)) return null;
        var layers = SetsOf(context);
        return reply => Stay(context, layers, reply);
    }

    /// <inheritdoc/>
    private protected override ReportFold? FoldOf(float[]? memory, int length, ProbeContext context)
    {
        if (length == 0) return null;
        var layers = SetsOf(context);
        return new Votes(context, layers, [.. Reported(layers)]);
    }

    /// <inheritdoc/>
    internal override GrowthKind Growth => GrowthKind.Positions;

    /// <inheritdoc/>
    protected override Mask Adjusted(PruningContext context, Weights weights, Mask before)
    {
        var scores = Scores(before.KeptParameters(), weights.Parameters, context.Memory.Span);
        return LayerCounts.Highest(before.Layout, LayerCounts.Of(before), scores);
    }

    /// <summary>Ranks weights: those that some client kept, by |w|; then those that came, by samples; then those that all
    /// removed.</summary>
    /// <param name="kept">The mask.</param>
    /// <param name="weights">[parameters].</param>
    /// <param name="votes">[parameters]: samples of the clients whose own mask has the weight.</param>
    internal static float[] Scores(Selection kept, ReadOnlySpan<float> weights, ReadOnlySpan<float> votes)
    {
        var scores = new float[weights.Length];
        for (var i = 0; i < scores.Length; i++)
            scores[i] = votes[i] == 0 ? float.NegativeInfinity : kept[i] ? MathF.Abs(weights[i]) : -1 / votes[i];
        return scores;
    }

    /// <summary>The parameters of the common mask that a client keeps in its own.</summary>
    static Selection Stay(ProbeContext context, ImmutableArray<SwapSet> layers, ClientReply reply)
    {
        var own = new bool[context.Kept.Count];
        for (var i = 0; i < own.Length; i++) own[i] = context.Kept[i];
        var weights = context.Kept.Scatter(reply.Values[..context.Kept.Kept]);
        foreach (var layer in layers)
            foreach (var weight in layer.Going(weights)) own[weight] = false;
        return Selection.Of(own);
    }

    /// <summary>Samples of the clients whose own mask has a parameter.</summary>
    sealed class Votes(ProbeContext context, ImmutableArray<SwapSet> layers, ImmutableArray<ReportedMembers> reported) : ReportFold
    {
        readonly float[] _votes = new float[context.Network.Layout.ParameterCount];

        /// <inheritdoc/>
        public override void Add(ClientReply reply)
        {
            var stay = Stay(context, layers, reply);
            for (var i = 0; i < _votes.Length; i++)
                if (stay[i]) _votes[i] += reply.Examples;
            SwapSet.Add(reported, reply.Report.Span, reply.Examples, _votes);
        }

        /// <inheritdoc/>
        public override float[] End(Weights aggregate) => _votes;
    }
}
