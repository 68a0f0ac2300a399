namespace AutoFlip;

/// <summary>Published sets of small pictures, one file an image, most of them in a folder per class.</summary>
public static class SmallImageSets
{
    /// <summary>A cut of ImageNet.</summary>
    public static ImageFileDataSet TinyImageNet { get; } = new("TinyImageNet")
    {
        Title = "a cut of ImageNet: things, animals, scenes",
        Task = LearningTask.Classification(ClassLists.TinyImageNet),
        Shape = new SampleShape(3, 64, 64),
        TrainSamples = 100000,
        TestSamples = 10000,
        Files = ["train/", "val/images/", "val/val_annotations.txt"],
        Folders = ["tiny-imagenet-200", "TinyImageNet", "TinyImageNet/tiny-imagenet-200"],
        Origin = "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
        Licence = "that of ImageNet: for non-commercial research only",
        Citation = "Y. Le and X. Yang 2015, Tiny ImageNet visual recognition challenge, Stanford CS 231N; "
            + "from O. Russakovsky et al. 2015, IJCV 115(3)",
        Remarks = "the validation part is for testing: the test part has no labels",
        Train = (folder, task) => ClassFolders.Images(folder.Files["train/"], task.ClassNames, "images"),
        Test = (folder, task) => ImageLists.Lines(folder, "val/val_annotations.txt", task, words =>
            words.Length >= 2
                ? new LabelledFile(Path.Combine(folder.Files["val/images/"], words[0]), task.ClassNames.IndexOf(words[1]))
                : null),
    };

    /// <summary>CIFAR-10's classes from CIFAR-10 and ImageNet.</summary>
    public static ImageFileDataSet Cinic10 { get; } = new("CINIC10")
    {
        Title = "small photographs of ten kinds of things",
        Task = CifarDataSet.Cifar10.Task,
        Shape = new SampleShape(3, 32, 32),
        TrainSamples = 90000,
        TestSamples = 90000,
        Files = ["train/", "valid/", "test/"],
        Folders = ["CINIC-10", "CINIC10", "cinic-10"],
        Origin = "https://doi.org/10.7488/ds/2448 (CINIC-10.tar.gz)",
        Licence = "MIT (its images: those of CIFAR-10 and ImageNet)",
        Citation = "L. N. Darlow et al. 2018, CINIC-10 is not ImageNet or CIFAR-10, arXiv 1810.03505",
        Remarks = "the validation part (valid, 90,000 images) is not used",
        Train = (folder, task) => ClassFolders.Images(folder.Files["train/"], task.ClassNames),
        Test = (folder, task) => ClassFolders.Images(folder.Files["test/"], task.ClassNames),
    };

    /// <summary>German traffic signs.</summary>
    public static ImageFileDataSet Gtsrb { get; } = new("GTSRB")
    {
        Title = "German traffic signs",
        Task = LearningTask.Classification(
        [
            "speed limit 20", "speed limit 30", "speed limit 50", "speed limit 60", "speed limit 70", "speed limit 80",
            "end of speed limit 80", "speed limit 100", "speed limit 120",
            "no overtaking", "no overtaking by lorries", "right of way at the next crossing",
            "priority road", "give way", "stop", "no vehicles", "no lorries", "no entry", "danger", "bend to the left", "bend to the right",
            "double bend", "bumpy road", "slippery road", "road narrows on the right", "road works", "traffic lights", "pedestrians",
            "children", "bicycles", "ice or snow", "wild animals", "end of all limits", "turn right", "turn left", "straight on",
            "straight on or right", "straight on or left", "keep right", "keep left", "roundabout", "end of no overtaking",
            "end of no overtaking by lorries",
        ]),
        Shape = null,
        TrainSamples = 26640,
        TestSamples = 12630,
        Files = ["GTSRB/Training/", "GTSRB/Final_Test/Images/", "GT-final_test.csv"],
        Folders = ["gtsrb", "GTSRB"],
        Origin = "https://benchmark.ini.rub.de/gtsrb_dataset.html "
            + "(GTSRB-Training_fixed.zip, GTSRB_Final_Test_Images.zip, GTSRB_Final_Test_GT.zip)",
        Licence = "CC0",
        Citation = "J. Stallkamp et al. 2012, "
            + "Man vs. computer: benchmarking machine learning algorithms for traffic sign recognition, Neural Networks 32",
        Train = (folder, task) => ClassFolders.Images(
            folder.Files["GTSRB/Training/"], [.. Enumerable.Range(0, task.Classes).Select(label => $"{label:00000}")]),
        Test = (folder, task) => ImageLists.Lines(folder, "GT-final_test.csv", task, words =>
            words is [var name, _, _, _, _, _, _, var label] && int.TryParse(label, out var number)
                ? new LabelledFile(Path.Combine(folder.Files["GTSRB/Final_Test/Images/"], name), number)
                : null, separators: ";", skip: 1),
    };

    /// <summary>Characters of thirty alphabets, each drawn by twenty people.</summary>
    /// <remarks>The published other part (images_evaluation) shows other characters, of twenty other alphabets: it tests how well new
    /// classes are learnt, not how well these are known. So the test part is every fifth drawing, four of each character.</remarks>
    public static ImageFileDataSet Omniglot { get; } = new("Omniglot")
    {
        Title = "characters of thirty alphabets",
        Task = LearningTask.Classification([.. Alphabets.SelectMany(alphabet =>
            Enumerable.Range(1, alphabet.Characters).Select(number => $"{alphabet.Name}/character{number:00}"))]),
        Shape = new SampleShape(1, 105, 105),
        TrainSamples = 15424,
        TestSamples = 3856,
        Grey = true,
        Files = ["images_background/"],
        Folders = ["omniglot-py", "Omniglot", "omniglot"],
        Downloads =
        [
            new(new Uri("https://github.com/brendenlake/omniglot/raw/master/python/images_background.zip"), 9464212,
                "ad41ab679c8b5d90b271ef46be6987cc81211774a695c29dcc5367b2b26ee640")
            {
                Members = ["images_background/"],
            },
        ],
        Licence = "MIT",
        Citation = "B. M. Lake, R. Salakhutdinov and J. B. Tenenbaum 2015, "
            + "Human-level concept learning through probabilistic program induction, Science 350(6266)",
        Remarks = "the background characters; every fifth drawing is for testing, since the evaluation part shows other characters",
        Train = (folder, task) => ClassFolders.Images(folder.Files["images_background/"], task.ClassNames),
    };

    static (string Name, int Characters)[] Alphabets =>
    [
        ("Alphabet_of_the_Magi", 20), ("Anglo-Saxon_Futhorc", 29), ("Arcadian", 26), ("Armenian", 41), ("Asomtavruli_(Georgian)", 40),
        ("Balinese", 24), ("Bengali", 46), ("Blackfoot_(Canadian_Aboriginal_Syllabics)", 14), ("Braille", 26), ("Burmese_(Myanmar)", 34),
        ("Cyrillic", 33), ("Early_Aramaic", 22), ("Futurama", 26), ("Grantha", 43), ("Greek", 24), ("Gujarati", 48), ("Hebrew", 22),
        ("Inuktitut_(Canadian_Aboriginal_Syllabics)", 16), ("Japanese_(hiragana)", 52), ("Japanese_(katakana)", 47), ("Korean", 40),
        ("Latin", 26), ("Malay_(Jawi_-_Arabic)", 40), ("Mkhedruli_(Georgian)", 41), ("N_Ko", 33),
        ("Ojibwe_(Canadian_Aboriginal_Syllabics)", 14), ("Sanskrit", 42), ("Syriac_(Estrangelo)", 23), ("Tagalog", 17), ("Tifinagh", 55),
    ];
}
