namespace AutoFlip.Bench;

/// <summary>Keeps the first half of the units of every layer, and all of their weights: networks of half
/// the width, for measurements.</summary>
sealed record HalfWidth : Pruner
{
    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var units = Of(context.Network);
        return Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
    }

    /// <summary>Those units.</summary>
    public static Units Of(Network network) => new(network, [.. network.Groups.Select(group =>
        Selection.Of([.. Enumerable.Range(0, group.Width).Select(unit => group.IsFixed || unit < (group.Width + 1) / 2)]))]);
}
