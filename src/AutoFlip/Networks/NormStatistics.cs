namespace AutoFlip;

/// <summary>The running statistics of one layer of batch normalisation.</summary>
/// <param name="Mean">Mean of the layer's input, per channel.</param>
/// <param name="Variance">Its variance, as long.</param>
/// <param name="Momentum">Share of a new batch in both.</param>
readonly record struct NormStatistics(TensorEntry Mean, TensorEntry Variance, double Momentum)
{
    /// <summary>Those of all layers of a network, in the order in which they run.</summary>
    public static IEnumerable<NormStatistics> Of(Network network) =>
        from node in network.Nodes
        let layer = node.Layer as BatchNorm2d
        where layer is not null
        select new NormStatistics(network.Layout[node.Tensors[2]], network.Layout[node.Tensors[3]], layer.Momentum);
}
