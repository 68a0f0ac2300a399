namespace AutoFlip;

/// <summary>Federated dropout: a client trains units that are drawn at random for it in each round.</summary>
/// <remarks>
/// A client of rate r trains ceil(r K) units of every layer, drawn without replacement by round and client. With one rate (0.75, say) it is
/// the method as published; with several it is the random variant in FedRolex' comparison.
/// <para>Cost: as <see cref="HeteroFl"/>. The server encodes a model for each client of a round and keeps these messages until the
/// round ends: 4 bytes a value of each sub-model.</para>
/// <para>Source: Caldas, Konečný, McMahan and Talwalkar 2018 (arXiv 1812.07210), section 3. Differs: clients count by their samples where
/// they cover a value.</para>
/// </remarks>
[Published("Caldas et al. 2018, arXiv 1812.07210")]
public sealed record FederatedDropout : ScaledSubModelPruner
{
    /// <inheritdoc/>
    public override bool IsNested => false;

    private protected override Selection Choose(int width, int kept, int group, SubModelContext context)
    {
        var units = new bool[width];
        var random = context.Seeds.For(Purpose.SubModelUnits, context.Round, context.Client, group);
        foreach (var unit in random.Permutation(width).AsSpan(0, kept)) units[unit] = true;
        return Selection.Of(units);
    }
}
