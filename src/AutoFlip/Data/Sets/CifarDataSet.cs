using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>CIFAR-10 and CIFAR-100 in their binary version: records of one or two label bytes and 3x32x32 pixels.</summary>
/// <param name="Name">The catalogue name.</param>
public sealed record CifarDataSet(string Name) : ImageDataSet(Name)
{
    /// <summary>Label bytes before each image.</summary>
    public required int LabelBytes { get; init; }

    /// <summary>Index of the label byte that is used.</summary>
    public int LabelAt { get; init; }

    /// <summary>Ten kinds of things.</summary>
    public static CifarDataSet Cifar10 { get; } = new("CIFAR10")
    {
        Title = "photographs of ten kinds of things",
        Task = LearningTask.Classification(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]),
        Shape = new SampleShape(3, 32, 32),
        TrainSamples = 50000,
        TestSamples = 10000,
        LabelBytes = 1,
        Files = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"],
        Folders = ["cifar-10-batches-bin", "CIFAR10", "CIFAR10/cifar-10-batches-bin", "cifar-10"],
        Downloads = [Archive("cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"])],
        Licence = "none stated",
        Citation = Krizhevsky,
    };

    /// <summary>A hundred kinds of things, by fine label.</summary>
    public static CifarDataSet Cifar100 { get; } = new("CIFAR100")
    {
        Title = "photographs of a hundred kinds of things",
        Task = LearningTask.Classification(
        [
            "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy", "bridge",
            "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach",
            "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster",
            "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree",
            "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck",
            "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea",
            "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
            "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle",
            "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
        ]),
        Shape = new SampleShape(3, 32, 32),
        TrainSamples = 50000,
        TestSamples = 10000,
        LabelBytes = 2,
        LabelAt = 1,
        Files = ["train.bin", "test.bin"],
        Folders = ["cifar-100-binary", "CIFAR100", "CIFAR100/cifar-100-binary", "cifar-100"],
        Downloads = [Archive("cifar-100-binary.tar.gz", 168513733, "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
            ["train.bin", "test.bin"])],
        Licence = "none stated",
        Citation = Krizhevsky,
    };

    /// <summary>The same photographs by coarse label: twenty kinds of five kinds each.</summary>
    public static CifarDataSet Cifar100Coarse { get; } = Cifar100 with
    {
        Name = "CIFAR100-coarse",
        Title = "photographs of twenty kinds of things",
        Task = LearningTask.Classification(
        [
            "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
            "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
            "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people", "reptiles", "small_mammals", "trees",
            "vehicles_1", "vehicles_2",
        ]),
        LabelAt = 0,
        Remarks = "the files of CIFAR100; the first of their two labels",
    };

    const string Krizhevsky = "A. Krizhevsky 2009, Learning multiple layers of features from tiny images, University of Toronto";

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test) =>
        Read(folder, test ? Files.AsSpan()[^1..] : Files.AsSpan()[..^1], test ? TestSamples : TrainSamples);

    /// <summary>The records of several files, one after another.</summary>
    ImageSet Read(DataFolder folder, ReadOnlySpan<string> names, int most)
    {
        var (shape, classes) = (Shape!.Value, Task!.Classes);
        var record = LabelBytes + shape.Length;
        long bytes = 0;
        foreach (var name in names) bytes += new FileInfo(folder.Files[name]).Length;
        var pixels = new MemoryStream((int)Math.Min(bytes / record * shape.Length, Array.MaxLength)); // exact unless compressed
        var labels = new List<int>();
        foreach (var name in names)
        {
            var before = labels.Count;
            folder.Read(name, (content, file) =>
            {
                var buffer = new byte[record];
                while (content.ReadAtLeast(buffer, record, throwOnEndOfStream: false) is > 0 and var got)
                {
                    if (got < record)
                        throw AutoFlipException.BadFile(file, $"it ends within a record: {got} of its {record} bytes are there");
                    var label = buffer[LabelAt];
                    if (label >= classes)
                        throw AutoFlipException.BadFile(
                            file, $"record {labels.Count - before} has label {label}, outside 0 .. {classes - 1}");
                    if (labels.Count == most) throw AutoFlipException.BadFile(file, $"it goes on after the {most} images that {Name} has");
                    labels.Add(label);
                    pixels.Write(buffer, LabelBytes, shape.Length);
                }
                return labels.Count > before ? labels.Count : throw AutoFlipException.BadFile(file, "it is empty");
            });
        }
        return new ImageSet(shape, pixels.Length == pixels.Capacity ? pixels.GetBuffer() : pixels.ToArray(), [.. labels]);
    }

    static DataDownload Archive(string name, long bytes, string sha256, ImmutableArray<string> members) =>
        new(new Uri($"https://www.cs.toronto.edu/~kriz/{name}"), bytes, sha256) { Members = members };
}
