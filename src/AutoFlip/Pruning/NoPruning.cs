namespace AutoFlip;

/// <summary>Keeps everything.</summary>
public sealed record NoPruning : Pruner
{
    /// <inheritdoc/>
    public override Mask Prune(PruningContext context) => Mask.Dense(context.Network.Layout);
}
