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
    public required ImmutableArray<ClientRows> Clients { get; init; }

    /// <summary>One name per class.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Who has how many samples of which class.</summary>
    public required PartitionTable Table { get; init; }

    /// <summary>Number of classes.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Loads the experiment's data set and deals it to its clients.</summary>
    /// <param name="experiment">Names the data set and the partition; the seed decides the deal.</param>
    /// <param name="where">Where to look for files, and whether to download.</param>
    /// <param name="observer">Is told of progress and of anything odd.</param>
    /// <param name="cancellation">Stops a download.</param>
    /// <exception cref="AutoFlipException">Data is missing or unreadable (exit 3), or cannot be dealt as asked (exit 2).</exception>
    public static FederatedData Load(
        Experiment experiment, DataLocations where, RunObserver observer, CancellationToken cancellation = default)
    {
        var set = Catalog.DataSets[experiment.Dataset];
        _ = Catalog.Partitions[experiment.Partition]; // a wrong name is cheaper to find before reading gigabytes
        return Deal(experiment, set.Load(experiment, where, observer, cancellation));
    }

    /// <summary>
    /// Deals loaded data to the experiment's clients. Draws from the streams of partition (part 0; sample fraction: part 1) and hold-out.
    /// </summary>
    /// <exception cref="AutoFlipException">The data cannot be dealt as asked (exit 2).</exception>
    public static FederatedData Deal(Experiment experiment, LoadedData data)
    {
        var seeds = new Seeds(experiment.Seed);
        var partition = Catalog.Partitions[experiment.Partition](experiment);
        var labels = data.Train.Labels;
        int[]? kept = null;
        if (experiment.SampleFraction != 1) // all samples need no list of them: it would be as long as the labels
        {
            kept = SampleShare.Keep(labels, data.Classes, experiment.SampleFraction, seeds.For(Purpose.Partition, part: 1));
            var some = new int[kept.Length];
            for (var i = 0; i < kept.Length; i++) some[i] = labels[kept[i]];
            labels = some;
        }

        var dealt = partition.Deal(labels, data.Classes, experiment.Clients, seeds.For(Purpose.Partition));
        ImmutableArray<ClientRows> clients =
        [
            .. dealt.Select((rows, client) => HoldOut.Cut(
                kept is null ? rows : Array.ConvertAll(rows, i => kept[i]), experiment.TestFraction, seeds.For(Purpose.HoldOut, client: client))),
        ];
        return new FederatedData
        {
            Train = data.Train,
            HeldOut = new Unaugmented(data.Train),
            Test = data.Test is null ? null : new Unaugmented(data.Test),
            Clients = clients,
            ClassNames = data.ClassNames,
            Table = PartitionTable.Of(clients, data.Train.Labels, data.ClassNames),
        };
    }

    /// <summary>A view that evaluation reads: augmentation cannot be switched on by mistake.</summary>
    sealed class Unaugmented(SampleSet samples) : SampleSet
    {
        public override SampleShape Shape => samples.Shape;

        public override ReadOnlySpan<int> Labels => samples.Labels;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation) => samples.Read(rows, into, null);
    }
}
