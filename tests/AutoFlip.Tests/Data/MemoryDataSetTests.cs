namespace AutoFlip.Tests;

public class MemoryDataSetTests
{
    static readonly LearningTask Task = LearningTask.Classification("a", "b", "c");

    static ArraySet Numbers(params int[] classes) =>
        new(new SampleShape(2, 1, 1), [.. Enumerable.Range(0, 2 * classes.Length).Select(i => i / 2f)], Targets.Classes(classes));

    static LoadedData Load(MemoryDataSet set, Experiment experiment) =>
        set.Load(experiment, new DataLocations { Offline = true }, ILoadObserver.None);

    [Fact]
    public void Arrays_are_read_row_by_row_in_the_order_that_is_wanted()
    {
        var samples = Numbers(0, 2, 1);
        var read = new float[4];

        samples.Read([2, 0], read, augmentation: null);

        Assert.Equal([2, 2.5f, 0, 0.5f], read); // row i is (i, i + 1/2)
        Assert.Equal([0, 2, 1], samples.Labels.ToArray());
        Assert.Equal(new NumberRecipe(2, 1, 1), samples.Recipe);
    }

    [Fact]
    public void Arrays_of_another_length_and_values_that_are_not_finite_are_refused()
    {
        SampleShape shape = new(2, 1, 1);

        Assert.StartsWith(
            "2 samples of 2x1x1 have 4 values, not 3.",
            Assert.Throws<ArgumentException>(() => new ArraySet(shape, [1, 2, 3], Targets.Classes([0, 1]))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Value 1 of sample 1 is NaN",
            Assert.Throws<ArgumentException>(() => new ArraySet(shape, [1, 2, 3, float.NaN], Targets.Classes([0, 1]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_in_memory_has_the_facts_of_its_data()
    {
        var set = new MemoryDataSet("mine", new LoadedData(Numbers(0, 2, 1), Numbers(1), Task));

        Assert.Equal(
            ("mine", Task, new SampleShape(2, 1, 1), 3, 1, true),
            (set.Name, set.Task, set.Shape, set.TrainSamples, set.TestSamples, set.Files.IsEmpty));
    }

    [Fact]
    public void Owners_of_a_set_in_memory_become_clients()
    {
        var data = new LoadedData(Numbers(0, 2, 1, 1), Test: null, Task)
        {
            Owners = new Owners(
            ["north", "south"], [0, 1, 0, 1], TrainRows: 4)
        };
        var experiment = new Experiment { Partition = "pre", TestFraction = 0 };

        var assigned = FederatedData.Assign(experiment, Load(new MemoryDataSet("mine", data), experiment));

        Assert.Equal<int[]>([[0, 2], [1, 3]], assigned.Clients.Select(client => (int[])[.. client.Train.ToArray().Order()]));
    }

    /// <summary>A run ended after its training before, because there was nothing to evaluate.</summary>
    [Fact]
    public void A_test_set_without_samples_is_none()
    {
        var set = new MemoryDataSet("mine", new LoadedData(Numbers(0, 2, 1), Numbers(), Task));

        Assert.Equal(0, set.TestSamples);
        Assert.Null(Load(set, new Experiment()).Test);
        Assert.Null(FederatedData.Assign(new Experiment { Partition = "iid", Clients = 1 }, Load(set, new Experiment())).Test);
    }

    [Theory]
    [InlineData(2, "The owner of sample 1 is 2; accepted are 0 to 1, the places of the 2 names.")]
    [InlineData(-1, "The owner of sample 1 is -1; accepted are 0 to 1, the places of the 2 names.")]
    public void An_owner_without_a_name_is_refused(int owner, string why) => Assert.StartsWith(
        why, Assert.Throws<ArgumentException>(() => new Owners(["north", "south"], [0, owner], TrainRows: 2)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Owners_of_more_or_fewer_samples_are_refused() => Assert.StartsWith(
        "There are 2 samples for training, and owners of 3.",
        Assert.Throws<ArgumentException>(() => new MemoryDataSet(
            "mine", new LoadedData(Numbers(0, 1), Test: null, Task) { Owners = new(["north"], [0, 0, 0], TrainRows: 3) })).Message,
        StringComparison.Ordinal);

    /// <summary>Four pixels of one image, halved in each direction: their mean. Without a transform a pixel of 0
    /// .. 255 is read as 0 .. 1.</summary>
    [Fact]
    public void Images_in_memory_are_resized_as_the_experiment_asks()
    {
        var images = new ImageSet(new SampleShape(1, 2, 2), [10, 20, 30, 40], [1]);
        var set = new MemoryDataSet("mine", new LoadedData(images, Test: null, Task));
        var read = new float[1];

        var small = Load(set, new Experiment { Resize = 1 }).Train;
        small.Read([0], read, augmentation: null);

        Assert.Equal(new SampleShape(1, 1, 1), small.Shape);
        Assert.Equal(25 / 255f, read[0], 1e-6f);
        Assert.Equal(images.Shape, Load(set, new Experiment { Resize = 0 }).Train.Shape);
    }

    [Fact]
    public void Data_that_do_not_fit_their_task_are_refused()
    {
        static string Refusal(string name, LoadedData data) =>
            Assert.Throws<ArgumentException>(() => new MemoryDataSet(name, data)).Message;

        Assert.StartsWith(
            "The class of sample 1 is 3; accepted are 0 to 2.", Refusal("mine", new(Numbers(0, 3), null, Task)), StringComparison.Ordinal);
        Assert.StartsWith(
            "The class of sample 0 is 4; accepted are 0 to 2.", Refusal("mine", new(Numbers(0), Numbers(4), Task)),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "The task is Regression, and the targets are classes.", Refusal("mine", new(Numbers(0), null, LearningTask.Regression)),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Samples for testing are 1x1x1, samples for training 2x1x1.",
            Refusal("mine", new(Numbers(0), new ArraySet(new(1, 1, 1), [0], Targets.Classes([0])), Task)), StringComparison.Ordinal);
        Assert.StartsWith(
            "'a:b' is not accepted as the name of a data set", Refusal("a:b", new(Numbers(0), null, Task)), StringComparison.Ordinal);
    }
}
