using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A vector that a client keeps between two rounds, as bytes with a checksum.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">The bytes.</param>
public readonly record struct ClientVector(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>Vectors of the clients that are at work, which came with the task and go back with the reply: the machine itself keeps
/// none.</summary>
/// <param name="layout">The full model.</param>
sealed class CarriedVectors(WeightLayout layout) : IClientStore
{
    readonly Lock _lock = new();
    readonly Dictionary<int, (IReadOnlyList<ClientVector> Before, List<(int Round, ClientVector Vector)> Saved)> _clients = [];

    /// <summary>Takes a client's vectors in.</summary>
    public void Begin(int client, IReadOnlyList<ClientVector> before)
    {
        lock (_lock) _clients[client] = (before, []);
    }

    /// <summary>Gives back the vectors that a client's work has saved.</summary>
    public ImmutableArray<ClientVector> End(int client)
    {
        lock (_lock) return _clients.Remove(client, out var vectors) ? [.. vectors.Saved.Select(saved => saved.Vector)] : [];
    }

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">It is damaged (exit 3): this ends the run, for a client without it would give another
    /// model.</exception>
    public KeptVector? Before(int client, string name, int round)
    {
        IEnumerable<ClientVector> newestFirst;
        lock (_lock)
        {
            var (before, saved) = _clients[client];
            newestFirst = [.. saved.Where(vector => vector.Round < round).Select(vector => vector.Vector).Reverse(), .. before];
        }
        try
        {
            foreach (var vector in newestFirst)
                if (vector.Name == name) return KeptVector.FromBytes(vector.Bytes.Span, layout);
            return null;
        }
        catch (InvalidDataException e)
        {
            throw AutoFlipException.BadData($"The vector '{name}' of client {client} was damaged on its way: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Save(int client, string name, int round, KeptVector vector)
    {
        var bytes = vector.ToBytes();
        lock (_lock) _clients[client].Saved.Add((round, new(name, bytes)));
    }

    /// <inheritdoc/>
    public void Discard(int client, IReadOnlyCollection<int> rounds)
    {
        lock (_lock) _clients[client].Saved.Clear();
    }
}
