namespace AutoFlip;

/// <summary>STL-10: photographs of ten kinds of things, taken from ImageNet; pixels and labels in files of plain bytes.</summary>
/// <remarks>Its 100,000 images without labels are not used.</remarks>
public sealed record Stl10DataSet() : ImageDataSet("STL10")
{
    /// <summary>The set.</summary>
    public static Stl10DataSet Instance { get; } = new()
    {
        Title = "photographs of ten kinds of things",
        Task = LearningTask.Classification(["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"]),
        Shape = new SampleShape(3, 96, 96),
        TrainSamples = 5000,
        TestSamples = 8000,
        Files = ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"],
        Folders = ["stl10_binary", "STL10", "STL10/stl10_binary"],
        Downloads =
        [
            new(new Uri("http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz"), 2640397119,
                "f31fd99273a1acb8609c8db427cebb1de3f71de77758cdc0e22956e1289b9866")
            {
                Members = ["train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"],
            },
        ],
        Licence = "none stated (from ImageNet)",
        Citation = "A. Coates, H. Lee and A. Y. Ng 2011, An analysis of single-layer networks in unsupervised feature learning, AISTATS",
        Remarks = "the images without labels are not used",
    };

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test)
    {
        var shape = Shape!.Value;
        var (images, names) = (Files[test ? 2 : 0], Files[test ? 3 : 1]);
        var labels = folder.Read(names, (content, file) => Bytes(content, file, 1, test ? TestSamples : TrainSamples));
        var pixels = folder.Read(images, (content, file) => Bytes(content, file, shape.Length, labels.Length));
        if (pixels.Length / shape.Length != labels.Length)
            throw AutoFlipException.BadFile(
                folder.Files[images],
                $"it holds {pixels.Length / shape.Length} images, but '{folder.Files[names]}' {labels.Length} labels");
        var bad = labels.AsSpan().IndexOfAnyExceptInRange((byte)1, (byte)10);
        if (bad >= 0) throw AutoFlipException.BadFile(folder.Files[names], $"label {bad} is {labels[bad]}, outside 1 .. 10");
        return new ImageSet(shape, pixels, [.. labels.Select(label => label - 1)]).Transposed(); // columns were next to each other
    }

    /// <summary>All bytes of a file of at most so many units: a small compressed file may hold any number.</summary>
    static byte[] Bytes(Stream content, string file, int unit, int most)
    {
        var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (content.Read(buffer) is > 0 and var got)
        {
            bytes.Write(buffer, 0, got);
            if (bytes.Length >= unit * (most + 1L))
                throw AutoFlipException.BadFile(file, $"it goes on after {most} {(unit == 1 ? "labels" : "images")}");
        }
        if (bytes.Length == 0) throw AutoFlipException.BadFile(file, "it is empty");
        return bytes.Length % unit == 0
            ? bytes.ToArray()
            : throw AutoFlipException.BadFile(file, $"it ends within an image: {bytes.Length % unit} of its {unit} bytes are there");
    }
}
