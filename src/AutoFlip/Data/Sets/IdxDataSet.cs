using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>MNIST and its relatives: four IDX files of grey images and labels.</summary>
/// <param name="Name">The catalogue name.</param>
public sealed record IdxDataSet(string Name) : ImageDataSet(Name)
{
    /// <summary>The label of class 0.</summary>
    public int FirstLabel { get; init; }

    /// <summary>True if each image has several 32-bit labels, of which the first is its class.</summary>
    public bool HasFacts { get; init; }

    /// <summary>True if images are stored column by column and must be transposed to be upright.</summary>
    public bool Transposed { get; init; }

    /// <summary>Handwritten digits. The address is a mirror: the authors' own no longer serves the files.</summary>
    public static IdxDataSet Mnist { get; } = Plain("MNIST", "handwritten digits",
        Digits, "https://storage.googleapis.com/cvdf-datasets/mnist/",
        (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6")) with
    {
        Folders = ["MNIST", "MNIST/raw"],
        Licence = "CC BY-SA 3.0",
        Citation = "Y. LeCun et al. 1998, Gradient-based learning applied to document recognition, Proc. IEEE 86(11)",
    };

    /// <summary>Pictures of clothing.</summary>
    public static IdxDataSet FashionMnist { get; } = Plain("FashionMNIST", "pictures of clothing",
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5")) with
    {
        Folders = ["FashionMNIST", "FashionMNIST/raw", "fashion-mnist", "fashion-mnist/raw"],
        SystemPackage = "dataset-fashion-mnist",
        Licence = "MIT",
        Citation = "H. Xiao, K. Rasul and R. Vollgraf 2017, Fashion-MNIST: a novel image dataset for benchmarking " +
            "machine learning algorithms, arXiv 1708.07747",
    };

    /// <summary>Handwritten Japanese characters, one per row of the syllabary.</summary>
    public static IdxDataSet Kmnist { get; } = Plain("KMNIST", "cursive Japanese characters",
        ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"], "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        (18165135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        (29497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        (3041136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        (5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c")) with
    {
        Folders = ["KMNIST", "KMNIST/raw"],
        Licence = "CC BY-SA 4.0",
        Citation = "T. Clanuwat et al. 2018, Deep learning for classical Japanese literature, arXiv 1812.01718",
    };

    /// <summary>The digits of MNIST made anew from their source, with six times the test images.</summary>
    public static IdxDataSet Qmnist { get; } = new("QMNIST")
    {
        Title = "handwritten digits, MNIST made anew",
        Task = LearningTask.Classification(Digits),
        Shape = new SampleShape(1, 28, 28),
        TrainSamples = 60000,
        TestSamples = 60000,
        HasFacts = true,
        Files =
        [
            "qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int", "qmnist-test-images-idx3-ubyte",
            "qmnist-test-labels-idx2-int",
        ],
        Folders = ["QMNIST", "QMNIST/raw"],
        Origin = "https://github.com/facebookresearch/qmnist",
        Licence = "BSD-style (its repository's)",
        Citation = "C. Yadav and L. Bottou 2019, Cold case: the lost MNIST digits, arXiv 1905.10498",
    };

    static ImmutableArray<string> Digits => [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    /// <summary>
    /// One of the six ways in which EMNIST is cut. All six come in one archive of 0.56 GB, from which one download unpacks all.
    /// </summary>
    /// <param name="split">byclass, bymerge, balanced, letters, digits or mnist.</param>
    /// <param name="name">The catalogue name; null for EMNIST-<paramref name="split"/>.</param>
    public static IdxDataSet Emnist(string split, string? name = null)
    {
        ImmutableArray<string> upper = [.. Enumerable.Range('A', 26).Select(letter => $"{(char)letter}")];
        ImmutableArray<string> lower = [.. upper.Select(letter => letter.ToLowerInvariant())];
        ImmutableArray<string> merged = [.. Digits, .. upper, "a", "b", "d", "e", "f", "g", "h", "n", "q", "r", "t"];
        var (classes, train, test) = split switch
        {
            "byclass" => ([.. Digits, .. upper, .. lower], 697932, 116323),
            "bymerge" => (merged, 697932, 116323),
            "balanced" => (merged, 112800, 18800),
            "letters" => (upper, 124800, 20800),
            "digits" => (Digits, 240000, 40000),
            "mnist" => (Digits, 60000, 10000),
            _ => throw new ArgumentException($"EMNIST has no split '{split}'.", nameof(split)),
        };
        string[] splits = ["byclass", "bymerge", "balanced", "letters", "digits", "mnist"];
        return new IdxDataSet(name ?? $"EMNIST-{split}")
        {
            Title = "handwritten letters and digits",
            Task = LearningTask.Classification(classes),
            Shape = new SampleShape(1, 28, 28),
            TrainSamples = train,
            TestSamples = test,
            FirstLabel = split == "letters" ? 1 : 0,
            Transposed = true,
            Files = FilesOfSplit(split),
            Folders = ["EMNIST", "EMNIST/raw", "EMNIST/gzip"],
            Downloads =
            [
                new DataDownload(new Uri("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"), 561753746,
                    "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e")
                {
                    Members = [.. splits.SelectMany(each => FilesOfSplit(each)).Select(file => file + ".gz")],
                },
            ],
            Licence = "none stated (derived from NIST Special Database 19)",
            Citation = "G. Cohen et al. 2017, EMNIST: an extension of MNIST to handwritten letters, arXiv 1702.05373",
        };
    }

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test)
    {
        var (images, labels) = test ? (Files[2], Files[3]) : (Files[0], Files[1]);
        var set = IdxReader.ReadImages(folder, images, labels, Shape!.Value, Task!.Classes, FirstLabel, HasFacts);
        return Transposed ? set.Transposed() : set;
    }

    /// <summary>MNIST and what has its files' names and sizes. <paramref name="checks"/> are in the order of the files.</summary>
    static IdxDataSet Plain(
        string name, string title, ImmutableArray<string> classes, string address, params ReadOnlySpan<(long Bytes, string Sha256)> checks)
    {
        var files = FilesOf("train", "t10k");
        var downloads = ImmutableArray.CreateBuilder<DataDownload>();
        foreach (var (file, (bytes, sha256)) in files.Zip(checks.ToArray()))
            downloads.Add(new DataDownload(new Uri($"{address}{file}.gz"), bytes, sha256));
        return new IdxDataSet(name)
        {
            SharesFileNames = true,
            Title = title,
            Task = LearningTask.Classification(classes),
            Shape = new SampleShape(1, 28, 28),
            TrainSamples = 60000,
            TestSamples = 10000,
            Files = files,
            Downloads = downloads.ToImmutable(),
            Licence = "",
            Citation = "",
        };
    }

    static ImmutableArray<string> FilesOfSplit(string split) => FilesOf($"emnist-{split}-train", $"emnist-{split}-test");

    static ImmutableArray<string> FilesOf(string train, string test) =>
        [$"{train}-images-idx3-ubyte", $"{train}-labels-idx1-ubyte", $"{test}-images-idx3-ubyte", $"{test}-labels-idx1-ubyte"];
}
