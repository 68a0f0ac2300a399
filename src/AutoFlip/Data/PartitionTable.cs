using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Number of samples of each client and class, as plain numbers for printing and for reports. Memory: none, besides the rows
/// themselves.</summary>
public sealed class PartitionTable
{
    /// <summary>Most clients whose counts are all listed in files and on the console.</summary>
    public const int MostListed = 10_000;

    const int Sample = 1_000;

    readonly FederatedRows _rows;
    readonly Targets _targets;

    PartitionTable(FederatedRows rows, Targets targets, IReadOnlyList<string> classNames) =>
        (_rows, _targets, ClassNames) = (rows, targets, classNames);

    /// <summary>Number of clients.</summary>
    public int Clients => _rows.Count;

    /// <summary>Number of clients to list: all, or the first 1,000 of more than <see cref="MostListed"/>.</summary>
    public int Listed => Clients > MostListed ? Sample : Clients;

    /// <summary>Training samples of all clients.</summary>
    public long TrainSamples => _rows.TrainSamples;

    /// <summary>Held-out samples of all clients.</summary>
    public long HeldOutSamples => _rows.HeldOutSamples;

    /// <summary>One name per class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Owner's name of each client, if clients are the owners of the data; otherwise null.</summary>
    public IReadOnlyList<string>? OwnerNames { get; init; }

    /// <summary>
    /// SHA-256 of the partition in lower-case hex: per client the number of training rows and of held-out rows, then the rows themselves,
    /// all as little-endian int32. Two runs with equal hashes give every client the same samples in the same order. Of clients whose rows
    /// are computed, their number and the first 1,000 of them.
    /// </summary>
    public required string Sha256 { get; init; }

    /// <summary>A client's training samples per class, counted anew each time.</summary>
    public ReadOnlySpan<int> Train(int client) => Counts(_rows[client].Train.Span);

    /// <summary>A client's held-out samples per class, counted anew each time.</summary>
    public ReadOnlySpan<int> HeldOut(int client) => Counts(_rows[client].HeldOut.Span);

    /// <summary>All samples of a client, held-out ones included.</summary>
    public int Samples(int client)
    {
        var rows = _rows[client];
        return rows.Train.Length + rows.HeldOut.Length;
    }

    /// <summary>Number of classes of which a client has at least one sample, held-out ones included.</summary>
    public int ClassCount(int client)
    {
        ReadOnlySpan<int> train = Train(client), heldOut = HeldOut(client);
        var count = 0;
        for (var c = 0; c < ClassNames.Count; c++) count += train[c] + heldOut[c] > 0 ? 1 : 0;
        return count;
    }

    /// <summary>The counts of a partition.</summary>
    /// <param name="clients">Each client's rows.</param>
    /// <param name="targets">Their <see cref="Targets.Labels"/> are the classes.</param>
    /// <param name="classNames">One name per class.</param>
    /// <param name="ownerNames">One name per client, where clients are owners.</param>
    public static PartitionTable Of(
        FederatedRows clients, Targets targets, IReadOnlyList<string> classNames, IReadOnlyList<string>? ownerNames = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (clients.AreComputed) Append(hash, [clients.Count]);
        foreach (var client in clients.AreComputed ? clients.Take(Sample) : clients)
        {
            Append(hash, [client.Train.Length, client.HeldOut.Length]);
            Append(hash, client.Train.Span);
            Append(hash, client.HeldOut.Span);
        }
        return new PartitionTable(clients, targets, classNames)
        {
            Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset()),
            OwnerNames = ownerNames,
        };
    }

    int[] Counts(ReadOnlySpan<int> rows)
    {
        var counts = new int[ClassNames.Count];
        var labels = _targets.Labels;
        foreach (var row in rows) counts[labels[row]]++;
        return counts;
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
