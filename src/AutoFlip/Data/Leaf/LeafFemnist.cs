using System.Text.Json;

namespace AutoFlip;

/// <summary>FEMNIST: digits and letters by who wrote them.</summary>
/// <remarks>x are 784 numbers from 0 (ink) to 1 (paper), 28 rows of 28: dark on light, as LEAF stores it and unlike
/// MNIST. They become bytes, 255 x rounded, so that they are images like any others; LEAF's own are such bytes divided by
/// 255. y is the class, 0 .. 61.</remarks>
public sealed record LeafFemnist() : LeafDataSet("FEMNIST")
{
    /// <summary>The set.</summary>
    public static LeafFemnist Instance { get; } = new()
    {
        Title = "handwritten digits and letters by writer (LEAF)",
        Task = IdxDataSet.Emnist("byclass").Task,
        Shape = new SampleShape(1, 28, 28),
        Users = 3550,
        TrainSamples = 805263,
        TestSamples = 0,
        Files = BothParts,
        SharesFileNames = true,
        Folders = FoldersOf("FEMNIST", "femnist"),
        Origin = "https://github.com/TalwalkarLab/leaf (data/femnist/preprocess.sh makes data/femnist/data)",
        Licence = "none stated (derived from NIST Special Database 19)",
        Citation = Caldas,
    };

    private protected override LoadedData Decode(Experiment experiment, LeafFolder files)
    {
        var shape = Shape!.Value;
        var decoder = new Decoder(shape.Length, Task!.Classes);
        var rows = files.Read(decoder);
        if ((long)rows.Order.Length * shape.Length > Array.MaxLength)
            throw AutoFlipException.BadData(
                $"The files in '{files.Folder.Path}' hold {rows.Order.Length} images; "
                + $"at most {Array.MaxLength / shape.Length} can be loaded.");
        var pixels = ImageSet.NewPixels(rows.Order.Length * shape.Length);
        for (var row = 0; row < rows.Order.Length; row++) decoder.Images.Bytes(rows.Order[row]).CopyTo(pixels.AsSpan(row * shape.Length));
        var all = new ImageSet(shape, pixels, rows.Sorted(decoder.Labels)).Resized(experiment.Resize).With(ImageTransform.Of(experiment));
        return rows.With(all, Task);
    }

    sealed class Decoder(int pixels, int classes) : LeafDecoder
    {
        readonly int[] _image = new int[pixels];

        public SequenceStore Images { get; } = new(256);

        public List<int> Labels { get; } = [];

        public override int Rows => Images.Count;

        public override void X(ref JsonStream json)
        {
            json.Require(JsonTokenType.StartArray, "an image, a list of numbers,");
            var count = 0;
            for (; json.Next() != JsonTokenType.EndArray; count++)
            {
                var value = json.Number("a number from 0 to 1");
                if (value is < 0 or > 1) throw json.Bad(FormattableString.Invariant($"a pixel is {value}, and not from 0 to 1"));
                if (count == pixels) throw json.Bad($"an image has more than {pixels} pixels");
                _image[count] = (int)(value * 255 + 0.5);
            }
            if (count < pixels) throw json.Bad($"an image has {count} pixels instead of {pixels}");
            Images.Add(_image);
        }

        public override void Y(ref JsonStream json)
        {
            var label = json.Whole("a class");
            if (label < 0 || label >= classes) throw json.Bad($"class {label} is none of 0 .. {classes - 1}");
            Labels.Add(label);
        }
    }
}
