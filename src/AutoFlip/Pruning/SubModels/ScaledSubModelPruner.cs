namespace AutoFlip;

/// <summary>Sub-models whose activations can be kept at the size that the full model's have.</summary>
/// <remarks>HeteroFL's authors scale, and normalise each batch behind it, which undoes the scaling. In networks without batch normalisation
/// it multiplies steps by 1/r² per layer, so it is off by default.</remarks>
public abstract record ScaledSubModelPruner : SubModelPruner
{
    /// <summary>True: in training, outputs of convolutions and linear layers are divided by the share of their units that the sub-model
    /// has. Without effect before batch normalisation.</summary>
    [Option("Divide outputs of convolutions and linear layers by the sub-model's share of units while it trains.")]
    public bool Scaler { get; init; }

    /// <inheritdoc/>
    public override TrainingView? View(SubModelContext context, Network small) => Scaler ? ScaledView.Of(context.Network, small) : null;
}
