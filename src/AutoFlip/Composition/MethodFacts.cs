using System.Collections.Immutable;
using System.Reflection;

namespace AutoFlip;

/// <summary>An algorithm or a pruner of the catalogue: its source, its costs beside those of FedAvg, and what it is refused with.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Type">Its type, whose documentation has the rule.</param>
/// <param name="Source">The publication.</param>
/// <param name="Needs">What it needs that FedAvg without server momentum does not.</param>
/// <param name="Sends">What crosses the wire beside FedAvg's models, or in place of them.</param>
/// <param name="Excludes">Methods that it is refused with: of algorithms pruners and optimizers, of pruners algorithms.</param>
/// <remarks>Nothing here is written by hand but the source: costs are the method's own properties, and refusals are tried.</remarks>
public sealed record MethodFacts(
    string Name, Type Type, string Source, ImmutableArray<string> Needs, ImmutableArray<string> Sends, ImmutableArray<string> Excludes)
{
    /// <summary>A run in which only the method under consideration can be refused.</summary>
    static readonly Experiment Plain = new()
    {
        Dataset = "Digits",
        Model = "LeNet",
        Clients = 100,
        CohortFraction = 1,
        Optimizer = "SGD",
        Pruner = Experiment.NoPruner,
    };

    /// <summary>A network with one of each kind of layer that an algorithm may keep at clients.</summary>
    static readonly Network Small = new NetworkBuilder("small", new SampleShape(1, 3, 3))
        .Conv2d(2, 3).BatchNorm2d().ReLU().Flatten().Linear(2).ReLU().Linear(2).Build(2);

    /// <summary>All algorithms, in the order of the catalogue.</summary>
    public static ImmutableArray<MethodFacts> Algorithms => [.. Catalog.Algorithms.Select(entry => OfAlgorithm(entry.Key))];

    /// <summary>All pruners, in the order of the catalogue.</summary>
    public static ImmutableArray<MethodFacts> Pruners => [.. Catalog.Pruners.Select(entry => OfPruner(entry.Key))];

    static MethodFacts OfAlgorithm(string name)
    {
        var experiment = Plain with { Algorithm = name };
        var algorithm = Catalog.Algorithms[name](experiment);
        var slots = SlotsOf(algorithm);
        var momentum = slots - SlotsOf(Catalog.Algorithms[name](experiment with { ServerMomentum = 0 }));
        return new(
            name, algorithm.GetType(), SourceOf(algorithm),
            [
                .. Some(slots - momentum, "vector", " on the server"),
                .. Some(momentum, "vector", " on the server for its momentum"),
                .. Some(algorithm.Remembers, "vector", " kept by each client"),
                .. If(algorithm.Travels(Small).Kept < Small.Layout.Count, "a part of the model kept by each client"),
                .. Some(algorithm.ExtraPasses, "more pass", " through a client's samples", "es"),
                .. If(algorithm.KeepsReplies, "all replies of a round in memory"),
                .. If(algorithm.FewestReplies > 1, $"at least {algorithm.FewestReplies} replies a round"),
                .. If(algorithm.IsPersonal, "held-out samples of clients"),
            ],
            [
                .. Some(algorithm.Sends.Length, "more vector", " down"),
                .. Some(algorithm.Returns.Length, "more vector", " up"),
                .. Some(algorithm.ReturnedNumbers.Length, "number", " up"),
                .. If(algorithm.IsPersonal, "metrics of personal models up"),
            ],
            [
                .. Refused("optimizer", Catalog.Optimizers.Names, other => experiment with { Optimizer = other }),
                .. Refused("pruner", Catalog.Pruners.Names, other => experiment with { Pruner = other }),
            ]);
    }

    static int SlotsOf(FederatedAlgorithm algorithm) => algorithm.Initialize(Weights.Zeros(Small.Layout)).Slots.Count;

    static MethodFacts OfPruner(string name)
    {
        var experiment = Plain with { Pruner = name };
        var pruner = Catalog.Pruners[name](experiment);
        return new(
            name, pruner.GetType(), SourceOf(pruner),
            [
                .. If(pruner.Explores, "an exploration before the first pruned round"),
                .. If(pruner.GoesByWeights || pruner.HasReports, "its mask in the saved state"),
            ],
            [
                .. If(pruner.Explores, "scores up, once"),
                .. If(pruner.HasReports, "measurements up in some rounds"),
                .. If(pruner.HasSubModels, "sub-models of each client's width in place of the model"),
            ],
            [.. Refused("algorithm", Catalog.Algorithms.Names, other => experiment with { Algorithm = other })]);
    }

    static string SourceOf(object method) => method.GetType().GetCustomAttribute<PublishedAttribute>()?.Where
        ?? throw new InvalidOperationException($"{method.GetType().Name} has no [Published] source.");

    static IEnumerable<string> Refused(string kind, IEnumerable<string> names, Func<string, Experiment> with)
    {
        string[] refused = [.. names.Where(name => ExperimentRules.Violations(with(name)).Count > 0)];
        return refused is [] ? [] : [$"{kind}{(refused.Length == 1 ? "" : "s")} {string.Join(", ", refused)}"];
    }

    static IEnumerable<string> Some(int count, string noun, string where, string plural = "s") =>
        count == 0 ? [] : [$"{count} {noun}{(count == 1 ? "" : plural)}{where}"];

    static IEnumerable<string> If(bool condition, string text) => condition ? [text] : [];
}
