namespace AutoFlip;

/// <summary>Values of a network that cross the wire (<see cref="FederatedAlgorithm.Travels"/>), by place and kind of their
/// layers.</summary>
static class Travelling
{
    /// <summary>All values but those of some layers.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="isLocal">Whether the tensors of a layer stay at clients.</param>
    public static Selection AllBut(Network network, Func<Node, bool> isLocal)
    {
        var travels = new bool[network.Layout.Count];
        Array.Fill(travels, true);
        foreach (var tensor in network.Nodes.Where(isLocal).SelectMany(node => node.Tensors))
            travels.AsSpan(network.Layout[tensor].Range).Clear();
        return Selection.Of(travels);
    }

    /// <summary>All values but those of the last layers with weights, and of the normalisation layers behind the first of these.</summary>
    /// <param name="network">The full model.</param>
    /// <param name="layers">Layers with weights, counted from the output: at least 0; all if there are not so many.</param>
    public static Selection AllButLast(Network network, int layers)
    {
        var weighted = network.Nodes.Index().Where(at => HasWeights(network, at.Item)).Select(at => at.Index).ToList();
        var first = layers == 0 ? network.Nodes.Length : layers >= weighted.Count ? 0 : weighted[^layers];
        return AllBut(network, node => network.Nodes.IndexOf(node) >= first);
    }

    /// <summary>A refusal of pruners that would remove weights of personal layers by the server's, which are the initial ones; null where
    /// masks are of the initial model, as all have it. Those that adjust their masks are refused with all personal models.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="pruner">Its pruner.</param>
    /// <param name="layers">Personal layers, as asked for.</param>
    public static string? RefusalOfHead(Experiment experiment, Pruner pruner, int layers) =>
        layers > 0 && pruner is { GoesByWeights: true, Refreshes: false }
            && pruner.MadeFor(experiment.Rounds, experiment.FirstPrunedRound) > 1
            ? $"Experiment.Algorithm {experiment.Algorithm}: of the personal layers the server has the initial weights alone, and "
                + $"Experiment.Pruner {experiment.Pruner} would prune by them what clients have trained. Accepted: one mask of the initial "
                + "model (Experiment.DenseRounds 0), or a pruner that does not go by the server's weights."
            : null;

    /// <summary>Warnings where all layers are personal, or none.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="travels">The values that are shared.</param>
    /// <param name="layers">Personal layers, as asked for.</param>
    public static IEnumerable<string> WarningOfHead(Experiment experiment, Selection travels, int layers)
    {
        if (travels.Kept == 0)
            yield return $"Experiment.Algorithm {experiment.Algorithm}: with Options.PersonalLayers {layers} no layer of "
                + $"{experiment.Model} is shared. Every client trains alone, and the global model stays the initial one.";
        else if (travels.IsAll)
            yield return $"Experiment.Algorithm {experiment.Algorithm}: with Options.PersonalLayers 0 no layer is personal, so this is "
                + "fedavg.";
    }

    static bool HasWeights(Network network, Node node) => node.Tensors.Any(name => network.Layout[name].Role == TensorRole.Weight);
}
