using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Tables after partitioning.</summary>
public class TableSetTests
{
    /// <summary>Two values a row, of which the first is standardised.</summary>
    static TableSet Set(params float[] numbers) =>
        new([.. numbers.SelectMany((number, row) => (float[])[number, row])], null,
            [new ColumnRecipe("number", ColumnKind.Number, [], false), new ColumnRecipe("flag", ColumnKind.Flag, [], false)],
            Targets.Classes(new int[numbers.Length]));

    [Fact]
    public void Each_client_standardises_by_its_own_training_rows_and_the_server_by_all_of_them()
    {
        ClientRows[] clients = [new(new[] { 0, 1 }, new[] { 2 }), new(new[] { 3, 4 }, new[] { 5 })];

        var (train, test) = Set(1, 3, 7, 10, 30, 25).ForClients(clients, Set(11, float.NaN));

        // Client 0: mean 2, deviation 1; client 1: mean 20, deviation 10. All of 1 3 10 30: mean 11,
        // variance (100 + 64 + 1 + 361) / 4 = 131.5.
        Assert.Equal([-1, 1, 5, -1, 1, 0.5f], First(train));
        Assert.Equal([0, 0], First(test!));
        Assert.Equal(20 / Math.Sqrt(131.5), First(Set(1, 3, 7, 10, 30, 25).ForClients(clients, Set(31)).Test!)[0], 1e-6);
        // the flag stays
        Assert.Equal(
            Enumerable.Range(0, 6).Select(row => (float)row), Enumerable.Range(0, 6).Select(row => CsvDataSetTests.Row(train, row)[1]));
    }

    [Fact]
    public void Missing_values_are_the_mean_and_what_does_not_vary_says_nothing()
    {
        ClientRows[] clients = [new(new[] { 0, 1, 2 }, default), new(new[] { 3, 4 }, new[] { 5 }), new(new[] { 6 }, new[] { 7 })];

        var train = Set(2, float.NaN, 4, 5, 5, 900, float.NaN, 8).ForClients(clients, null).Train;

        Assert.Equal([-1, 0, 1, 0, 0, 0, 0, 0], First(train));
    }

    /// <summary>No leak: whatever held-out rows, test rows and other clients' rows are, a client's training rows stay the same.</summary>
    [Fact]
    public void Nothing_depends_on_rows_that_are_not_trained_on() =>
        Gen.Select(Gen.Float[-100, 100].Array[8], Gen.Float[-100, 100].Array[4]).Sample((numbers, others) =>
        {
            ClientRows[] clients = [new(new[] { 0, 1, 2 }, new[] { 6 }), new(new[] { 3, 4, 5 }, new[] { 7 })];
            float[] heldOutChanged = [.. numbers[..6], others[0], others[1]];
            float[] otherClientChanged = [.. numbers[..3], others[0], others[1], others[2], numbers[6], numbers[7]];

            var (train, test) = Set(numbers).ForClients(clients, Set(others[3]));
            var (trainA, testA) = Set(heldOutChanged).ForClients(clients, Set(others[3]));
            var trainB = Set(otherClientChanged).ForClients(clients, Set(others[0])).Train;

            return First(train)[..6].SequenceEqual(First(trainA)[..6]) && First(test!).SequenceEqual(First(testA!))
                && First(train)[..3].SequenceEqual(First(trainB)[..3]) && First(train)[6] == First(trainB)[6];
        });

    [Fact]
    public void Any_clients_training_rows_have_mean_0_and_deviation_1() =>
        Gen.Float[-1000, 1000].Array[4, 40].Where(numbers => numbers.Distinct().Count() > 2).Sample(numbers =>
        {
            var client = new ClientRows(Enumerable.Range(0, numbers.Length).ToArray(), default);
            var train = First(Set(numbers).ForClients([client], null).Train);
            return Math.Abs(train.Average(value => (double)value)) < 1e-4
                && Math.Abs(train.Average(value => (double)value * value) - 1) < 1e-4;
        });

    [Fact]
    public void The_set_that_was_loaded_is_not_changed()
    {
        var loaded = Set(1, 3);

        loaded.ForClients([new ClientRows(new[] { 0, 1 }, default)], loaded);

        Assert.Equal([1, 3], First(loaded));
    }

    static float[] First(SampleSet set) => [.. Enumerable.Range(0, set.Count).Select(row => CsvDataSetTests.Row(set, row)[0])];
}
