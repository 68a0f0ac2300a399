using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Small files in LEAF's format.</summary>
static class LeafJson
{
    /// <summary>What LEAF's scripts write for these users: name, all x, all y.</summary>
    public static string Of(params (string Name, object[] X, object[] Y)[] users) => JsonSerializer.Serialize(new
    {
        users = users.Select(user => user.Name),
        num_samples = users.Select(user => user.X.Length),
        user_data = users.ToDictionary(user => user.Name, user => new { x = user.X, y = user.Y }),
    });

    /// <summary>An image of one grey.</summary>
    public static object Image(double grey) => Enumerable.Repeat(grey, 784);

    /// <summary>A tweet as Sent140 has it.</summary>
    public static object Tweet(string text) => new[] { "1467810369", "Mon Apr 06 22:19:45 PDT 2009", "NO_QUERY", "somebody", text };

    public static void Write(this TemporaryFolder folder, string name, string content) =>
        folder.Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>Loads a set of which both parts are these files.</summary>
    public static LoadedData Load(this TemporaryFolder folder, DataSet set, string train, string test, Experiment? experiment = null)
    {
        folder.Write("train/all_data_train_9.json", train);
        folder.Write("test/all_data_test_9.json", test);
        return folder.Load(set, experiment);
    }

    public static LoadedData Load(this TemporaryFolder folder, DataSet set, Experiment? experiment = null, RunObserver? observer = null) =>
        set.Load(
        experiment ?? new Experiment { Resize = 0 }, new DataLocations { DataPath = folder.Path, Offline = true },
        observer ?? RunObserver.None,
        TestContext.Current.CancellationToken);

    /// <summary>A sample's values.</summary>
    public static float[] Row(this SampleSet set, int row)
    {
        var values = new float[set.Shape.Length];
        set.Read([row], values, null);
        return values;
    }
}
