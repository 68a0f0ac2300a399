namespace AutoFlip.Tests;

public class QuantityPartitionTests
{
    [Fact]
    public void Linear_sizes_are_flowers()
    {
        // k / 10 of 45 is 4.5, 9, 13.5, 18; the sample that is left over goes to the last, the largest.
        Assert.Equal([4, 9, 13, 19], Sizes(new PowerPartition(1), 45, 4));
        Assert.Equal([0.1, 0.2, 0.3, 0.4], Sizes(new PowerPartition(1), 1000, 4).Select(size => size / 1000.0));
    }

    [Fact]
    public void Square_sizes_are_flowers() => Assert.Equal([10, 40, 90, 160], Sizes(new PowerPartition(2), 300, 4)); // 1 + 4 + 9 + 16 = 30

    [Fact]
    public void Exponential_sizes_are_flowers()
    {
        // e^1, e^2, e^3 of their sum 30.1929: 0.09003, 0.24473, 0.66524.
        Assert.Equal([90, 244, 666], Sizes(new ExponentialPartition(), 1000, 3));
    }

    [Fact]
    public void A_thousand_clients_do_not_overflow_and_none_is_left_without()
    {
        var sizes = Sizes(new ExponentialPartition(), 10_000, 1000);

        Assert.Equal(10_000, sizes.Sum());
        Assert.Equal(sizes.Order(), sizes);
        Assert.Equal(1, sizes[0]);
        Assert.True(sizes[^1] > 5000);
    }

    [Fact]
    public void Where_samples_are_scarce_the_largest_give_to_those_without() =>
        // Shares of 10: 9 % to 6.3: ..., 0.85, 2.32, 6.32; floors and ones sum to 8 + 2 + 6 = 16, six too many, taken from the last ones.
        Assert.Equal(Enumerable.Repeat(1, 10), Sizes(new ExponentialPartition(), 10, 10));

    [Theory]
    [InlineData(1e-6, 900, 1000)] // one client has all but the others' one sample
    [InlineData(0.2, 200, 990)]
    [InlineData(1e6, 99, 110)] // what rounding down leaves over is the largest's
    public void Dirichlet_skew_of_sizes_follows_the_concentration(double alpha, int least, int most) =>
        Assert.InRange(Sizes(new DirichletQuantityPartition(alpha), 1000, 10).Max(), least, most);

    [Fact]
    public void Dirichlet_sizes_refuse_a_concentration_that_is_none() =>
        Assert.StartsWith(
            "Experiment.Concentration: '0' is not accepted. Accepted: a number above 0.",
            Assert.Throws<AutoFlipException>(() => Sizes(new DirichletQuantityPartition(0), 10, 2)).Message);

    static int[] Sizes(Partition partition, int samples, int clients)
    {
        var assigned = partition.Assign(new PartitionInput(new int[samples], 1), clients, new KeyedRandom(1));
        Assert.Equal(Enumerable.Range(0, samples), assigned.SelectMany(rows => rows).Order());
        return [.. assigned.Select(rows => rows.Length)];
    }
}
