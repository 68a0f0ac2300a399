namespace AutoFlip.Tests;

public class ShardPartitionTests
{
    [Fact]
    public void Shards_are_mcmahans_where_everything_divides()
    {
        // 10 classes of 60 samples, 20 clients with 2 of 40 shards: 15 samples a shard, so that none holds two classes.
        int[] labels = [.. Enumerable.Range(0, 600).Select(row => row % 10)];

        var assigned = new ShardPartition(2).Assign(new PartitionInput(labels, 10), 20, new KeyedRandom(1));

        Assert.Every(assigned, rows => Assert.Equal(30, rows.Length));
        Assert.Every(
            assigned, rows => Assert.Every(rows.GroupBy(row => labels[row]), shard => Assert.Contains(shard.Count(), (int[])[15, 30])));
        Assert.Contains(assigned, rows => rows.Select(row => labels[row]).Distinct().Count() == 1); // twice the same class may happen
        Assert.Contains(assigned, rows => rows.Select(row => labels[row]).Distinct().Count() == 2);
    }

    [Fact]
    public void A_remainder_makes_some_shards_one_larger()
    {
        var assigned = new ShardPartition(1).Assign(new PartitionInput([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1], 2), 3, new KeyedRandom(1));

        Assert.Equal([3, 4, 4], assigned.Select(rows => rows.Length).Order()); // 11 = 4 + 4 + 3
    }

    [Fact]
    public void More_shards_than_samples_are_refused()
    {
        var error = Assert.Throws<AutoFlipException>(() =>
            new ShardPartition(3).Assign(new PartitionInput([0, 1, 0, 1, 1], 2), 2, new KeyedRandom(1)));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Equal("Experiment.ShardsPerClient 3: 2 clients then need 6 shards, and there are only 5 training samples; "
            + "lower it or Experiment.Clients, or raise Experiment.SampleFraction.", error.Message);
    }
}
