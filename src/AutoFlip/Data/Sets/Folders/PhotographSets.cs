namespace AutoFlip;

/// <summary>Published sets of photographs, one file per image, and the sources of their labels.</summary>
public static class PhotographSets
{
    /// <summary>Dishes, from a site of recipes.</summary>
    public static ImageFileDataSet Food101 { get; } = new("Food101")
    {
        Title = "photographs of dishes",
        Task = LearningTask.Classification(ClassLists.Food101),
        Shape = null,
        TrainSamples = 75750,
        TestSamples = 25250,
        Files = ["images/", "meta/train.txt", "meta/test.txt"],
        Folders = ["food-101", "Food101", "Food101/food-101"],
        Downloads =
        [
            new(new Uri("http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz"), 4996278331,
                "d97d15e438b7f4498f96086a4f7e2fa42a32f2712e87d3295441b2b6314053a4")
            {
                Members = ["images/", "meta/"],
            },
        ],
        Licence = "none stated",
        Citation = "L. Bossard, M. Guillaumin and L. Van Gool 2014, Food-101: mining discriminative components with random forests, ECCV",
        Train = (folder, task) => DishesOf("meta/train.txt", folder, task),
        Test = (folder, task) => DishesOf("meta/test.txt", folder, task),
    };

    /// <summary>Flowers common in Britain.</summary>
    public static ImageFileDataSet Flowers102 { get; } = new("Flowers102")
    {
        Title = "photographs of flowers",
        Task = LearningTask.Classification(ClassLists.Flowers102),
        Shape = null,
        TrainSamples = 1020,
        TestSamples = 6149,
        Files = ["jpg/", "imagelabels.mat", "setid.mat"],
        Folders = ["flowers-102", "Flowers102"],
        Downloads =
        [
            new(new Uri("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz"), 344862509,
                "2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246")
            {
                Members = ["jpg/"],
            },
            new(new Uri("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/imagelabels.mat"), 502,
                "4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d"),
            new(new Uri("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/setid.mat"), 14989,
                "46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd"),
        ],
        Licence = "none stated",
        Citation = "M.-E. Nilsback and A. Zisserman 2008, Automated flower classification over a large number of classes, ICVGIP",
        Remarks = "the validation part (valid, 1,020 images) is not used",
        Train = (folder, task) => FlowersOf("trnid", folder, task),
        Test = (folder, task) => FlowersOf("tstid", folder, task),
    };

    /// <summary>Cats and dogs by breed.</summary>
    public static ImageFileDataSet OxfordPets { get; } = new("OxfordIIITPet")
    {
        Title = "photographs of cats and dogs by breed",
        Task = LearningTask.Classification(ClassLists.Pets),
        Shape = null,
        TrainSamples = 3680,
        TestSamples = 3669,
        Files = ["images/", "annotations/trainval.txt", "annotations/test.txt"],
        Folders = ["oxford-iiit-pet", "OxfordIIITPet"],
        Downloads =
        [
            new(new Uri("http://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz"), 791918971,
                "67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d")
            {
                Members = ["images/"],
            },
            new(new Uri("http://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz"), 19173078,
                "52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91")
            {
                Members = ["annotations/"],
            },
        ],
        Licence = "CC BY-SA 4.0",
        Citation = "O. M. Parkhi et al. 2012, Cats and dogs, CVPR",
        Train = (folder, task) => PetsOf("annotations/trainval.txt", folder, task),
        Test = (folder, task) => PetsOf("annotations/test.txt", folder, task),
    };

    /// <summary>Things and animals of 256 kinds, and clutter.</summary>
    public static ImageFileDataSet Caltech256 { get; } = new("Caltech256")
    {
        Title = "photographs of things and animals",
        Task = LearningTask.Classification(ClassLists.Caltech256),
        Shape = null,
        TrainSamples = 24486,
        TestSamples = 6121,
        Files = [.. ClassLists.Caltech256.Select(name => name + '/')],
        Folders = ["256_ObjectCategories", "Caltech256", "Caltech256/256_ObjectCategories", "caltech256/256_ObjectCategories"],
        Origin = "https://doi.org/10.22002/D1.20087 (256_ObjectCategories.tar)",
        Licence = "CC BY 4.0",
        Citation = "G. Griffin, A. Holub and P. Perona 2007, Caltech-256 object category dataset, California Institute of Technology",
        Remarks = "published in one part; every fifth image is for testing",
        Train = (folder, task) => ClassFolders.Images(folder.Path, task.ClassNames),
    };

    /// <summary>Faces of celebrities: do they smile?</summary>
    public static ImageFileDataSet CelebA { get; } = new("CelebA")
    {
        Title = "faces of celebrities, smiling or not",
        Task = LearningTask.Classification(["not smiling", "smiling"]),
        Shape = new SampleShape(3, 218, 178),
        TrainSamples = 162770,
        TestSamples = 19962,
        Files = ["img_align_celeba/", "list_attr_celeba.txt", "list_eval_partition.txt"],
        Folders = ["celeba", "CelebA"],
        Origin = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (img_align_celeba.zip, list_attr_celeba.txt, list_eval_partition.txt)",
        Licence = "for non-commercial research only",
        Citation = "Z. Liu et al. 2015, Deep learning face attributes in the wild, ICCV",
        Remarks = "of its 40 attributes, Smiling, as in LEAF; the aligned faces; the validation part (19,867 images) is not used",
        Train = (folder, task) => FacesOf(0, folder, task),
        Test = (folder, task) => FacesOf(2, folder, task),
    };

    /// <summary>Lines such as <c>apple_pie/1005649</c>.</summary>
    static List<LabelledFile> DishesOf(string list, DataFolder folder, LearningTask task) => ImageLists.Lines(folder, list, task, words =>
        words is [var name] && name.Split('/') is [var dish, _]
            ? new LabelledFile(Path.Combine(folder.Files["images/"], name + ".jpg"), task.ClassNames.IndexOf(dish))
            : null);

    /// <summary>Lines such as <c>Abyssinian_100 1 1 1</c>: image, class from 1, species, breed; '#' starts a comment.</summary>
    static List<LabelledFile> PetsOf(string list, DataFolder folder, LearningTask task) => ImageLists.Lines(folder, list, task, words =>
        words is [var name, var label, _, _] && int.TryParse(label, out var number)
            ? new LabelledFile(Path.Combine(folder.Files["images/"], name + ".jpg"), number - 1)
            : null);

    const long MostFlowers = 8 * 8189; // bytes: a number of 64 bits for each image of all parts

    static IEnumerable<LabelledFile> FlowersOf(string part, DataFolder folder, LearningTask task)
    {
        var labels = folder.Read("imagelabels.mat", (content, file) => MatReader.Read(content, file, MostFlowers, "labels"))["labels"]
            .Integers();
        foreach (var image in folder.Read(
            "setid.mat", (content, file) => MatReader.Read(content, file, MostFlowers, part))[part].Integers())
        {
            if (image < 1 || image > labels.Length || labels[image - 1] < 1 || labels[image - 1] > task.Classes)
                throw AutoFlipException.BadFile(
                    folder.Files["setid.mat"], $"image {image} has no label of 1 .. {task.Classes} in '{folder.Files["imagelabels.mat"]}'");
            yield return new LabelledFile(Path.Combine(folder.Files["jpg/"], $"image_{image:00000}.jpg"), labels[image - 1] - 1);
        }
    }

    /// <summary>A line <c>000001.jpg 0</c> of the parts, and the line with a 1 or -1 for each attribute
    /// that names the same image.</summary>
    static IEnumerable<LabelledFile> FacesOf(int part, DataFolder folder, LearningTask task)
    {
        var parts = ImageLists.Lines(folder, "list_eval_partition.txt", LearningTask.Classification(["train", "valid", "test"]), words =>
            words is [var name, var number] && int.TryParse(number, out var its) ? new LabelledFile(name, its) : null);
        var at = folder.Read("list_attr_celeba.txt", (content, file) =>
        {
            using var lines = TextInput.Open(content, file);
            lines.ReadLine(); // how many images there are
            var names = lines.ReadLine()?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
            var found = names.IndexOf("Smiling") + 1;
            return found > 0 ? found : throw AutoFlipException.BadFile(file, "its second line does not name the attribute Smiling");
        });
        var smiling = ImageLists.Lines(folder, "list_attr_celeba.txt", task, words =>
            at < words.Length && words[at] is ("1" or "-1") ? new LabelledFile(words[0], words[at] == "1" ? 1 : 0) : null, skip: 2)
            .ToDictionary(image => image.Path, image => image.Label, StringComparer.Ordinal);
        foreach (var (name, itsPart) in parts)
        {
            if (!smiling.TryGetValue(name, out var label))
                throw AutoFlipException.BadFile(folder.Files["list_attr_celeba.txt"], $"it has no line for {name}");
            if (itsPart == part) yield return new LabelledFile(Path.Combine(folder.Files["img_align_celeba/"], name), label);
        }
    }
}
