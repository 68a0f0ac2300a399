namespace AutoFlip;

/// <summary>SVHN: digits of house numbers, cut out of street views; two MAT files.</summary>
/// <remarks>The third, extra_32x32.mat, with 531,131 easier digits, is not used.</remarks>
public sealed record SvhnDataSet() : ImageDataSet("SVHN")
{
    /// <summary>The set.</summary>
    public static SvhnDataSet Instance { get; } = new()
    {
        Title = "digits of house numbers in street views",
        Task = LearningTask.Classification(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        Shape = new SampleShape(3, 32, 32),
        TrainSamples = 73257,
        TestSamples = 26032,
        Files = ["train_32x32.mat", "test_32x32.mat"],
        Folders = ["SVHN", "svhn_cropped"],
        Downloads =
        [
            new(new Uri("http://ufldl.stanford.edu/housenumbers/train_32x32.mat"), 182040794,
                "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
            new(new Uri("http://ufldl.stanford.edu/housenumbers/test_32x32.mat"), 64275384,
                "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"),
        ],
        Licence = "for non-commercial use only",
        Citation = "Y. Netzer et al. 2011, Reading digits in natural images with unsupervised feature learning, NIPS workshop",
        Remarks = "the extra images (extra_32x32.mat) are not used",
    };

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test)
    {
        var (shape, name) = (Shape!.Value, Files[test ? 1 : 0]);
        var path = folder.Files[name];
        var most = (long)(test ? TestSamples : TrainSamples) * shape.Length;
        var arrays = folder.Read(name, (content, file) => MatReader.Read(content, file, most, "X", "y"));
        var (images, labels) = (arrays["X"], arrays["y"].Integers());
        if (!images.AreBytes || images.Sizes is not ([32, 32, 3, _] or [32, 32, 3]))
            throw Bad("its X is not 32 x 32 x 3 x N unsigned bytes");
        if (labels.Length == 0 || labels.Length != images.Bytes.Length / shape.Length)
            throw Bad($"it holds {images.Bytes.Length / shape.Length} images, but {labels.Length} labels");
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is < 0 or > 10) throw Bad($"label {i} is outside 0 .. 10");
            labels[i] %= 10; // the digit 0 has label 10
        }
        return new ImageSet(shape, images.Bytes, labels).Transposed(); // columns were next to each other

        AutoFlipException Bad(string why) => AutoFlipException.BadFile(path, $"{why}");
    }
}
