using System.Collections.Concurrent;

namespace AutoFlip;

/// <summary>Clients' residuals in memory: for measurements, which neither resume nor have clients by the thousand.</summary>
sealed class ResidualMemory : IResidualStore
{
    readonly ConcurrentDictionary<int, (int Round, float[] Values, Residual Residual)> _newest = [];

    /// <inheritdoc/>
    public Residual? Before(int client, int round) => _newest.TryGetValue(client, out var saved) && saved.Round < round ? saved.Residual : null;

    /// <inheritdoc/>
    /// <remarks>Over the one before, where it is as long.</remarks>
    public void Save(int client, int round, Residual residual)
    {
        var values = _newest.TryGetValue(client, out var saved) && saved.Values.Length == residual.Values.Length ? saved.Values : new float[residual.Values.Length];
        residual.Values.CopyTo(values);
        _newest[client] = (round, values, residual with { Values = values });
    }
}
