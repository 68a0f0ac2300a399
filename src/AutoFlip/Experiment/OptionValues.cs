using System.Collections;
using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A value of an option that a method declares.</summary>
/// <param name="Option">The option.</param>
/// <param name="Value">A value of its type.</param>
public readonly record struct OptionValue(MethodOption Option, object Value)
{
    /// <summary>True if the value is the option's default.</summary>
    public bool IsDefault => Value.Equals(Option.Default);
}

/// <summary>The options of an experiment's methods, by name. Immutable; equal if names and values are.</summary>
public sealed class OptionValues : IEquatable<OptionValues>, IEnumerable<OptionValue>
{
    readonly ImmutableSortedDictionary<string, OptionValue> _values;

    OptionValues(ImmutableSortedDictionary<string, OptionValue> values) => _values = values;

    /// <summary>No values: every option is at its default.</summary>
    public static OptionValues None { get; } = new(ImmutableSortedDictionary.Create<string, OptionValue>(StringComparer.Ordinal));

    /// <summary>The value of an option by its name; null if there is none.</summary>
    public object? this[string name] => _values.TryGetValue(name, out var found) ? found.Value : null;

    /// <summary>A copy with one more value, or another one.</summary>
    public OptionValues With(MethodOption option, object value) => new(_values.SetItem(option.Name, new(option, value)));

    /// <summary>Applies the values to the options that a method declares.</summary>
    /// <param name="method">A new method, that nothing else has a reference to: its properties are set.</param>
    public T ApplyTo<T>(T method)
        where T : class
    {
        foreach (var value in this)
            foreach (var (property, _) in MethodOption.Declared(method.GetType()))
                if (property.Name == value.Option.Property.Name) property.SetValue(method, value.Value);
        return method;
    }

    /// <inheritdoc/>
    public bool Equals(OptionValues? other) => other is not null
        && this.Select(value => (value.Option.Name, value.Value)).SequenceEqual(other.Select(value => (value.Option.Name, value.Value)));

    /// <inheritdoc/>
    public override bool Equals(object? other) => Equals(other as OptionValues);

    /// <inheritdoc/>
    public override int GetHashCode() => this.Aggregate(0, (hash, value) => HashCode.Combine(hash, value.Option.Name, value.Value));

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join(' ', this.Select(value => $"{value.Option.Name} {ExperimentOption.Text(value.Value)}"));

    /// <inheritdoc/>
    public IEnumerator<OptionValue> GetEnumerator() => _values.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
