using CsCheck;

namespace AutoFlip.Tests;

public class PartitionTests
{
    static readonly Partition[] All =
        [new IidPartition(), new UnbalancedPartition(), .. Enumerable.Range(1, 4).Select(m => new PathologicalPartition(m)),
            .. new[] { 1e-300, 1e-3, 0.2, 1, 100, 1e300 }.Select(alpha => new DirichletPartition(alpha)),
            .. new[] { 1e-300, 0.2, 1e300 }.Select(alpha => new DirichletQuantityPartition(alpha)),
            .. new[] { 0.1, 0.5, 1e300 }.Select(alpha => new LabelDirichletPartition(alpha)),
            .. Enumerable.Range(1, 3).Select(m => new LabelQuantityPartition(m)),
            .. Enumerable.Range(1, 3).Select(s => new ShardPartition(s)),
            new PowerPartition(1), new PowerPartition(2), new ExponentialPartition(), new GroupedPartition(), new SemanticPartition()];

    /// <summary>Any labels, any number of classes (some of which may not occur), any number of clients, any partition.</summary>
    static readonly Gen<(int[] Labels, int Classes, int Clients, Partition Partition, ulong Seed)> Cases =
        from classes in Gen.Int[1, 12]
        from labels in Gen.OneOf(Gen.Int[0, classes - 1], Gen.Const(0)).Array[1, 300]
        from clients in Gen.Int[1, 60]
        from partition in Gen.Int[0, All.Length - 1].Select(i => All[i])
        from seed in Gen.ULong
        select (labels, classes, clients, partition, seed);

    [Fact]
    public void Any_deal_is_disjoint_repeatable_and_leaves_nobody_empty_or_is_refused_with_the_option_to_change() => Cases.Sample(c =>
    {
        int[][] assigned;
        try
        {
            assigned = Assign(c);
        }
        catch (AutoFlipException e)
        {
            return e.Code == ExitCode.BadRequest && e.Message.StartsWith("Experiment.", StringComparison.Ordinal)
                && (c.Labels.Length < c.Clients
                    || c.Partition is PathologicalPartition or LabelDirichletPartition or LabelQuantityPartition
                    || c.Partition is ShardPartition { ShardsPerClient: var shards } && c.Labels.Length < shards * c.Clients
                    || c.Partition is GroupedPartition && Owners(c.Labels).Distinct().Count() < c.Clients);
        }
        var rows = assigned.SelectMany(client => client).ToArray();
        return assigned.Length == c.Clients
            && assigned.All(client => client.Length > 0)
            && rows.Distinct().Count() == rows.Length
            && rows.All(row => row >= 0 && row < c.Labels.Length)
            && (c.Partition is UnbalancedPartition || rows.Length == c.Labels.Length)
            && assigned.Zip(Assign(c)).All(pair => pair.First.SequenceEqual(pair.Second));
    }, iter: 2000);

    [Fact]
    public void Another_seed_gives_another_deal()
    {
        var labels = Labels(10, 20);

        var varying = All.Where(partition =>
            partition is not (PathologicalPartition { ClassesPerClient: 1 } or LabelQuantityPartition { ClassesPerClient: 1 }));

        Assert.Every(varying, partition =>
            Assert.NotEqual(
                partition.Assign(InputOf(labels, 10), 10, new KeyedRandom(1)),
                partition.Assign(InputOf(labels, 10), 10, new KeyedRandom(2))));
    }

    [Fact]
    public void Iid_sizes_differ_by_at_most_one()
    {
        var sizes = Sizes(new IidPartition(), Labels(10, 10), 7);

        Assert.Equal([15, 15, 14, 14, 14, 14, 14], sizes); // 100 = 2 * 15 + 5 * 14
    }

    [Fact]
    public void Unbalanced_keeps_95_to_99_percent()
    {
        var sizes = Sizes(new UnbalancedPartition(), Labels(10, 1000), 10);

        Assert.Every(sizes, size => Assert.InRange(size, 950, 990));
        Assert.True(sizes.Distinct().Count() > 1);
    }

    [Fact]
    public void Patho_gives_exactly_the_asked_number_of_classes_whenever_there_are_enough_samples() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12], Gen.Int[1, 60], Gen.Int[0, 40].Array[12], Gen.ULong)
            .Sample((classes, m, clients, more, seed) =>
        {
            // Every class has at least as many samples as clients: then only K m >= C and m <= C matter.
            int[] labels = [.. Enumerable.Range(0, classes).SelectMany(c => Enumerable.Repeat(c, clients + more[c]))];
            var partition = new PathologicalPartition(m);
            int[][] Assign() => partition.Assign(new PartitionInput(labels, classes), clients, new KeyedRandom(seed));
            if (m > classes || clients * m < classes)
                return Assert.Throws<AutoFlipException>(Assign).Message.StartsWith("Experiment.ClassesPerClient", StringComparison.Ordinal);
            var assigned = Assign();
            return assigned.All(rows => rows.Select(row => labels[row]).Distinct().Count() == m)
                && assigned.Sum(rows => rows.Length) == labels.Length;
        }, iter: 1000);

    [Fact]
    public void Patho_shards_are_the_references_where_everything_divides()
    {
        // 20 clients x 2 classes = 40 shards = 4 of each of 10 classes; 100 samples each: shards of 25, clients of 50.
        var labels = Labels(10, 100);

        var assigned = new PathologicalPartition(2).Assign(new PartitionInput(labels, 10), 20, new KeyedRandom(1709566899));

        Assert.Every(assigned, rows => Assert.Equal([25, 25], rows.GroupBy(row => labels[row]).Select(group => group.Count())));
    }

    [Fact]
    public void Patho_leaves_classes_that_do_not_occur_out_of_account()
    {
        int[] labels = [.. Enumerable.Repeat(2, 30), .. Enumerable.Repeat(7, 30)]; // 2 of 10 classes

        var assigned = new PathologicalPartition(2).Assign(new PartitionInput(labels, 10), 5, new KeyedRandom(1));

        Assert.Every(assigned, rows => Assert.Equal(12, rows.Length));
    }

    [Fact]
    public void Patho_gives_a_class_with_few_samples_fewer_shards()
    {
        int[] labels = [0, .. Enumerable.Repeat(1, 20), .. Enumerable.Repeat(2, 20)]; // 8 shards, 1 of class 0: 1 + 4 + 3 or 1 + 3 + 4

        var assigned = new PathologicalPartition(2).Assign(new PartitionInput(labels, 3), 4, new KeyedRandom(1));

        Assert.Equal(41, assigned.Sum(rows => rows.Length));
        Assert.Every(assigned, rows => Assert.Equal(2, rows.Select(row => labels[row]).Distinct().Count()));
    }

    [Theory]
    [InlineData(20, 2, 100, 200, "Experiment.Clients")] // 40 of 100 classes
    [InlineData(4, 11, 10, 200, "1 to 10, the classes of the training samples")] // more classes than there are
    [InlineData(4, 0, 10, 200, "1 to 10, the classes of the training samples")]
    public void Patho_says_what_cannot_be(int clients, int m, int classes, int perClass, string hint)
    {
        var error = Assert.Throws<AutoFlipException>(() =>
            new PathologicalPartition(m).Assign(new PartitionInput(Labels(classes, perClass), classes), clients, new KeyedRandom(1)));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith("Experiment.ClassesPerClient", error.Message);
        Assert.Contains(hint, error.Message);
    }

    [Fact]
    public void Patho_refuses_when_samples_are_too_few_for_distinct_classes()
    {
        int[] labels = [0, .. Enumerable.Repeat(1, 20)]; // 4 clients cannot all have class 0

        Assert.Contains("too few training samples", Assert.Throws<AutoFlipException>(() =>
            new PathologicalPartition(2).Assign(new PartitionInput(labels, 2), 4, new KeyedRandom(1))).Message);
    }

    [Fact]
    public void Dirichlet_sizes_differ_by_at_most_one_and_skew_follows_the_concentration()
    {
        var labels = Labels(10, 500);

        double Classes(double alpha)
        {
            var assigned = new DirichletPartition(alpha).Assign(new PartitionInput(labels, 10), 20, new KeyedRandom(3));
            Assert.Every(assigned, rows => Assert.Equal(250, rows.Length));
            return assigned.Average(rows => rows.Select(row => labels[row]).Distinct().Count());
        }

        Assert.InRange(Classes(1e-6), 1, 2.5); // one class each, plus what is left over
        Assert.InRange(Classes(0.2), 2.5, 8);
        Assert.InRange(Classes(1e6), 9.9, 10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Dirichlet_refuses_a_concentration_that_is_none(double alpha) =>
        Assert.StartsWith("Experiment.Concentration", Assert.Throws<AutoFlipException>(() =>
            new DirichletPartition(alpha).Assign(new PartitionInput([0, 1], 2), 1, new KeyedRandom(1))).Message);

    [Fact]
    public void More_clients_than_samples_are_refused()
    {
        Assert.Every(All.Where(partition => partition is not GroupedPartition), partition => // which wants an owner for each
        {
            var error = Assert.Throws<AutoFlipException>(() => partition.Assign(InputOf([0, 1, 2], 3), 4, new KeyedRandom(1)));

            Assert.StartsWith("Experiment.Clients 4: there are only 3 training samples", error.Message);
            Assert.Equal(ExitCode.BadRequest, error.Code);
        });
    }

    [Fact]
    public void The_catalogue_takes_settings_from_the_experiment()
    {
        var experiment = new Experiment { ClassesPerClient = 3, Concentration = 0.7, ShardsPerClient = 5, SamplesPerClient = 9 };

        Assert.Equal(
            [
                "iid", "unbalanced", "patho", "diri", "pre", "shards", "linear", "square", "exponential", "diri-quantity", "diri-label",
                "label-quantity", "grouped", "semantic", "virtual-iid", "virtual-diri"
            ],
            Catalog.Partitions.Names);
        Assert.Equal(new PathologicalPartition(3), Catalog.Partitions["PATHO"](experiment));
        Assert.Equal(new DirichletPartition(0.7), Catalog.Partitions["diri"](experiment));
        Assert.Equal(new DirichletQuantityPartition(0.7), Catalog.Partitions["diri-quantity"](experiment));
        Assert.Equal(new LabelDirichletPartition(0.7), Catalog.Partitions["diri-label"](experiment));
        Assert.Equal(new LabelQuantityPartition(3), Catalog.Partitions["label-quantity"](experiment));
        Assert.Equal(new ShardPartition(5), Catalog.Partitions["shards"](experiment));
        Assert.Equal(new VirtualIidPartition(9), Catalog.Partitions["virtual-iid"](experiment));
        Assert.Equal(new VirtualDirichletPartition(0.7, 9), Catalog.Partitions["virtual-diri"](experiment));
    }

    static int[][] Assign((int[] Labels, int Classes, int Clients, Partition Partition, ulong Seed) c) =>
        c.Partition.Assign(InputOf(c.Labels, c.Classes), c.Clients, new KeyedRandom(c.Seed));

    /// <summary>Labels with owners and points.</summary>
    static PartitionInput InputOf(int[] labels, int classes) =>
        new(labels, classes, Owners(labels), () => new Points(labels, row => [row % 5, row % 3, labels[row]]));

    /// <summary>Up to 23 owners.</summary>
    static int[] Owners(int[] labels) => [.. labels.Select((_, row) => row * row % 23)];

    static int[] Labels(int classes, int perClass) => [.. Enumerable.Range(0, classes * perClass).Select(i => i % classes)];

    static int[] Sizes(Partition partition, int[] labels, int clients) =>
        [.. partition.Assign(new PartitionInput(labels, 10), clients, new KeyedRandom(1)).Select(rows => rows.Length)];
}
