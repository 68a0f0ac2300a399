using CsCheck;

namespace AutoFlip.Tests;

public class SemanticPartitionTests
{
    /// <summary>Three classes, each with a left, a middle and a right part; classes lie one above the other.</summary>
    [Fact]
    public void Clients_get_what_is_alike_of_every_class()
    {
        int[] labels = [.. Enumerable.Range(0, 180).Select(row => row % 3)];
        static int Side(int row) => row / 3 % 3;
        var points = new Points(labels, row => [100 * Side(row) + row % 7, 10 * labels[row] + row % 5]);

        var assigned = new SemanticPartition().Assign(new PartitionInput(labels, 3, samples: () => points), 3, new KeyedRandom(4));

        Assert.Every(assigned, rows => Assert.Equal(60, rows.Length));
        Assert.Every(assigned, rows => Assert.Single(rows.Select(Side).Distinct())); // its own part of the world
        // of all classes
        Assert.Every(assigned, rows => Assert.Equal([20, 20, 20], rows.GroupBy(row => labels[row]).Select(group => group.Count())));
    }

    [Fact]
    public void A_class_with_fewer_samples_than_clients_goes_to_those_without_first()
    {
        int[] labels = [0, 0, 0, 1, 1, 1]; // six clients: either class fills three of them

        var assigned = new SemanticPartition()
            .Assign(new PartitionInput(labels, 2, samples: () => new Points(labels, row => [row])), 6, new KeyedRandom(1));

        Assert.Every(assigned, rows => Assert.Single(rows));
    }

    [Fact]
    public void Missing_values_and_columns_without_spread_are_no_obstacle()
    {
        int[] labels = [.. new int[20]];
        var points = new Points(labels, row => [row % 4 == 0 ? float.NaN : row, 3, float.NaN]);

        var assigned = new SemanticPartition().Assign(new PartitionInput(labels, 1, samples: () => points), 4, new KeyedRandom(1));

        Assert.Equal(Enumerable.Range(0, 20), assigned.SelectMany(rows => rows).Order());
    }

    [Fact]
    public void Samples_that_are_no_points_are_refused()
    {
        var error = Assert.Throws<AutoFlipException>(() =>
            new SemanticPartition().Assign(new PartitionInput([0, 1], 2), 1, new KeyedRandom(1)));

        Assert.StartsWith("Experiment.Partition semantic: ", error.Message);
    }

    /// <summary>A run's identity, on any processor.</summary>
    [Fact]
    public void The_deal_of_a_seed_stays_what_it_is()
    {
        var experiment = new Experiment { Dataset = "digits", Resize = 0, Clients = 10, Partition = "semantic" };

        var table = FederatedData.Load(experiment, new DataLocations { Offline = true }, RunObserver.None).Table;

        Assert.StartsWith("0b76867271045aac", table.Sha256);
        // classes are not what tells clients apart
        Assert.Every(Enumerable.Range(0, 10), client => Assert.InRange(table.ClassCount(client), 9, 10));
    }

    [Fact]
    public void Clusters_are_what_anybody_would_say_they_are()
    {
        double[][] points = [[0, 0], [1, 0], [50, 9], [51, 9], [52, 9], [0, 1]];

        var clusters = Cluster.Of(points, [0, 1, 2, 3, 4, 5], 2, new KeyedRandom(1));

        Assert.Equal((int[][])[[0, 1, 5], [2, 3, 4]], clusters.Select(cluster => cluster.Rows).OrderBy(rows => rows[0]));
    }

    [Fact]
    public void Any_points_make_as_many_clusters_as_asked_for_and_none_is_empty() =>
        Gen.Select(Gen.Int[0, 3].Select(value => (double)value).Array[2].Array[1, 40], Gen.Int[1, 40], Gen.ULong)
            .Sample((points, k, seed) =>
        {
            k = Math.Min(k, points.Length);
            var clusters = Cluster.Of(points, [.. Enumerable.Range(0, points.Length)], k, new KeyedRandom(seed));
            return clusters.Length == k && clusters.All(cluster => cluster.Rows.Length > 0 && cluster.DivergenceTo(clusters[0]) >= 0
                    && double.IsFinite(cluster.DivergenceTo(clusters[0])) && cluster.DivergenceTo(cluster) == 0)
                && clusters.SelectMany(cluster => cluster.Rows).Order().SequenceEqual(Enumerable.Range(0, points.Length));
        });

    [Fact]
    public void Divergence_is_that_of_normal_distributions()
    {
        // 1/2 [ln(9/4) + (4 + 5^2) / 9 - 1], and backwards 1/2 [ln(4/9) + (9 + 5^2) / 4 - 1]
        var (a, b) = (new Cluster([0], [1], [4]), new Cluster([1], [6], [9]));

        Assert.Equal(0.5 * (Math.Log(2.25) + 29.0 / 9 - 1), a.DivergenceTo(b), 1e-12);
        Assert.Equal(0.5 * (-Math.Log(2.25) + 34.0 / 4 - 1), b.DivergenceTo(a), 1e-12);
    }

    [Fact]
    public void An_assignment_is_the_cheapest_of_all() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2], Gen.Double[-5, 5].Array[6 * 4]).Sample((things, spare, costs) =>
        {
            var places = things + spare;
            double[][] cost = [.. Enumerable.Range(0, things).Select(thing => costs.AsSpan(thing * places, places).ToArray())];
            double Sum(IEnumerable<int> place) => place.Select((p, thing) => cost[thing][p]).Sum();

            var place = Assignment.Cheapest(cost);

            return place.Distinct().Count() == things && Math.Abs(Sum(place) - Arrangements(things, places).Min(Sum)) < 1e-9;
        });

    [Fact]
    public void Principal_components_keep_distances_where_there_are_as_many_as_values()
    {
        var random = new KeyedRandom(1);
        float[][] values = [.. Enumerable.Range(0, 30).Select(_ =>
            new[] { (float)random.NextGaussian(), (float)random.NextGaussian() * 100, 5 })];

        var points = PrincipalComponents.Of(new Points(new int[30], row => values[row]), 3, random);

        var mean = Enumerable.Range(0, 3).Select(d => values.Average(value => value[d])).ToArray();
        var deviation = Enumerable.Range(0, 3).Select(d => Math.Sqrt(values.Average(value => Math.Pow(value[d] - mean[d], 2)))).ToArray();
        double Standard(int row, int d) => d == 2 ? 0 : (values[row][d] - mean[d]) / deviation[d];
        for (var row = 1; row < 30; row++)
        {
            var want = Enumerable.Range(0, 3).Sum(d => Math.Pow(Standard(row, d) - Standard(0, d), 2));
            Assert.Equal(want, points[row].Zip(points[0], (a, b) => (a - b) * (a - b)).Sum(), 1e-6); // a turn of the axes; float32 values
        }
    }

    static IEnumerable<int[]> Arrangements(int things, int places) => things == 0
        ? [[]]
        : Arrangements(things - 1, places)
            .SelectMany(rest => Enumerable.Range(0, places).Except(rest).Select(place => (int[])[.. rest, place]));
}
