using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;

namespace AutoFlip.Tests;

public class FederatedDataTests
{
    static readonly Experiment Digits = new() { Dataset = "digits", Resize = 0, Clients = 10, TestFraction = 0.2, Partition = "iid" };

    [Fact]
    public void Loading_assigns_every_sample_once_and_holds_some_out()
    {
        var data = Load(Digits);

        Assert.Equal(1438, data.Clients.Sum(client => client.Train.Length + client.HeldOut.Length));
        Assert.Equal(1438, data.Clients.SelectMany(client => client.Train.ToArray().Concat(client.HeldOut.ToArray())).Distinct().Count());
        // 1438 = 8 * 144 + 2 * 143; int(0.2 * 144) = int(0.2 * 143) = 28
        Assert.Every(data.Clients, client => Assert.Equal(28, client.HeldOut.Length));
        Assert.Equal(10, data.Task.Classes);
        Assert.Equal(359, data.Test!.Count);
    }

    [Fact]
    public void Held_out_and_test_samples_are_never_augmented_even_with_a_generator()
    {
        var data = Load(Digits);
        int[] rows = [.. data.Clients[3].HeldOut.Span];

        Assert.Equal(ImageSetTests.Read(data.Train, rows, null), ImageSetTests.Read(data.HeldOut, rows, new KeyedRandom(1)));
        Assert.Equal(ImageSetTests.Read(data.Test!, [0, 1], null), ImageSetTests.Read(data.Test!, [0, 1], new KeyedRandom(1)));
        Assert.NotEqual(ImageSetTests.Read(data.Train, rows, null), ImageSetTests.Read(data.Train, rows, new KeyedRandom(1)));
    }

    [Fact]
    public void The_seed_decides_the_deal()
    {
        Assert.Equal(Load(Digits).Table.Sha256, Load(Digits).Table.Sha256);
        Assert.NotEqual(Load(Digits).Table.Sha256, Load(Digits with { Seed = 2 }).Table.Sha256);
        Assert.NotEqual(Load(Digits).Table.Sha256, Load(Digits with { TestFraction = 0.1 }).Table.Sha256);
    }

    /// <summary>A run's identity: if one of these changes, earlier experiments can no longer be repeated.</summary>
    [Theory]
    [InlineData("iid", "2291a6d9984e56a7")]
    [InlineData("unbalanced", "02e5291dcaddbbc6")]
    [InlineData("patho", "1a84dbb615f2f147")]
    public void Partition_of_a_seed_stays_the_same(string partition, string sha256) =>
        Assert.StartsWith(sha256, Load(Digits with { Partition = partition, SampleFraction = 0.9 }).Table.Sha256);

    [Fact]
    public void Augmentations_of_a_seed_stay_what_they_are()
    {
        var data = Load(Digits with { RandomRotation = 10, RandomVerticalFlip = 0.5 });

        var values = ImageSetTests.Read(data.Train, [.. Enumerable.Range(0, 200)], new KeyedRandom(1));

        Assert.StartsWith("9d7d8c3bc50ac08e", Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))));
    }

    [Fact]
    public void A_sample_fraction_keeps_that_share_of_the_training_samples()
    {
        var data = Load(Digits with { SampleFraction = 0.5, TestFraction = 0 });

        Assert.Equal(719, data.Clients.Sum(client => client.Train.Length)); // 1438 / 2
        Assert.Every(data.Clients, client => Assert.Equal(0, client.HeldOut.Length));
        Assert.Equal(359, data.Test!.Count);
    }

    [Fact]
    public void A_federation_of_thousands_shares_one_store()
    {
        var labels = new int[10_000];
        for (var i = 0; i < labels.Length; i++) labels[i] = i % 10;
        var task = LearningTask.Classification([.. Enumerable.Range(0, 10).Select(c => $"{c}")]);
        var loaded = new LoadedData(new ImageSet(new SampleShape(1, 1, 1), new byte[10_000], labels), null, task);

        foreach (var partition in (string[])["iid", "diri", "unbalanced"])
        {
            var data = FederatedData.Assign(Digits with { Clients = 10_000, Partition = partition }, loaded);

            Assert.Equal(10_000, data.Clients.Count);
            Assert.Every(data.Clients, client => Assert.Equal((1, 0), (client.Train.Length, client.HeldOut.Length)));
            Assert.Null(data.Test);
        }
        var patho = FederatedData.Assign(Digits with { Clients = 5_000, Partition = "patho", ClassesPerClient = 2 }, loaded);
        Assert.Every(Enumerable.Range(0, 5_000), client => Assert.Equal(2, patho.Table.ClassCount(client)));
    }

    [Theory]
    [InlineData("patho", 20)]
    [InlineData("patho", 7)] // K m is no multiple of the classes
    [InlineData("diri", 13)]
    public void Partitions_of_the_catalogue_deal_real_data(string partition, int clients)
    {
        var table = Load(Digits with { Partition = partition, Clients = clients }).Table;

        Assert.Equal(1438, Enumerable.Range(0, clients).Sum(table.Samples));
        if (partition == "patho") Assert.Every(Enumerable.Range(0, clients), client => Assert.Equal(2, table.ClassCount(client)));
    }

    [Fact]
    public void Impossible_partition_is_refused_with_the_option_to_change()
    {
        Refused("Experiment.Clients 1439", Digits with { Clients = 1439 });
        Refused("Experiment.SampleFraction: '0' is not accepted", Digits with { SampleFraction = 0 });
        Refused("Experiment.TestFraction: '1' is not accepted", Digits with { TestFraction = 1 });
        Refused("Experiment.Partition", Digits with { Partition = "none" });
        Refused("Experiment.Dataset", Digits with { Dataset = "none" });

        static void Refused(string start, Experiment experiment)
        {
            var error = Assert.Throws<AutoFlipException>(() => Load(experiment));
            Assert.Equal(ExitCode.BadRequest, error.Code);
            Assert.StartsWith(start, error.Message);
        }
    }

    [Fact]
    public void The_table_counts_samples_and_hashes_the_deal()
    {
        ImmutableArray<ClientRows> clients = [new(new[] { 0, 2 }, new[] { 1 }), new(new[] { 3 }, default)];

        var table = PartitionTable.Of(clients, Targets.Classes([1, 1, 0, 2]), ["a", "b", "c"]);

        Assert.Equal([1, 1, 0], table.Train(0).ToArray());
        Assert.Equal([0, 1, 0], table.HeldOut(0).ToArray());
        Assert.Equal([0, 0, 1], table.Train(1).ToArray());
        Assert.Equal((3, 1), (table.Samples(0), table.Samples(1)));
        Assert.Equal((2, 1), (table.ClassCount(0), table.ClassCount(1)));
        // Lengths 2 and 1, rows 0 2 and 1; lengths 1 and 0, row 3: little-endian int32.
        byte[] bytes = [2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), table.Sha256);
    }

    [Theory]
    [InlineData(1, 0.9, 0)]
    [InlineData(2, 0.9, 1)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 0.25, 2)]
    [InlineData(100, 0.29, 29)] // 100 * 0.29 is 28.999... in doubles
    [InlineData(3000, 0.2, 600)]
    public void Hold_out_takes_whole_samples_and_leaves_one(int samples, double fraction, int heldOut)
    {
        int[] rows = [.. Enumerable.Range(50, samples)];

        var cut = HoldOut.Cut(rows, fraction, new KeyedRandom(1));

        Assert.Equal((samples - heldOut, heldOut), (cut.Train.Length, cut.HeldOut.Length));
        Assert.Equal(rows, cut.Train.ToArray().Concat(cut.HeldOut.ToArray()).Order());
        Assert.Equal(Enumerable.Range(50, samples), rows); // the caller's own rows keep their order
    }

    [Fact]
    public void A_share_is_distinct_rows_of_the_right_number_with_every_class_that_occurs() =>
        Gen.Select(Gen.Int[0, 9].Array[1, 200], Gen.Double[0.001, 1], Gen.ULong).Sample((labels, fraction, seed) =>
        {
            var kept = SampleShare.Keep(labels, 10, fraction, new KeyedRandom(seed));
            var classes = labels.Distinct().Count();
            return kept.SequenceEqual(kept.Distinct().Order())
                && kept.Length == Math.Max((int)(labels.Length * fraction + 1e-9), classes)
                && kept.Select(row => labels[row]).Distinct().Count() == classes
                && kept.SequenceEqual(SampleShare.Keep(labels, 10, fraction, new KeyedRandom(seed)));
        });

    [Fact]
    public void A_whole_share_is_every_row() => Assert.Equal([0, 1, 2], SampleShare.Keep([5, 5, 5], 10, 1, new KeyedRandom(1)));

    [Fact]
    public void A_share_of_owners_keeps_whole_owners_until_the_fraction_is_reached() =>
        Gen.Select(Gen.Int[0, 9].Array[1, 200], Gen.Double[0.001, 1], Gen.ULong).Sample((owners, fraction, seed) =>
        {
            var kept = SampleShare.KeepOwners(owners, fraction, new KeyedRandom(seed));
            var people = kept.Select(row => owners[row]).Distinct().ToArray();
            var wanted = (int)(owners.Length * fraction + 1e-9);
            return kept.SequenceEqual(Enumerable.Range(0, owners.Length).Where(row => people.Contains(owners[row])))
                && kept.Length >= wanted && people.Length >= 1
                && (people.Length == 1 || people.Any(one => kept.Count(row => owners[row] != one) < wanted)) // one owner less would not do
                && kept.SequenceEqual(SampleShare.KeepOwners(owners, fraction, new KeyedRandom(seed)));
        });

    [Fact]
    public void Every_owner_is_a_client_and_keeps_what_it_holds_out_itself()
    {
        // Rows 0 .. 4 are for training, 5 .. 7 held out by owners 2, 0, 2; owner 1 has nothing at all.
        var loaded = Owned([0, 2, 0, 3, 2, /* held out: */ 2, 0, 2], trainRows: 5);

        var data = FederatedData.Assign(Digits with { Partition = "pre", Clients = 99, TestFraction = 0.5 }, loaded);

        Assert.Equal((int[][])[[0, 2], [1, 4], [3]], data.Clients.Select(client => client.Train.ToArray().Order().ToArray()));
        Assert.Equal((int[][])[[6], [5, 7], []], data.Clients.Select(client => client.HeldOut.ToArray().Order().ToArray()));
    }

    [Fact]
    public void Owners_without_a_rule_of_their_own_hold_out_the_test_fraction()
    {
        var data = FederatedData.Assign(Digits with { Partition = "pre", TestFraction = 0.5 }, Owned([0, 1, 0, 1, 1, 1], trainRows: 6));

        Assert.Equal([(1, 1), (2, 2)], data.Clients.Select(client => (client.Train.Length, client.HeldOut.Length)));
    }

    [Fact]
    public void Under_other_partitions_nobody_trains_on_what_owners_hold_out()
    {
        var data = FederatedData.Assign(
            Digits with { Partition = "iid", Clients = 2, TestFraction = 0 }, Owned([0, 1, 0, 1, 0, 1], trainRows: 4));

        Assert.Equal([0, 1, 2, 3], data.Clients.SelectMany(client => client.Train.ToArray()).Order());
        Assert.Every(data.Clients, client => Assert.Equal(0, client.HeldOut.Length));
    }

    [Fact]
    public void Samples_without_owners_cannot_be_partitioned_by_owner()
    {
        var error = Assert.Throws<AutoFlipException>(() => Load(Digits with { Partition = "pre" }));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith("Experiment.Partition: the samples of this data set have no owners", error.Message);
    }

    [Fact]
    public void Samples_without_classes_are_refused_by_partitions_by_class_with_the_partitions_that_fit()
    {
        var numbers = new LoadedData(new Points([], _ => [1]), null, LearningTask.Regression);

        foreach (var partition in (string[])["patho", "diri", "shards", "semantic"])
        {
            var error = Assert.Throws<AutoFlipException>(() => FederatedData.Assign(Digits with { Partition = partition }, numbers));
            Assert.Equal(ExitCode.BadRequest, error.Code);
            Assert.Equal("Experiment.Partition: samples of this data set have no class to partition them by. "
                + "Accepted: iid, unbalanced, pre, linear, square, exponential, diri-quantity, grouped, virtual-iid.", error.Message);
        }
    }

    static LoadedData Owned(int[] owners, int trainRows) => new(
        new ImageSet(new SampleShape(1, 1, 1), new byte[owners.Length], new int[owners.Length]), null,
        LearningTask.Classification("a", "b"))
    {
        Owners = new Owners(["ann", "bob", "cy", "di"], owners, trainRows),
    };

    static FederatedData Load(Experiment experiment) =>
        FederatedData.Load(experiment, new DataLocations { Offline = true }, RunObserver.None);
}
