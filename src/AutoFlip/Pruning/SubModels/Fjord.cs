using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FjORD: ordered dropout. A client trains the first units of every layer, and in each batch only the first of these.</summary>
/// <remarks>
/// A client's rate p_max is the widest that it can train. Each batch draws one of the rates p up to p_max, all as likely, and trains the
/// first ceil(p K) units. So units are ordered by importance, and the global model can be cut to any of the rates.
/// <para>Cost: traffic and memory as <see cref="HeteroFl"/>; computation that of p_max for each batch.</para>
/// <para>Source: Horváth et al. 2021 (arXiv 2102.13451), algorithm 1 without distillation. Differs: batch normalisation has one set of
/// running statistics for all widths; clients count by their samples where they cover a value; rates are by default those of
/// <see cref="HeteroFl"/>, where the authors have 0.2, 0.4, 0.6, 0.8 and 1 (<see cref="SubModelPruner.ModelRates"/>).</para>
/// </remarks>
[Published("Horváth et al. 2021, arXiv 2102.13451")]
public sealed record Fjord : SubModelPruner
{
    /// <inheritdoc/>
    public override TrainingView? View(SubModelContext context, Network small)
    {
        var (own, full) = (RateOf(context), SubModelOf(context).Present);
        ImmutableArray<Selection> widths = [.. from rate in Rates(ModelRates)!.Value.Distinct().Order()
                                               where rate <= own
                                               select UnitsOf(rate, context).Present.Within(full)];
        return widths.Length == 1
            ? null
            : new NestedView(widths, context.Seeds.For(Purpose.SubModelUnits, context.Round, context.Client));
    }

}
