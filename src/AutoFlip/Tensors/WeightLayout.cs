using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace AutoFlip;

/// <summary>Role of a tensor in its layer. Decides whether it may be pruned, whether an optimiser updates it, and how the server averages
/// it.</summary>
public enum TensorRole
{
    /// <summary>A matrix or convolution kernel: initialised by scheme, prunable.</summary>
    Weight,

    /// <summary>An additive offset: starts at 0 (but in recurrent layers), follows its unit, is not pruned on its own.</summary>
    Bias,

    /// <summary>The scale of a normalisation layer: starts at 1, follows its unit, is not pruned on its own.</summary>
    Norm,

    /// <summary>A running statistic: no gradient, never pruned, averaged over clients without server momentum.</summary>
    Statistic,
}

/// <summary>One tensor's place in the flat vector.</summary>
/// <param name="Name">PyTorch's dotted name, for example <c>features.0.weight</c>.</param>
/// <param name="Shape">Sizes in canonical order (OIHW for convolutions).</param>
/// <param name="Role">What the tensor is for.</param>
/// <param name="Offset">Index of the first value in the flat vector.</param>
public sealed record TensorEntry(string Name, ImmutableArray<int> Shape, TensorRole Role, int Offset)
{
    /// <summary>Number of values: the product of <see cref="Shape"/>.</summary>
    public int Length { get; } = Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The tensor's range in the flat vector.</summary>
    public Range Range => Offset..(Offset + Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}

/// <summary>Name, shape and place of every tensor of a model in its flat float32 vector.</summary>
/// <remarks>
/// Parameters come first, in the order of PyTorch's <c>named_parameters</c>; running statistics follow, in the order of
/// <c>named_buffers</c>. An optimiser therefore works on one contiguous prefix, <see cref="ParameterCount"/> values long.
/// </remarks>
public sealed class WeightLayout : IEquatable<WeightLayout>
{
    readonly FrozenDictionary<string, TensorEntry> _byName;

    WeightLayout(ImmutableArray<TensorEntry> entries)
    {
        Entries = entries;
        _byName = entries.ToFrozenDictionary(entry => entry.Name);
        Count = entries.IsEmpty ? 0 : entries[^1].Range.End.Value;
        ParameterCount = entries.Where(entry => entry.Role != TensorRole.Statistic).Sum(entry => entry.Length);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
            '\n', entries.Select(entry => $"{entry} {entry.Role}")))));
    }

    /// <summary>All tensors, by offset.</summary>
    public ImmutableArray<TensorEntry> Entries { get; }

    /// <summary>Values in the flat vector, statistics included.</summary>
    public int Count { get; }

    /// <summary>Trainable values: the length of the prefix that holds the parameters.</summary>
    public int ParameterCount { get; }

    /// <summary>SHA-256 over names, shapes and roles, in hex: equal layouts have equal fingerprints, on any machine.</summary>
    public string Fingerprint { get; }

    /// <summary>The trainable tensors.</summary>
    public IEnumerable<TensorEntry> Parameters => Entries.Where(entry => entry.Role != TensorRole.Statistic);

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public TensorEntry this[string name] =>
        _byName.TryGetValue(name, out var entry) ? entry : throw new KeyNotFoundException($"The model has no tensor '{name}'.");

    /// <summary>Lays tensors out one after another: parameters as given, then statistics as given.</summary>
    /// <exception cref="ArgumentException">Two tensors share a name, or a size is below 1.</exception>
    /// <exception cref="OverflowException">The vector would have 2^31 values or more.</exception>
    public static WeightLayout Create(IEnumerable<(string Name, ImmutableArray<int> Shape, TensorRole Role)> tensors)
    {
        var entries = ImmutableArray.CreateBuilder<TensorEntry>();
        var offset = 0;
        foreach (var (name, shape, role) in tensors.OrderBy(tensor => tensor.Role == TensorRole.Statistic)) // stable
        {
            if (shape.Any(size => size < 1)) throw new ArgumentException($"Tensor '{name}' has an empty axis.", nameof(tensors));
            var entry = new TensorEntry(name, shape, role, offset);
            entries.Add(entry);
            offset = checked(offset + entry.Length);
        }
        return new WeightLayout(entries.ToImmutable());
    }

    /// <inheritdoc/>
    public bool Equals(WeightLayout? other) => other is not null && (ReferenceEquals(this, other) || Fingerprint == other.Fingerprint);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WeightLayout);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode(StringComparison.Ordinal);
}
