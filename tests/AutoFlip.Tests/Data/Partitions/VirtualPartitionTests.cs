using CsCheck;

namespace AutoFlip.Tests;

public class VirtualPartitionTests
{
    static readonly Gen<(int[] Labels, int Classes, VirtualPartition Partition, ulong Seed)> Cases =
        from classes in Gen.Int[1, 12]
        from labels in Gen.OneOf(Gen.Int[0, classes - 1], Gen.Const(0)).Array[1, 300]
        from samples in Gen.Int[1, labels.Length]
        from concentration in Gen.Int[0, 4].Select(i => new[] { 0, 1e-300, 0.2, 1, 1e300 }[i])
        from seed in Gen.ULong
        select (
            labels, classes,
            concentration == 0 ? new VirtualIidPartition(samples) : (VirtualPartition)new VirtualDirichletPartition(concentration, samples),
            seed);

    [Fact]
    public void A_client_has_as_many_different_samples_as_asked_for_whoever_is_asked_before() => Cases.Sample(c =>
    {
        Func<int, int[]> Plan() => c.Partition.Plan(new(c.Labels, c.Classes), new KeyedRandom(c.Seed));
        var (one, other) = (Plan(), Plan());
        int[] clients = [0, 1, 17, 1_000_000, int.MaxValue - 1];
        var rows = clients.Select(one).ToArray();
        return rows.All(client => client.Length == c.Partition.SamplesPerClient && client.Distinct().Count() == client.Length
                && client.All(row => row >= 0 && row < c.Labels.Length))
            && clients.Reverse().Select(other).Reverse().Zip(rows).All(pair => pair.First.SequenceEqual(pair.Second));
    }, iter: 2000);

    [Fact]
    public void Assigned_samples_are_those_of_the_plan() => Cases.Sample(c =>
    {
        var plan = c.Partition.Plan(new(c.Labels, c.Classes), new KeyedRandom(c.Seed));
        var assigned = c.Partition.Assign(new(c.Labels, c.Classes), clients: 3, new KeyedRandom(c.Seed));
        return assigned.Index().All(client => client.Item.SequenceEqual(plan(client.Index)));
    });

    /// <summary>103 samples, 10 a client: ten clients in each order, and three samples are left out of it.</summary>
    [Fact]
    public void Iid_clients_of_one_order_share_nothing_and_orders_differ()
    {
        var plan = new VirtualIidPartition(10).Plan(new(new int[103], 1), new KeyedRandom(1));

        int[][] orders = [.. Enumerable.Range(0, 3).Select(order => Enumerable.Range(10 * order, 10).SelectMany(plan).ToArray())];

        Assert.Every(orders, order => Assert.Equal(100, order.Distinct().Count()));
        Assert.Equal(3, orders.Select(order => string.Join(' ', order)).Distinct().Count());
    }

    /// <summary>Of 2,000 clients with 5 of 40 samples each sample has 250 in the mean, with a standard deviation of
    /// sqrt(250 * 35/40) = 14.8: five of them are 74.</summary>
    [Fact]
    public void Iid_clients_have_every_sample_equally_often()
    {
        var plan = new VirtualIidPartition(5).Plan(new(new int[40], 1), new KeyedRandom(1));

        var counts = Enumerable.Range(0, 2_000).SelectMany(plan).CountBy(row => row).Select(count => count.Value).ToList();

        Assert.Equal(40, counts.Count);
        Assert.Every(counts, count => Assert.Equal(250, count)); // 8 clients an order of all 40: exactly
    }

    /// <summary>A class of 100 samples is all that a client takes under a tiny alpha. Under a huge one 30 samples of 3 classes are 10
    /// each.</summary>
    [Fact]
    public void Concentration_decides_how_many_classes_a_client_has()
    {
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        int[] Classes(double concentration, int client) => [.. new VirtualDirichletPartition(concentration, 30)
            .Plan(new(labels, 3), new KeyedRandom(1))(client).CountBy(row => labels[row]).Select(count => count.Value).Order()];

        Assert.Every(Enumerable.Range(0, 100), client => Assert.Equal([30], Classes(1e-9, client)));
        Assert.Every(Enumerable.Range(0, 100), client => Assert.Equal([10, 10, 10], Classes(1e12, client)));
    }

    /// <summary>A client wants 8 samples of one class, and no class has more than 5.</summary>
    [Fact]
    public void What_a_class_lacks_is_drawn_from_others()
    {
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 4)];

        var plan = new VirtualDirichletPartition(1e-9, 8).Plan(new(labels, 4), new KeyedRandom(1));

        Assert.Every(
            Enumerable.Range(0, 100),
            client => Assert.Equal([3, 5], plan(client).CountBy(row => labels[row]).Select(count => count.Value).Order()));
    }

    [Fact]
    public void More_samples_per_client_than_there_are_is_refused()
    {
        var refused = Assert.Throws<AutoFlipException>(() => new VirtualIidPartition(11).Plan(new(new int[10], 1), new KeyedRandom(1)));

        Assert.Equal(
            "Experiment.SamplesPerClient: '11' is not accepted. Accepted: 1 to 10, the training samples.", refused.Message);
    }

    [Fact]
    public void A_keyed_permutation_has_every_number_once() => Gen.Select(Gen.Int[1, 5_000], Gen.ULong).Sample((count, key) =>
    {
        var order = new KeyedPermutation(count, key);
        return Enumerable.Range(0, count).Select(position => order[position]).Order().SequenceEqual(Enumerable.Range(0, count));
    }, iter: 300);

    [Theory]
    [InlineData(1 << 30), InlineData(int.MaxValue)]
    public void A_keyed_permutation_of_many_numbers_stays_within_them(int count)
    {
        var order = new KeyedPermutation(count, key: 1);
        int[] drawn = [.. Enumerable.Range(count - 1_000, 1_000).Select(position => order[position])];

        Assert.Equal(1_000, drawn.Distinct().Count());
        Assert.Every(drawn, value => Assert.InRange(value, 0, count - 1));
    }

    /// <summary>Under 60,000 keys each of 6 orders of 3 numbers comes 10,000 times in the mean, give or take 91: five times that are
    /// 456.</summary>
    [Fact]
    public void Every_order_of_three_is_about_as_frequent()
    {
        var orders = Enumerable.Range(0, 60_000)
            .Select(key => new KeyedPermutation(3, KeyedRandom.Mix((ulong)key)))
            .CountBy(order => (order[0], order[1], order[2])).ToList();

        Assert.Equal(6, orders.Count);
        Assert.Every(orders, order => Assert.InRange(order.Value, 9_500, 10_500));
    }
}
