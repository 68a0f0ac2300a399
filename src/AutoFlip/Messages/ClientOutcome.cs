using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Named vectors and numbers that a client returns beside its trained model.</summary>
/// <param name="Vectors">By name, one value per parameter of the model that was trained (<see cref="WeightLayout.ParameterCount"/> of it);
/// of removed parameters nothing is sent.</param>
/// <param name="Numbers">By name, finite.</param>
public sealed record ClientOutcome(
    ImmutableSortedDictionary<string, ReadOnlyMemory<float>> Vectors, ImmutableSortedDictionary<string, double> Numbers)
{
    /// <summary>Nothing beside the model.</summary>
    public static ClientOutcome None { get; } = new(
        ImmutableSortedDictionary.Create<string, ReadOnlyMemory<float>>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal));

    /// <summary>A copy with one more vector.</summary>
    public ClientOutcome With(string name, float[] vector) => this with { Vectors = Vectors.SetItem(name, vector) };

    /// <summary>A copy with one more number.</summary>
    public ClientOutcome With(string name, double number) => this with { Numbers = Numbers.SetItem(name, number) };
}
