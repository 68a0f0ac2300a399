namespace AutoFlip.Tests;

/// <summary>The two partitions of NIID-Bench by labels, in which clients differ in size.</summary>
public class LabelPartitionTests
{
    static readonly int[] Labels = [.. Enumerable.Range(0, 50_000).Select(row => row % 10)];

    static int[][] Assign(Partition partition, int clients, ulong seed, int[]? labels = null) => partition.Assign(
        new PartitionInput(labels ?? Labels, 10, [], () => throw new InvalidOperationException()), clients, new KeyedRandom(seed));

    /// <summary>The shares of a class, over many draws: with K clients that are all open, as for the first class, each has the mean 1 / K
    /// and the variance (K - 1) / (K² (K α + 1)). K = 10, α = 0.5: 0.1 and 9 / 600 = 0.015. Of 400 draws of ten shares the standard
    /// error of the variance is below 0.001.</summary>
    [Fact]
    public void The_first_class_is_shared_by_the_Dirichlet_distribution()
    {
        var shares = Enumerable.Range(1, 400).SelectMany(seed => Assign(new LabelDirichletPartition(0.5), 10, (ulong)seed, Labels[..2000])
            .Select(rows => rows.Count(row => row % 10 == 0) / 200.0)).ToList();

        Assert.Equal(0.1, shares.Average(), 9);
        Assert.InRange(shares.Average(share => (share - 0.1) * (share - 0.1)), 0.012, 0.018);
    }

    /// <summary>A client that has a K-th of all samples gets nothing of later classes: so none has more than that and a class.</summary>
    [Fact]
    public void Clients_differ_in_size_within_bounds()
    {
        foreach (var (alpha, clients) in ((double, int)[])[(0.5, 10), (0.1, 10), (0.5, 100)])
        {
            var sizes = Assign(new LabelDirichletPartition(alpha), clients, 3).Select(rows => rows.Length).ToList();

            Assert.Equal(50_000, sizes.Sum());
            Assert.InRange(sizes.Min(), 10, 50_000 / clients - 1);
            Assert.InRange(sizes.Max(), 50_000 / clients + 1, 50_000 / clients + 5000);
        }
    }

    /// <summary>One client has nearly all of each class, ten at most have any, and there are twenty.</summary>
    [Fact]
    public void A_concentration_that_leaves_clients_without_samples_is_refused()
    {
        var refused = Assert.Throws<AutoFlipException>(() => Assign(new LabelDirichletPartition(1e-9), 20, 1));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Equal(
            "Experiment.Concentration: '1E-09' is not accepted. Accepted: a larger one, or fewer than 20 clients: in each of 1000 draws "
            + "one of them had fewer than 10 samples.", refused.Message);
    }

    /// <summary>Client k has class k; a class of 5,000 samples that h clients have gives each 5,000 / h, by at most one.</summary>
    [Fact]
    public void Clients_of_a_class_have_equally_many_of_it()
    {
        var assigned = Assign(new LabelQuantityPartition(2), 10, 5);

        var classes = Enumerable.Range(0, 10).ToList();
        var counts = assigned.Select(rows => classes.Select(one => rows.Count(row => Labels[row] == one)).ToArray()).ToList();
        Assert.Every(counts.Index(), client => Assert.Equal(2, client.Item.Count(count => count > 0)));
        Assert.Every(counts.Index(), client => Assert.True(client.Item[client.Index] > 0));
        Assert.Every(classes, one =>
        {
            var shares = counts.Select(client => client[one]).Where(count => count > 0).ToList();
            Assert.Equal(5000, shares.Sum());
            Assert.InRange(shares.Max() - shares.Min(), 0, 1);
        });
        Assert.NotEqual(1, assigned.Select(rows => rows.Length).Distinct().Count());
    }

    [Theory]
    [InlineData(11, 10, "1 to 10, the classes of the training samples")]
    [InlineData(1, 4, "enough that each of 10 classes is one of the 4 clients', or more clients")]
    public void Classes_that_cannot_be_dealt_are_refused(int classesPerClient, int clients, string accepted)
    {
        var refused = Assert.Throws<AutoFlipException>(() => Assign(new LabelQuantityPartition(classesPerClient), clients, 1));

        Assert.Equal(
            $"Experiment.ClassesPerClient: '{classesPerClient}' is not accepted. Accepted: {accepted}.", refused.Message);
    }
}
