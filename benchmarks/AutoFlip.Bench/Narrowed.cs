namespace AutoFlip.Bench;

/// <summary>Keeps the first units of every layer, and all of their weights: narrower networks, for measurements.</summary>
/// <param name="Share">Share of the units that is kept, rounded up.</param>
sealed record Narrowed(decimal Share) : Pruner
{
    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var units = Of(context.Network);
        return Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
    }

    /// <summary>Those units.</summary>
    public Units Of(Network network) => new(network, [.. network.Groups.Select(group =>
        Selection.Of([.. Enumerable.Range(0, group.Width).Select(unit => group.IsFixed || unit < decimal.Ceiling(Share * group.Width))]))]);
}
