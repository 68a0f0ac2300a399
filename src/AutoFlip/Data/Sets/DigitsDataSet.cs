using System.Globalization;
using System.IO.Compression;

namespace AutoFlip;

/// <summary>1,797 handwritten digits of 8x8 pixels that are part of the program: enough to try everything without a download.</summary>
/// <remarks>
/// The file has no training and test part of its own: every fifth sample (the 5th, 10th, ...) is the server's test set, which
/// makes 1,438 and 359. Pixels are published as 0 .. 16 and scaled to 0 .. 255, halves up.
/// </remarks>
public sealed record DigitsDataSet() : ImageDataSet("Digits")
{
    /// <summary>The set.</summary>
    public static DigitsDataSet Instance { get; } = new()
    {
        Title = "small handwritten digits, built in",
        Task = LearningTask.Classification(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        Shape = new SampleShape(1, 8, 8),
        TrainSamples = 1438,
        TestSamples = 359,
        Licence = "CC BY 4.0",
        Citation = "E. Alpaydin and C. Kaynak 1998, Optical Recognition of Handwritten Digits, UCI, doi 10.24432/C50P49",
    };

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test) => Read(row => IsTest(row) == test);

    static ImageSet Read(Predicate<int> wanted)
    {
        using var resource = typeof(DigitsDataSet).Assembly.GetManifestResourceStream("AutoFlip.digits.csv.gz")!;
        using var lines = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var pixels = new List<byte>();
        var labels = new List<int>();
        for (var row = 0; lines.ReadLine() is { } line; row++)
        {
            if (!wanted(row)) continue;
            var values = line.Split(',').Select(value => int.Parse(value, CultureInfo.InvariantCulture)).ToArray();
            pixels.AddRange(values[..64].Select(value => (byte)((value * 255 + 8) / 16)));
            labels.Add(values[64]);
        }
        return new ImageSet(new SampleShape(1, 8, 8), [.. pixels], [.. labels]);
    }
}
