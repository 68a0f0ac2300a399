using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Small sets of digits whose pixels are written as numbers, one image a line.</summary>
/// <param name="Name">The catalogue name.</param>
public sealed record TextImageDataSet(string Name) : ImageDataSet(Name)
{
    /// <summary>Reads a line: writes its pixels and returns its label; null if the line has another form.</summary>
    internal delegate int? LineReader(string[] words, Span<byte> pixels);

    internal LineReader ReadLine { get; init; } = (_, _) => null;

    /// <summary>Digits of addresses on envelopes.</summary>
    /// <remarks>In the format of LIBSVM: a label 1 .. 10, then index:value for 256 values in [-1, 1], which become bytes as
    /// torchvision makes them, truncated.</remarks>
    public static TextImageDataSet Usps { get; } = new("USPS")
    {
        Title = "handwritten digits from envelopes",
        Task = LearningTask.Classification(Digits),
        Shape = new SampleShape(1, 16, 16),
        TrainSamples = 7291,
        TestSamples = 2007,
        Files = ["usps", "usps.t"],
        Folders = ["USPS"],
        Origin = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps (usps.bz2 and usps.t.bz2)",
        Licence = "none stated",
        Citation = "J. J. Hull 1994, A database for handwritten text recognition research, IEEE TPAMI 16(5)",
        ReadLine = ReadUsps,
    };

    /// <summary>Digits drawn by eighty people, black and white.</summary>
    /// <remarks>256 values 0 or 1, then ten numbers of which the digit's is 1. The file has no parts: every
    /// fifth line is for testing.</remarks>
    public static TextImageDataSet Semeion { get; } = new("SEMEION")
    {
        Title = "handwritten digits in black and white",
        Task = LearningTask.Classification(Digits),
        Shape = new SampleShape(1, 16, 16),
        TrainSamples = 1275,
        TestSamples = 318,
        Files = ["semeion.data"],
        Folders = ["SEMEION"],
        Origin = "https://archive.ics.uci.edu/dataset/178/semeion+handwritten+digit",
        Licence = "CC BY 4.0",
        Citation = "M. Buscema 1998, MetaNet: the theory of independent judges, Substance Use & Misuse 33(2); doi 10.24432/C5SC8V",
        Remarks = EveryFifth,
        ReadLine = ReadSemeion,
    };

    static ImmutableArray<string> Digits => ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test)
    {
        var inOneFile = Files.Length == 1;
        return folder.Read(Files[test && !inOneFile ? 1 : 0], (content, file) =>
        {
            var shape = Shape!.Value;
            var pixels = new MemoryStream();
            var labels = new List<int>();
            var image = new byte[shape.Length];
            using var lines = TextInput.Open(content, file);
            for (var row = 0; lines.ReadLine() is { } line; row++)
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words.Length == 0) continue;
                if (ReadLine(words, image) is not { } label)
                    throw AutoFlipException.BadFile(
                        file, $"line {row + 1} does not hold the {shape.Length} pixels and the label of an image");
                if (inOneFile && IsTest(row) != test) continue;
                labels.Add(label);
                pixels.Write(image);
            }
            if (labels.Count == 0) throw AutoFlipException.BadFile(file, "it holds no images");
            return new ImageSet(shape, pixels.ToArray(), [.. labels]);
        });
    }

    static int? ReadUsps(string[] words, Span<byte> pixels)
    {
        pixels.Fill(127); // what is not named is 0
        foreach (var word in words.AsSpan(1))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !int.TryParse(word.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || !float.TryParse(word.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var value)
                || index < 1 || index > pixels.Length || !(value is >= -1 and <= 1))
            {
                return null;
            }
            pixels[index - 1] = (byte)((value + 1) / 2 * 255);
        }
        return float.TryParse(words[0], CultureInfo.InvariantCulture, out var label) && label is >= 1 and <= 10 && label == (int)label
            ? (int)label - 1
            : null;
    }

    static int? ReadSemeion(string[] words, Span<byte> pixels)
    {
        if (words.Length != pixels.Length + 10) return null;
        Span<float> values = stackalloc float[words.Length];
        for (var i = 0; i < words.Length; i++)
            if (!float.TryParse(words[i], CultureInfo.InvariantCulture, out values[i]) || values[i] is not (0 or 1)) return null;
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(values[i] * 255);
        var label = values[pixels.Length..];
        return label.Count(1) == 1 ? label.IndexOf(1) : null;
    }
}
