using System.Collections;
using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Each client's rows of the training set: listed, or computed for a client when it is asked for.</summary>
public abstract class FederatedRows : IReadOnlyList<ClientRows>
{
    /// <summary>Number of clients.</summary>
    public abstract int Count { get; }

    /// <summary>A client's rows. The same on each call.</summary>
    public abstract ClientRows this[int client] { get; }

    /// <summary>Training samples of all clients together; a sample of several clients counts for each.</summary>
    public abstract long TrainSamples { get; }

    /// <summary>Held-out samples of all clients together.</summary>
    public abstract long HeldOutSamples { get; }

    /// <summary>Training samples of the client that has most.</summary>
    public abstract int MostTrainSamples { get; }

    /// <summary>True if rows are computed, and clients share them.</summary>
    public abstract bool AreComputed { get; }

    /// <summary>Rows that are listed.</summary>
    public static implicit operator FederatedRows(ImmutableArray<ClientRows> clients) => new Listed(clients);

    /// <summary>Rows that are computed.</summary>
    /// <param name="clients">Number of clients, at least 1.</param>
    /// <param name="rowsOf">A client's rows; all clients have as many. Called from several threads.</param>
    internal static FederatedRows Of(int clients, Func<int, ClientRows> rowsOf) => new Computed(clients, rowsOf);

    /// <inheritdoc/>
    public IEnumerator<ClientRows> GetEnumerator()
    {
        for (var client = 0; client < Count; client++) yield return this[client];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    sealed class Listed(ImmutableArray<ClientRows> clients) : FederatedRows
    {
        public override int Count => clients.Length;

        public override ClientRows this[int client] => clients[client];

        public override long TrainSamples { get; } = clients.Sum(rows => (long)rows.Train.Length);

        public override long HeldOutSamples { get; } = clients.Sum(rows => (long)rows.HeldOut.Length);

        public override int MostTrainSamples { get; } = clients.Select(rows => rows.Train.Length).DefaultIfEmpty(0).Max();

        public override bool AreComputed => false;
    }

    sealed class Computed(int clients, Func<int, ClientRows> rowsOf) : FederatedRows
    {
        readonly ClientRows _first = rowsOf(0);

        public override int Count => clients;

        public override ClientRows this[int client] => (uint)client < (uint)clients
            ? rowsOf(client)
            : throw new ArgumentOutOfRangeException(nameof(client), client, $"There are {clients} clients.");

        public override long TrainSamples => (long)clients * _first.Train.Length;

        public override long HeldOutSamples => (long)clients * _first.HeldOut.Length;

        public override int MostTrainSamples => _first.Train.Length;

        public override bool AreComputed => true;
    }
}
