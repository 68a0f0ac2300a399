namespace AutoFlip;

/// <summary>The running statistics of one layer of batch normalisation.</summary>
/// <param name="Mean">Mean of the layer's input, per channel.</param>
/// <param name="Variance">Its variance, as long.</param>
/// <param name="Momentum">Share of a new batch in both.</param>
readonly record struct NormStatistics(TensorEntry Mean, TensorEntry Variance, double Momentum)
{
    /// <summary>Tests whether clients compute statistics before evaluations of a run: there are some, and they travel.</summary>
    public static bool AreMeasured(Experiment experiment, FederatedAlgorithm algorithm, Network network)
    {
        if (!experiment.StaticBatchNorm) return false;
        var travels = algorithm.Travels(network);
        return Of(network).Any(statistics => travels[statistics.Mean.Offset]);
    }

    /// <summary>Those of all layers of a network, in the order in which they run.</summary>
    public static IEnumerable<NormStatistics> Of(Network network) =>
        from node in network.Nodes
        let layer = node.Layer as BatchNorm2d
        where layer is not null
        select new NormStatistics(network.Layout[node.Tensors[2]], network.Layout[node.Tensors[3]], layer.Momentum);
}
