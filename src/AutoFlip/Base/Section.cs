using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace AutoFlip;

/// <summary>One section of the <see cref="Catalog"/>: named entries in the order they were added, found without regard to case.</summary>
/// <param name="kind">What an entry is, for messages: "model", "data set".</param>
/// <param name="option">The option that names one, for messages: "--model".</param>
/// <param name="finish">What is done to every entry as it is added; null adds it as it is.</param>
public sealed class Section<T>(string kind, string option, Func<T, T>? finish = null) : IEnumerable<KeyValuePair<string, T>>
    where T : notnull
{
    readonly List<KeyValuePair<string, T>> _entries = [];
    readonly Dictionary<string, KeyValuePair<string, T>> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names in order.</summary>
    public IEnumerable<string> Names => _entries.Select(entry => entry.Key);

    /// <summary>The entry of that name, in any case.</summary>
    /// <exception cref="AutoFlipException">There is none (exit 2): the message lists the names.</exception>
    public T this[string name] => Find(name).Value;

    /// <summary>The entry of that name, in any case, if there is one.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out T entry)
    {
        var found = _byName.TryGetValue(name, out var pair);
        entry = pair.Value;
        return found;
    }

    /// <summary>The catalogue's own spelling of a name.</summary>
    /// <exception cref="AutoFlipException">There is none (exit 2): the message lists the names.</exception>
    public string NameOf(string name) => Find(name).Key;

    /// <summary>Adds an entry; what a collection initialiser calls.</summary>
    /// <param name="name">The name users type.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="aliases">Other names of the same entry; not listed.</param>
    /// <exception cref="ArgumentException">There is an entry of one of these names.</exception>
    public void Add(string name, T entry, params ReadOnlySpan<string> aliases)
    {
        var pair = KeyValuePair.Create(name, finish is null ? entry : finish(entry));
        string[] names = [name, .. aliases];
        if (names.FirstOrDefault(_byName.ContainsKey) is { } taken)
            throw new ArgumentException($"The name '{taken}' is taken: another {kind} has it.", nameof(name));
        _entries.Add(pair);
        foreach (var one in names) _byName.Add(one, pair);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    KeyValuePair<string, T> Find(string name) => _byName.TryGetValue(name, out var pair)
        ? pair
        : throw AutoFlipException.BadRequest($"{option}: there is no {kind} '{name}'. Accepted: {string.Join(", ", Names)}."
            + Nearest.Hint(name, Names));
}
