using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The parts of a run that its experiment names, made once (<c>Catalog.Resolve</c>) and handed to the
/// server's half and the clients'.</summary>
/// <param name="Algorithm">How clients train and how the server steps.</param>
/// <param name="Pruner">Which parameters are trained.</param>
/// <param name="Optimizer">The clients' optimiser.</param>
/// <param name="Criterion">The loss.</param>
/// <param name="Metrics">What is measured beside the loss, in the experiment's order.</param>
/// <param name="Initializer">Draws w_0.</param>
public sealed record Method(
    FederatedAlgorithm Algorithm, Pruner Pruner, Optimizer Optimizer, Criterion Criterion, ImmutableArray<Metric> Metrics,
    InitializationScheme Initializer)
{
    /// <summary>Draws w_0: the same at server and clients.</summary>
    internal Weights Draw(Experiment experiment, Network network) =>
        Initialization.Draw(network, Initializer, experiment.InitializationGain, new Seeds(experiment.Seed));
}
