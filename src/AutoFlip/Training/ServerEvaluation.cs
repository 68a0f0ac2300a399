using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The server's own evaluation.</summary>
/// <param name="Loss">Mean loss over the test set.</param>
/// <param name="Metrics">Value by metric; null where undefined.</param>
public sealed record ServerEvaluation(double Loss, ImmutableSortedDictionary<string, double?> Metrics);
