namespace AutoFlip;

/// <summary>Data that a client of a network trains on: one seat's own, or those of several seats.</summary>
public sealed class ClientData
{
    /// <summary>Samples of any origin.</summary>
    internal ClientData(DataContract contract, IClientData inner) => (Contract, Inner) = (contract, inner);

    /// <summary>The data contract that the samples fit.</summary>
    public DataContract Contract { get; }

    /// <summary>The samples.</summary>
    internal IClientData Inner { get; }

    /// <summary>Training samples of a client.</summary>
    public int TrainSamples(int client) => Inner.ShareOf(client).TrainRows.Length;

    /// <summary>Held-out samples of a client.</summary>
    public int HeldOutSamples(int client) => Inner.ShareOf(client).HeldOutRows.Length;

    /// <summary>All clients' samples of a data set that the experiment names, dealt as a simulation deals them.</summary>
    /// <param name="experiment">The run's experiment, as the server has it.</param>
    /// <param name="where">Where data sets lie.</param>
    /// <param name="observer">Watches the loading.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">The data set is not here, or damaged (exit 3).</exception>
    public static ClientData Dealt(Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken ct)
    {
        var data = FederatedData.Load(experiment, where, observer, ct);
        return new(data.Contract, new SimulatedData(data));
    }

    /// <summary>A client's own samples, read under a contract.</summary>
    /// <remarks>
    /// <para>The contract decides on classes and their numbers, columns, categories, vocabulary, shape and normalisation; the experiment
    /// on augmentation and on the samples held out. What does not fit is refused by name before anything is trained.</para>
    /// <para>Rows are in the order of classes and then of file names (folders), or in the order of the file (tables). A simulation
    /// holds out the same rows of the same client if its partition keeps that order, as <c>pre</c> does.</para>
    /// </remarks>
    /// <param name="experiment">The run.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="source">The place of the samples.</param>
    /// <param name="client">The client, 0 .. clients - 1.</param>
    /// <param name="where">Where to look for a LEAF set, and where decoded images are cached.</param>
    /// <param name="observer">Receives progress and warnings.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="AutoFlipException">Samples are missing, unreadable or do not fit the contract (exit 3), or the place is not
    /// described as expected (exit 2).</exception>
    public static ClientData Own(
        Experiment experiment, DataContract contract, ClientSource source, int client, DataLocations where, ILoadObserver observer,
        CancellationToken ct)
    {
        if (client < 0 || client >= experiment.Clients)
            throw AutoFlipException.BadRequest($"Client {client}: a number from 0 to {experiment.Clients - 1} is expected.");
        var (samples, rows, heldOut) = Read(source.Data);
        var other = source.HoldOut is { } place ? Read(place) : default;
        var isCut = heldOut is null && source.HoldOut is null;
        var cut = HoldOut.Cut(
            rows, isCut ? experiment.TestFraction : 0, new Seeds(experiment.Seed).For(Purpose.HoldOut, client: client));
        if (heldOut is not null) cut = cut with { HeldOut = heldOut };
        var (train, test) = samples.ForClients([cut], other.Samples);
        var share = test is null
            ? new ClientShare(train, cut.Train, new Unaugmented(train), cut.HeldOut)
            : new ClientShare(train, cut.Train, new Unaugmented(test), other.Rows);
        return new ClientData(contract, new OneClient(contract.Task, client, share));

        (SampleSet Samples, int[] Rows, int[]? HeldOut) Read(string name)
        {
            var reading = source.Reading(experiment, contract) with { Dataset = name };
            var set = SetOf(reading, contract, source.User);
            var data = set.Load(reading, where, observer, ct);
            if (!data.Train.Recipe.Equivalent(contract.Recipe) || !data.Task.ClassNames.SequenceEqual(contract.Task.ClassNames)
                || data.Task.Kind != contract.Task.Kind)
                throw AutoFlipException.BadData(
                    $"'{name}' does not fit the data contract, which asks for {contract.Kind} of another shape, encoding or task.");
            return source.User is null
                ? (data.Train, [.. Enumerable.Range(0, data.Train.Count)], null)
                : OfUser(data, source.User, name);
        }
    }

    static DataSet SetOf(Experiment reading, DataContract contract, string? user)
    {
        const string Accepted = "folder:PATH, csv:FILE, parquet:PATH, or the name of a LEAF set and a user of it";
        if (DataSetName.PathOf(reading.Dataset) is { } named)
            return user is null
                ? Catalog.DataSetKinds[named.Kind](named.Path, reading, contract)
                : throw AutoFlipException.BadRequest($"'{reading.Dataset}' has no users, and the user '{user}' is given. Name no user.");
        if (user is not null && Catalog.DataSets[reading.Dataset] is LeafDataSet leaf) return leaf with { Contract = contract };
        throw AutoFlipException.BadRequest(
            $"'{reading.Dataset}' is not accepted as the data of a client. Accepted: {Accepted}.");
    }

    /// <summary>The rows of a user, and those that the user holds out by the set's own rule, if it has one.</summary>
    static (SampleSet, int[], int[]?) OfUser(LoadedData data, string user, string name)
    {
        var owners = data.Owners!;
        var number = owners.Names.ToList().IndexOf(user);
        int[] rows = [.. Enumerable.Range(0, data.Train.Count).Where(row => owners.OfRow[row] == number)];
        var train = rows.Where(row => row < owners.TrainRows).ToArray();
        if (train.Length == 0)
            throw AutoFlipException.BadData($"The training files of {name} have no samples of the user '{user}'.");
        return (data.Train, train, owners.TrainRows < data.Train.Count ? rows[train.Length..] : null);
    }
}
