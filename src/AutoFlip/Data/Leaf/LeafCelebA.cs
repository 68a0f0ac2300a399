using System.Text.Json;

namespace AutoFlip;

/// <summary>LEAF's CelebA: whether a celebrity smiles, by who it is.</summary>
/// <remarks>x is the name of an image in <c>raw/img_align_celeba</c>, beside the folders of LEAF's files; y is 1 for smiling. Images are
/// decoded and resized once, and cached, as those of <see cref="PhotographSets.CelebA"/> are; LEAF's own side is 84.</remarks>
public sealed record LeafCelebA() : LeafDataSet("LEAF-CelebA")
{
    const string Images = "raw/img_align_celeba/";

    /// <summary>The set.</summary>
    public static LeafCelebA Instance { get; } = new()
    {
        Title = "faces of celebrities, smiling or not, by celebrity (LEAF)",
        Task = PhotographSets.CelebA.Task,
        Shape = PhotographSets.CelebA.Shape,
        Users = 9343,
        TrainSamples = 200288,
        TestSamples = 0,
        Files = [.. BothParts, Images],
        Folders = FoldersOf("LEAF-CelebA", "celeba"),
        Origin = "https://github.com/TalwalkarLab/leaf (data/celeba/preprocess.sh makes data/celeba/data)",
        Licence = PhotographSets.CelebA.Licence,
        Citation = Caldas,
    };

    private protected override LoadedData Decode(Experiment experiment, LeafFolder files)
    {
        var decoder = new Decoder();
        var rows = files.Read(decoder);
        var images = new List<LabelledFile>(rows.Order.Length);
        foreach (var row in rows.Order) images.Add(new(Path.Combine(files.Folder.Files[Images], decoder.Names[row]), decoder.Labels[row]));
        var side = experiment.Resize;
        var source = new ImageFiles(images, side > 0 ? new SampleShape(3, side, side) : Shape!.Value, resize: side > 0);
        return rows.With(files.Cached(this, source, side).With(ImageTransform.Of(experiment)), Task!);
    }

    sealed class Decoder : LeafDecoder
    {
        public List<string> Names { get; } = [];

        public List<int> Labels { get; } = [];

        public override int Rows => Names.Count;

        public override void X(ref JsonStream json)
        {
            json.Require(JsonTokenType.String, "the name of an image");
            var name = json.Text();
            if (name is "" or "." or ".." || name.ContainsAny('/', '\\', '\0')) throw json.Bad("an image has no plain file name");
            Names.Add(name.ToString());
        }

        public override void Y(ref JsonStream json)
        {
            var smiling = json.Whole("a class");
            if (smiling is not (0 or 1)) throw json.Bad($"class {smiling} is none of 0 and 1");
            Labels.Add(smiling);
        }
    }
}
