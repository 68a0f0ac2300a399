using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A data set as a federation sees it: one shared store of samples, and which rows of it are whose.</summary>
/// <remarks>Clients cost one integer per sample, however many they are: samples are never copied per client.</remarks>
public sealed record FederatedData
{
    /// <summary>The samples that clients train on. Reading with a generator augments.</summary>
    public required SampleSet Train { get; init; }

    /// <summary>The same samples for evaluation: reading never augments, generator or not.</summary>
    public required SampleSet HeldOut { get; init; }

    /// <summary>The server's test set, never augmented; null if the data set has none.</summary>
    public required SampleSet? Test { get; init; }

    /// <summary>Each client's rows of <see cref="Train"/> and <see cref="HeldOut"/>.</summary>
    public required FederatedRows Clients { get; init; }

    /// <summary>The learning task.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>Facts about the data that server and clients share.</summary>
    public DataContract Contract => new() { Task = Task, Recipe = Train.Recipe, Columns = Columns };

    /// <summary>Columns of a table that samples were read from; null for other data.</summary>
    public SampleColumns? Columns { get; init; }

    /// <summary>True if owners hold out samples by the data set's own rule instead of the experiment's fraction.</summary>
    public bool OwnersHoldOut { get; init; }

    /// <summary>Number of samples of each class per client.</summary>
    public required PartitionTable Table { get; init; }

    /// <summary>
    /// Partitions loaded data among the experiment's clients. Draws from the streams of partition (part 0;
    /// sample fraction: part 1) and hold-out.
    /// </summary>
    /// <remarks>Under a partition that keeps owners, the sample fraction takes whole owners, and owners that hold out samples by the data
    /// set's own rule keep those and no others.</remarks>
    /// <param name="experiment">Its seed determines the partition.</param>
    /// <param name="data">The data; of a task that the partition fits.</param>
    /// <param name="partition">The rule.</param>
    /// <exception cref="AutoFlipException">The data cannot be partitioned as asked (exit 2).</exception>
    public static FederatedData Assign(Experiment experiment, LoadedData data, Partition partition)
    {
        var seeds = new Seeds(experiment.Seed);
        var strata = data.Task.Strata;
        var labels = data.Train.Labels[..(data.Owners?.TrainRows ?? data.Train.Count)];
        var owners = data.Owners is null ? default : data.Owners.OfRow.AsSpan(0, labels.Length);
        int[]? kept = null;
        if (experiment.SampleFraction != 1) // all samples need no list of them: it would be as long as the labels
        {
            var random = seeds.For(Purpose.Partition, part: 1);
            kept = partition.KeepsOwners && data.Owners is not null
                ? SampleShare.KeepOwners(owners, experiment.SampleFraction, random)
                : SampleShare.Keep(labels, strata.Length, experiment.SampleFraction, random);
            labels = Pick(labels, kept);
            if (!owners.IsEmpty) owners = Pick(owners, kept);
        }

        var count = labels.Length;
        SampleSet Samples() =>
            count == data.Train.Count ? data.Train : new SampleSubset(data.Train, kept ?? [.. Enumerable.Range(0, count)]);
        var input = new PartitionInput(labels, strata.Length, owners, Samples);
        if (partition is VirtualPartition plan)
            return OfVirtual(experiment, data, kept, count, plan.Plan(input, seeds.For(Purpose.Partition)));
        var assigned = partition.Assign(input, experiment.Clients, seeds.For(Purpose.Partition));
        if (kept is not null) assigned = [.. assigned.Select(rows => Pick(kept, rows))];
        var theirs = partition.KeepsOwners && data.Owners is { } people && people.TrainRows < data.Train.Count
            ? HeldOutByOwners(people, assigned)
            : null;
        ImmutableArray<ClientRows> clients =
        [
            .. assigned.Select((rows, client) =>
            {
                var cut = HoldOut.Cut(rows, theirs is null ? experiment.TestFraction : 0, seeds.For(Purpose.HoldOut, client: client));
                return theirs is null ? cut : cut with { HeldOut = theirs[client] };
            }),
        ];
        var names = partition is NaturalPartition && data.Owners is { } named
            ? assigned.Select(rows => named.Names[named.OfRow[rows[0]]]).ToArray()
            : null;
        return Of(data, clients, clients, names) with { OwnersHoldOut = theirs is not null };
    }

    /// <summary>Data whose clients' rows are computed when they are asked for. A table is standardised as if one client had all of its
    /// rows, because every row may be anybody's.</summary>
    static FederatedData OfVirtual(Experiment experiment, LoadedData data, int[]? kept, int count, Func<int, int[]> plan)
    {
        var seeds = new Seeds(experiment.Seed);
        ExperimentOptions.Require(nameof(Experiment.Clients), experiment.Clients);
        var clients = FederatedRows.Of(
            experiment.Clients,
            client => HoldOut.Cut(
                kept is null ? plan(client) : Pick(kept, plan(client)), experiment.TestFraction,
                seeds.For(Purpose.HoldOut, client: client)));
        return Of(data, clients, [new(kept ?? [.. Enumerable.Range(0, count)], default)]);
    }

    /// <summary>Data of clients.</summary>
    /// <param name="data">What was loaded.</param>
    /// <param name="clients">Each client's rows.</param>
    /// <param name="owners">Rows by which a table is standardised, those of an owner together.</param>
    /// <param name="names">The clients' names, if they are owners.</param>
    static FederatedData Of(
        LoadedData data, FederatedRows clients, IReadOnlyList<ClientRows> owners, IReadOnlyList<string>? names = null)
    {
        var (train, test) = data.Train.ForClients(owners, data.Test);
        return new()
        {
            Train = train,
            HeldOut = new Unaugmented(train),
            Test = test is null ? null : new Unaugmented(test),
            Clients = clients,
            Task = data.Task,
            Columns = data.Columns,
            Table = PartitionTable.Of(clients, data.Train.Targets, data.Task.Strata, names),
        };
    }

    static int[] Pick(ReadOnlySpan<int> values, int[] rows)
    {
        var picked = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++) picked[i] = values[rows[i]];
        return picked;
    }

    /// <summary>Each client's rows that its owners hold out.</summary>
    static int[][] HeldOutByOwners(Owners owners, int[][] assigned)
    {
        var clientOf = new Dictionary<int, int>();
        for (var client = 0; client < assigned.Length; client++)
            foreach (var row in assigned[client]) clientOf[owners.OfRow[row]] = client;
        List<int>[] heldOut = [.. assigned.Select(_ => new List<int>())];
        for (var row = owners.TrainRows; row < owners.OfRow.Length; row++)
            if (clientOf.TryGetValue(owners.OfRow[row], out var client)) heldOut[client].Add(row);
        return [.. heldOut.Select(rows => rows.ToArray())];
    }
}
