using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedRTS's posteriors after a round: Beta(a_j, b_j) of every weight or unit j, as [a, b]; 1 of what is never swapped.</summary>
sealed class Posterior : ReportFold
{
    readonly SwappingPruner _pruner;
    readonly ProbeContext _context;
    readonly ImmutableArray<SwapSet> _sets;
    readonly ImmutableArray<ReportedMembers> _reported; // empty unless clients report
    readonly float _share;
    readonly float _weight;
    readonly float[] _memory;
    readonly float[] _votes; // Σ n_k X_k of each member
    float _samples;

    /// <summary>Begins a round.</summary>
    /// <param name="pruner">Says what is swapped.</param>
    /// <param name="share">γ.</param>
    /// <param name="weight">λ.</param>
    /// <param name="members">Weights or units, swapped or not.</param>
    /// <param name="memory">What the last round came to; null before the first.</param>
    /// <param name="context">The round.</param>
    public Posterior(SwappingPruner pruner, double share, double weight, int members, float[]? memory, ProbeContext context)
    {
        (_pruner, _context, _share, _weight) = (pruner, context, (float)share, (float)weight);
        _memory = memory?.ToArray() ?? new float[2 * members]; // a copy: a round may be given up
        if (memory is null) Array.Fill(_memory, 1);
        _votes = new float[members];
        _sets = pruner.SetsOf(context);
        _reported = pruner.Measures(context.Round, context.First) ? [.. pruner.Reported(_sets)] : [];
    }

    /// <summary>Draws ξ_j of every member j. Each set keeps as many as before, those of largest ξ_j.</summary>
    /// <param name="context">The adjustment; keys the draws.</param>
    /// <param name="sets">The sets.</param>
    public static IEnumerable<Selection> Draw(PruningContext context, ImmutableArray<SwapSet> sets)
    {
        var members = context.Memory.Length / 2;
        var random = context.Seeds.For(Purpose.PrunerDraws, context.Round);
        foreach (var set in sets)
        {
            var draws = new float[set.Kept.Count];
            for (var i = 0; i < draws.Length; i++)
            {
                var j = set.Offset + i;
                draws[i] = (float)random.NextBeta(context.Memory.Span[j], context.Memory.Span[members + j]);
            }
            yield return Selection.Highest(draws, set.Kept.Kept);
        }
    }

    /// <inheritdoc/>
    public override void Add(ClientReply reply)
    {
        _samples += reply.Examples;
        Vote(_context.Kept.Scatter(reply.Values), reply.Examples, _votes);
        SwapSet.Add(_reported, reply.Report.Span, reply.Examples, _votes);
    }

    /// <inheritdoc/>
    public override float[] End(Weights aggregate)
    {
        var outcomes = new float[_votes.Length];
        Vote(_context.Shrink(aggregate), 1, outcomes);
        foreach (var (members, _) in _reported)
            foreach (var member in members) outcomes[member] = 0.5f;
        for (var i = 0; i < outcomes.Length; i++) // rounding may take it above 1, and b below what it was
            outcomes[i] = Math.Min(1, _share * outcomes[i] + (1 - _share) * _votes[i] / _samples);

        foreach (var set in _sets)
            for (var i = 0; i < set.Kept.Count; i++)
                if (set.Kept[i]) Update(set.Offset + i);
        foreach (var (members, _) in _reported)
            foreach (var member in members) Update(member);
        return _memory;

        void Update(int i)
        {
            _memory[i] += _weight * outcomes[i];
            _memory[outcomes.Length + i] += _weight * (1 - outcomes[i]);
        }
    }

    /// <summary>Adds a weight to the κ kept members of largest magnitude of each set.</summary>
    void Vote(ReadOnlySpan<float> parameters, float weight, float[] votes)
    {
        var magnitudes = _pruner.MagnitudesOf(_context, parameters);
        foreach (var set in _sets)
        {
            var stay = set.Staying(magnitudes);
            for (var i = 0; i < stay.Count; i++)
                if (stay[i]) votes[set.Offset + i] += weight;
        }
    }
}
