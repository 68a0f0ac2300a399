using System.Collections.Concurrent;

namespace AutoFlip;

/// <summary>Clients' vectors in memory: for measurements, which neither resume nor have clients by the thousand.</summary>
sealed class VolatileStore : IClientStore
{
    readonly ConcurrentDictionary<(int Client, string Name), (int Round, float[] Values, KeptVector Vector)> _newest = [];

    /// <inheritdoc/>
    public KeptVector? Before(int client, string name, int round) =>
        _newest.TryGetValue((client, name), out var saved) && saved.Round < round ? saved.Vector : null;

    /// <inheritdoc/>
    /// <remarks>Over the one before, where it is as long.</remarks>
    public void Save(int client, string name, int round, KeptVector vector)
    {
        var values = _newest.TryGetValue((client, name), out var saved) && saved.Values.Length == vector.Values.Length
            ? saved.Values
            : new float[vector.Values.Length];
        vector.Values.CopyTo(values);
        _newest[(client, name)] = (round, values, vector with { Values = values });
    }

    /// <inheritdoc/>
    /// <remarks>The one before is not restored: there is one of each name.</remarks>
    public void Discard(int client, IReadOnlyCollection<int> rounds)
    {
        foreach (var (key, saved) in _newest)
            if (key.Client == client && rounds.Contains(saved.Round)) _newest.TryRemove(key, out _);
    }
}
