namespace AutoFlip;

/// <summary>Storage of clients' named vectors from round to round.</summary>
/// <remarks>Versioned by round, so that a round that is done again after a kill starts from what the client had before it.
/// Different clients may be asked for at the same time.</remarks>
interface IClientStore
{
    /// <summary>The newest vector of that name of a client from before a round; null if there is none.</summary>
    KeptVector? Before(int client, string name, int round);

    /// <summary>Keeps a client's vector of a round: a copy, for its values are lent.</summary>
    void Save(int client, string name, int round, KeptVector vector);

    /// <summary>Discards a client's vectors of rounds in which its reply did not count, so that its next one starts from what the server
    /// has of it.</summary>
    void Discard(int client, IReadOnlyCollection<int> rounds);
}
