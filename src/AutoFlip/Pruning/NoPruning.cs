namespace AutoFlip;

/// <summary>Keeps everything.</summary>
[Published("nothing is pruned")]
public sealed record NoPruning : Pruner
{
    /// <inheritdoc/>
    public override Mask Prune(PruningContext context) => Mask.Dense(context.Network.Layout);
}
