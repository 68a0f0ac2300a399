using System.Collections.Concurrent;

namespace AutoFlip;

/// <summary>Clients' residuals in memory: for measurements, which neither resume nor have clients by the thousand.</summary>
sealed class ResidualMemory : IResidualStore
{
    readonly ConcurrentDictionary<int, (int Round, Residual Residual)> _newest = [];

    /// <inheritdoc/>
    public Residual? Before(int client, int round) => _newest.TryGetValue(client, out var saved) && saved.Round < round ? saved.Residual : null;

    /// <inheritdoc/>
    public void Save(int client, int round, Residual residual) => _newest[client] = (round, residual);
}
