using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Number of samples of each client and class, as plain numbers for printing and for reports.</summary>
public sealed class PartitionTable
{
    readonly int[] _train, _heldOut; // [clients, classes]

    PartitionTable(int clients, IReadOnlyList<string> classNames, string sha256)
    {
        Clients = clients;
        ClassNames = classNames;
        Sha256 = sha256;
        if ((long)clients * classNames.Count > Array.MaxLength)
            throw AutoFlipException.BadRequest(
                $"Experiment.Clients {clients}: a table of so many clients and {classNames.Count} classes does not fit "
                + "into memory; lower Experiment.Clients.");
        _train = new int[clients * classNames.Count];
        _heldOut = new int[_train.Length];
    }

    /// <summary>Number of clients.</summary>
    public int Clients { get; }

    /// <summary>One name per class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Owner's name of each client, if clients are the owners of the data; otherwise null.</summary>
    public IReadOnlyList<string>? OwnerNames { get; init; }

    /// <summary>
    /// SHA-256 of the partition in lower-case hex: per client the number of training rows and of held-out rows, then the rows themselves,
    /// all as little-endian int32. Two runs with equal hashes give every client the same samples in the same order.
    /// </summary>
    public string Sha256 { get; }

    /// <summary>A client's training samples per class.</summary>
    public ReadOnlySpan<int> Train(int client) => Row(_train, client);

    /// <summary>A client's held-out samples per class.</summary>
    public ReadOnlySpan<int> HeldOut(int client) => Row(_heldOut, client);

    /// <summary>All samples of a client, held-out ones included.</summary>
    public int Samples(int client) => Sum(Train(client)) + Sum(HeldOut(client));

    /// <summary>Number of classes of which a client has at least one sample, held-out ones included.</summary>
    public int ClassCount(int client)
    {
        var count = 0;
        for (var c = 0; c < ClassNames.Count; c++) count += Train(client)[c] + HeldOut(client)[c] > 0 ? 1 : 0;
        return count;
    }

    /// <summary>Counts the samples of a partition.</summary>
    /// <param name="clients">Each client's rows.</param>
    /// <param name="labels">The class of each row.</param>
    /// <param name="classNames">One name per class.</param>
    /// <param name="ownerNames">One name per client, where clients are owners.</param>
    public static PartitionTable Of(
        IReadOnlyList<ClientRows> clients, ReadOnlySpan<int> labels, IReadOnlyList<string> classNames,
        IReadOnlyList<string>? ownerNames = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var client in clients)
        {
            Append(hash, [client.Train.Length, client.HeldOut.Length]);
            Append(hash, client.Train.Span);
            Append(hash, client.HeldOut.Span);
        }
        var table = new PartitionTable(clients.Count, classNames, Convert.ToHexStringLower(hash.GetHashAndReset()))
        {
            OwnerNames = ownerNames,
        };
        for (var client = 0; client < clients.Count; client++)
        {
            foreach (var row in clients[client].Train.Span) table._train[client * classNames.Count + labels[row]]++;
            foreach (var row in clients[client].HeldOut.Span) table._heldOut[client * classNames.Count + labels[row]]++;
        }
        return table;
    }

    ReadOnlySpan<int> Row(int[] counts, int client) => counts.AsSpan(client * ClassNames.Count, ClassNames.Count);

    static int Sum(ReadOnlySpan<int> counts)
    {
        var sum = 0;
        foreach (var count in counts) sum += count;
        return sum;
    }

    static void Append(IncrementalHash hash, ReadOnlySpan<int> values)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
            hash.AppendData(bytes);
        }
    }
}
