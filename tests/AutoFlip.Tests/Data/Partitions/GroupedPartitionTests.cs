namespace AutoFlip.Tests;

public class GroupedPartitionTests
{
    static readonly int[] Owners = [0, 2, 4, 4, 7, 2, 9, 0, 9, 9];

    [Fact]
    public void Owners_stay_whole_and_groups_differ_by_one_owner_at_most()
    {
        var assigned = Assign(2, 1);

        Assert.Equal(Enumerable.Range(0, 10), assigned.SelectMany(rows => rows).Order());
        var owners = assigned.Select(rows => rows.Select(row => Owners[row]).Distinct().ToArray()).ToArray();
        Assert.Equal([3, 2], owners.Select(group => group.Length)); // 0 2 4 7 9 are five
        Assert.Empty(owners[0].Intersect(owners[1]));
        Assert.True(new GroupedPartition().KeepsOwners);
        Assert.Contains(Enumerable.Range(2, 20), seed => Assign(2, (ulong)seed)[0].Length != assigned[0].Length);
    }

    [Fact]
    public void As_many_clients_as_owners_are_the_natural_ones()
    {
        var natural = new NaturalPartition().Assign(new PartitionInput(new int[10], 1, Owners), 0, new KeyedRandom(1));

        Assert.Equal(natural.Select(rows => rows[0]).Order(), Assign(5, 1).Select(rows => rows[0]).Order());
    }

    [Theory, InlineData(0), InlineData(6)]
    public void Other_numbers_of_clients_are_refused(int clients)
    {
        var error = Assert.Throws<AutoFlipException>(() => Assign(clients, 1));

        Assert.Equal(
            $"Experiment.Clients: '{clients}' is not accepted. Accepted: 1 to 5, the owners of samples, who are put together into clients.",
            error.Message);
    }

    static int[][] Assign(int clients, ulong seed) =>
        new GroupedPartition().Assign(new PartitionInput(new int[10], 1, Owners), clients, new KeyedRandom(seed));
}
