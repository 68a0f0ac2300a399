using System.Globalization;

namespace AutoFlip;

/// <summary>Clients' vectors as files of the run directory: one folder per client, one file per name and round, the
/// last two rounds of each name. From client 10,000 on, a thousand clients each share a folder.</summary>
/// <param name="folder">Where the folders are made.</param>
/// <param name="layout">The full model.</param>
/// <param name="owner">Content of the file that names the run whose vectors they are; null where the folder's own name does.</param>
/// <remarks>A kill in the middle of a round leaves some clients' files of that round behind. When the round is done again, clients start
/// from the file before it, and write the same one anew. Cost: per client that ever took part and per name, two files of 4 bytes a kept
/// value and a bit per value.</remarks>
sealed class ClientFiles(string folder, WeightLayout layout, byte[]? owner = null) : IClientStore
{
    readonly Lock _naming = new();

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">The file is damaged or cannot be read (exit 3).</exception>
    public KeptVector? Before(int client, string name, int round)
    {
        var path = FolderOf(client);
        try
        {
            var newest = NewestBefore(client, name, round);
            if (newest == 0) return null;
            path = PathOf(client, name, newest);
            OwnFile.RequireRegular(path);
            return KeptVector.FromBytes(File.ReadAllBytes(path), layout);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw AutoFlipException.BadFile(path, $"it is damaged: {e.Message.TrimEnd('.')}. Start a new run", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {e.Message}", e);
        }
    }

    /// <summary>The newest vector of each name of a client from before a round, as bytes.</summary>
    /// <exception cref="AutoFlipException">A file is damaged or cannot be read (exit 3).</exception>
    public IReadOnlyList<ClientVector> AllBefore(int client, int round) =>
    [
        .. from name in Files(client, "*").Select(path => Path.GetExtension(path).TrimStart('.')).Distinct().Order(StringComparer.Ordinal)
           let vector = Before(client, name, round)
           where vector is not null
           select new ClientVector(name, vector.ToBytes()),
    ];

    /// <summary>Keeps a client's vector of a round that another machine has computed.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void Save(int client, int round, ClientVector vector) =>
        Save(client, vector.Name, round, KeptVector.FromBytes(vector.Bytes.Span, layout));

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">It cannot be written, or an older one not be removed (exit 4).</exception>
    public void Save(int client, string name, int round, KeptVector vector)
    {
        try
        {
            OwnFile.Folder(Path.GetDirectoryName(folder)!, [Path.GetFileName(folder), .. NamesOf(client)]);
            NameOwner();
            AtomicFile.Write(PathOf(client, name, round), vector.ToBytes());
            var before = NewestBefore(client, name, round);
            foreach (var saved in Rounds(client, name))
                if (saved != round && saved != before) File.Delete(PathOf(client, name, saved));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed(
                $"The vector '{name}' of client {client} could not be replaced in '{FolderOf(client)}': {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">A file cannot be removed (exit 4).</exception>
    public void Discard(int client, IReadOnlyCollection<int> rounds)
    {
        try
        {
            if (rounds.Count == 0) return;
            foreach (var path in Files(client, "*"))
                if (rounds.Contains(RoundOf(Path.GetFileNameWithoutExtension(path)))) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed(
                $"Vectors of client {client} could not be removed from '{FolderOf(client)}': {e.Message}", e);
        }
    }

    /// <summary>The round whose vectors a client's training of a round started from, 0 if there were none; null if it keeps none.</summary>
    public int? StartOf(int client, int round) =>
        Rounds(client, "*").Contains(round) ? NewestBefore(client, "*", round) : null;

    void NameOwner()
    {
        var path = Path.Combine(folder, Seal.Mark);
        if (owner is null || File.Exists(path)) return;
        lock (_naming) AtomicFile.Write(path, owner);
    }

    int NewestBefore(int client, string name, int round) => Rounds(client, name).Where(saved => saved < round).DefaultIfEmpty(0).Max();

    int[] Rounds(int client, string name) =>
    [
        .. from path in Files(client, $"*.{name}")
           let round = RoundOf(Path.GetFileNameWithoutExtension(path))
           where round > 0 // others are not ours
           select round,
    ];

    string[] Files(int client, string pattern) =>
        Directory.Exists(FolderOf(client)) ? Directory.GetFiles(FolderOf(client), pattern) : [];

    static int RoundOf(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var round) ? round : 0;

    string FolderOf(int client) => Path.Combine([folder, .. NamesOf(client)]);

    string[] NamesOf(int client)
    {
        const int InOneFolder = 10_000, Thousand = 1_000;
        var name = client.ToString("0000", CultureInfo.InvariantCulture);
        var isFlat = client < InOneFolder || Directory.Exists(Path.Combine(folder, name)); // runs that earlier versions began
        return isFlat ? [name] : [string.Create(CultureInfo.InvariantCulture, $"{client / Thousand}k"), name];
    }

    string PathOf(int client, string name, int round) =>
        Path.Combine(FolderOf(client), round.ToString("000000", CultureInfo.InvariantCulture) + "." + name);
}
