using System.Text;

namespace AutoFlip.Tests;

/// <summary>The sets whose images are files each, on small copies of their folders.</summary>
public class ImageFileSetsTests
{
    static readonly byte[] Black = SmallImages.Png(5, 4, 0, 0, 0), White = SmallImages.Png(3, 6, 255, 255, 255);

    [Fact]
    public void A_folder_of_ones_own_has_the_classes_and_parts_that_its_folders_name()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine/train/dog/b.png", White);
        folder.Write("mine/train/dog/a.jpg", SmallImages.Jpeg(9, 9, 0, 0, 0));
        folder.Write("mine/train/cat/c.PNG", Black);
        folder.Write("mine/train/cat/notes.txt", [1]);
        folder.Write("mine/train/.hidden/d.png", [1]);
        folder.Write("mine/val/dog/e.png", White);

        var set = DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" });
        var data = set.Load(new Experiment { Resize = 2 }, new DataLocations(), RunObserver.None);

        Assert.Equal(["cat", "dog"], set.Task!.ClassNames);
        Assert.Equal([0, 1, 1], data.Train.Labels.ToArray());
        Assert.Equal([1], data.Test!.Labels.ToArray());
        Assert.Equal(new SampleShape(3, 2, 2), data.Train.Shape);
        Assert.Equal([0, 0, 1], Means(data.Train)); // c, a, b
    }

    [Fact]
    public void A_folder_without_parts_gives_every_fifth_image_to_the_test()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["x/1", "x/2", "x/3", "x/4", "x/5", "y/1"])
            folder.Write($"mine/{name}.png", name == "x/5" ? White : Black);

        var data = DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" })
            .Load(new Experiment { Resize = 1 }, new DataLocations(), RunObserver.None);

        Assert.Equal([0, 0, 0, 0, 1], data.Train.Labels.ToArray());
        Assert.Equal([0], data.Test!.Labels.ToArray());
        Assert.Equal([1], Means(data.Test));
    }

    [Theory]
    [InlineData("empty", "this class folder is empty. Put images into it, or remove it")]
    [InlineData("a.heic b.HEIC note.txt", "this class has no image that can be read, only 2 .heic, 1 .txt. Convert them")]
    [InlineData("inner/a.png", "the images of this class lie one level deeper, in 'inner'. Move them up into the class folder")]
    public void A_class_without_images_is_refused_by_name(string files, string reason)
    {
        using var folder = new TemporaryFolder();
        foreach (var animal in (string[])["cat", "dog"]) folder.Write($"mine/{animal}/a.png", Black);
        Directory.CreateDirectory(folder["mine/bird"]);
        foreach (var file in files.Split(' ').Where(file => file.Contains('.'))) folder.Write($"mine/bird/{file}", Black);

        var error = Assert.Throws<AutoFlipException>(() => DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" })
            .Load(new Experiment { Resize = 4 }, new DataLocations(), RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.StartsWith($"'{folder["mine/bird"]}' is not usable: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_beside_the_images_are_counted_by_kind()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])[
            "cat/a.png", "cat/b.psd", "cat/Thumbs.db", "dog/a.png", "dog/b.psd", "dog/README", "dog/deep/c.png",
            "dog/.DS_Store"]) folder.Write($"mine/{name}", Black);

        Assert.Equal(
            $"Not read in the class folders of '{folder["mine"]}': 2 .psd, 1 without an ending and 1 folders. Read are JPEG, PNG, GIF, "
            + "BMP, WebP, TIFF, PPM and PGM images.",
            ClassFolders.PassedOver(folder["mine"], SampleFiles.Images));
    }

    [Theory]
    [InlineData("nowhere", "there is no such folder")]
    [InlineData("one", "there are 1")]
    [InlineData("stranger", "there is no class 'bird'")]
    [InlineData("empty", "this class has no image that can be read, only 1 .md")]
    [InlineData("corrupt", "c.png' is not usable")]
    public void A_folder_that_is_no_data_set_is_refused(string how, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("one/train/cat/a.png", Black);
        foreach (var part in (string[])["train", "test"])
            foreach (var animal in (string[])["cat", "dog"]) folder.Write($"stranger/{part}/{animal}/a.png", Black);
        folder.Write("stranger/test/bird/a.png", Black);
        folder.Write("empty/train/cat/a.md", [1]);
        folder.Write("empty/train/dog/a.md", [1]);
        foreach (var image in (string[])["cat/a.png", "cat/b.png", "dog/c.png", "dog/d.png"])
            folder.Write($"corrupt/train/{image}", image[4] >= 'c' ? [1, 2, 3] : Black);

        var error = Assert.Throws<AutoFlipException>(() =>
            DataSet.Of(new Experiment { Dataset = $"folder:{folder[how]}" })
                .Load(new Experiment { Resize = 4 }, new DataLocations(), RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(folder[how], error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_many_sizes_have_to_be_resized()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mine/a/1.png", Black);
        folder.Write("mine/b/1.png", White);

        foreach (var set in (DataSet[])[DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" }), Catalog.DataSets["Food101"]])
        {
            var error = Assert.Throws<AutoFlipException>(() =>
                set.Load(new Experiment { Resize = 0 }, new DataLocations { Offline = true }, RunObserver.None));

            Assert.Equal(ExitCode.BadRequest, error.Code);
            Assert.Contains("Experiment.Resize 0", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Food101_goes_by_its_lists()
    {
        using var folder = new TemporaryFolder();
        folder.Write("food-101/images/waffles/11.jpg", White);
        folder.Write("food-101/images/apple_pie/12.jpg", Black);
        folder.Write("food-101/images/apple_pie/13.jpg", White);
        Write(folder, "food-101/meta/train.txt", "waffles/11\napple_pie/12\n");
        Write(folder, "food-101/meta/test.txt", "apple_pie/13\n");

        Is("Food101", folder, [100, 0], [1, 0], [0], [1]);
    }

    [Fact]
    public void A_line_or_a_file_that_a_list_should_not_name_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("food-101/images/waffles/11.jpg", White);
        Write(folder, "food-101/meta/train.txt", "waffles/11\nsand/12\n");
        Write(folder, "food-101/meta/test.txt", "waffles/10\n");

        Assert.Contains("line 2 does not name an image and one of 101 classes: 'sand/12'", Refused("Food101", folder));
        Write(folder, "food-101/meta/train.txt", "waffles/11\n");
        Assert.Contains("10.jpg' cannot be read", Refused("Food101", folder));
    }

    [Fact]
    public void Flowers102_goes_by_numbers_in_mat_files()
    {
        using var folder = new TemporaryFolder();
        folder.Write("flowers-102/jpg/image_00001.jpg", Black);
        folder.Write("flowers-102/jpg/image_00002.jpg", White);
        folder.Write(
            "flowers-102/imagelabels.mat", SmallImages.Mat(SmallImages.Compressed(SmallImages.Matrix("labels", [1, 2], 2, [77, 102]))));
        byte[] SetId(byte train) => SmallImages.Mat(
            SmallImages.Matrix("trnid", [1, 1], 2, [train]), SmallImages.Matrix("valid", [1, 1], 2, [1]),
            SmallImages.Matrix("tstid", [1, 1], 2, [1]));
        folder.Write("flowers-102/setid.mat", SetId(2));

        Is("Flowers102", folder, [101], [1], [76], [0]);
        folder.Write("flowers-102/setid.mat", SetId(3));
        Assert.Contains("image 3 has no label", Refused("Flowers102", folder));
    }

    [Fact]
    public void Pets_go_by_their_annotations()
    {
        using var folder = new TemporaryFolder();
        folder.Write("oxford-iiit-pet/images/Abyssinian_100.jpg", White);
        folder.Write("oxford-iiit-pet/images/pug_1.jpg", Black);
        Write(folder, "oxford-iiit-pet/annotations/trainval.txt", "Abyssinian_100 1 1 1\n");
        Write(folder, "oxford-iiit-pet/annotations/test.txt", "pug_1 26 2 18\n");

        Is("OxfordIIITPet", folder, [0], [1], [25], [0]);
        Assert.Equal("pug", Catalog.DataSets["OxfordIIITPet"].Task!.ClassNames[25]);
        Write(folder, "oxford-iiit-pet/annotations/test.txt", "pug_1 38 2 18\n");
        Assert.Contains("one of 37 classes", Refused("OxfordIIITPet", folder));
    }

    [Fact]
    public void Caltech256_gives_every_fifth_image_to_the_test()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in Catalog.DataSets["Caltech256"].Task!.ClassNames)
            Directory.CreateDirectory(folder[$"256_ObjectCategories/{name}"]);
        foreach (var name in (string[])[
            "001.ak47/001_0001.jpg", "001.ak47/001_0002.jpg", "002.american-flag/002_0001.jpg", "257.clutter/257_0001.jpg"])
            folder.Write($"256_ObjectCategories/{name}", Black);
        folder.Write("256_ObjectCategories/257.clutter/257_0002.jpg", White);

        Is("Caltech256", folder, [0, 0, 1, 256], [0, 0, 0, 0], [256], [1]);
    }

    [Fact]
    public void CelebA_tells_smiles_by_the_attribute_of_that_name()
    {
        using var folder = new TemporaryFolder();
        for (var i = 1; i <= 3; i++) folder.Write($"celeba/img_align_celeba/00000{i}.jpg", i == 2 ? White : Black);
        Write(folder, "celeba/list_eval_partition.txt", "000001.jpg 0\n000002.jpg 2\n000003.jpg 1\n");
        Write(
            folder, "celeba/list_attr_celeba.txt",
            "3\nMale Smiling Young \n000001.jpg -1  1 -1\n000002.jpg  1 -1  1\n000003.jpg  1  1  1\n");

        Is("CelebA", folder, [1], [0], [0], [1]);
        Write(folder, "celeba/list_attr_celeba.txt", "3\nMale Smiling Young \n000001.jpg -1  1 -1\n");
        Assert.Contains("has no line for 000002.jpg", Refused("CelebA", folder));
        Write(folder, "celeba/list_attr_celeba.txt", "3\nMale Young \n000001.jpg -1  1\n");
        Assert.Contains("does not name the attribute Smiling", Refused("CelebA", folder));
    }

    [Fact]
    public void TinyImageNet_tests_on_its_validation_part()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tiny-imagenet-200/train/n01443537/images/n01443537_0.JPEG", White);
        folder.Write("tiny-imagenet-200/train/n12267677/images/n12267677_0.JPEG", Black);
        folder.Write("tiny-imagenet-200/val/images/val_0.JPEG", White);
        Write(folder, "tiny-imagenet-200/val/val_annotations.txt", "val_0.JPEG\tn01629819\t0\t32\t44\t62\n");

        Is("TinyImageNet", folder, [0, 199], [1, 0], [1], [1]);
        Assert.Contains("it is 3 x 6 pixels, the set's images 64 x 64", Refused("TinyImageNet", folder, side: 0));
    }

    [Fact]
    public void Cinic10_trains_on_train_and_tests_on_test()
    {
        using var folder = new TemporaryFolder();
        folder.Write("CINIC-10/train/truck/a.png", White);
        folder.Write("CINIC-10/valid/dog/a.png", White);
        folder.Write("CINIC-10/test/airplane/a.png", Black);

        Is("CINIC10", folder, [9], [1], [0], [0]);
    }

    [Fact]
    public void Gtsrb_reads_ppm_in_numbered_folders_and_a_list_of_the_test()
    {
        using var folder = new TemporaryFolder();
        folder.Write("gtsrb/GTSRB/Training/00014/00000_00000.ppm", SmallImages.Ppm(1, 2, 255, 255, 255, 255, 255, 255));
        folder.Write("gtsrb/GTSRB/Training/00014/GT-00014.csv", [1]);
        folder.Write("gtsrb/GTSRB/Final_Test/Images/00000.ppm", SmallImages.Ppm(1, 1, 0, 0, 0));
        Write(
            folder, "gtsrb/GT-final_test.csv", "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n00000.ppm;1;1;0;0;1;1;16\r\n");

        Is("GTSRB", folder, [14], [1], [16], [0]);
        Assert.Equal("stop", Catalog.DataSets["GTSRB"].Task!.ClassNames[14]);
    }

    [Fact]
    public void Omniglot_is_grey_and_tests_on_every_fifth_drawing()
    {
        using var folder = new TemporaryFolder();
        for (var i = 1; i <= 5; i++)
            folder.Write($"omniglot-py/images_background/Tifinagh/character55/0909_0{i}.png", SmallImages.Png(105, 105, 255, 255, 255));

        Is("Omniglot", folder, [963, 963, 963, 963], [1, 1, 1, 1], [963], [1]);
        Assert.Equal(new SampleShape(1, 105, 105), SmallDigitSetsTests.Load("Omniglot", folder).Train.Shape);
    }

    /// <summary>Labels, and images by their mean value, all of them black or white.</summary>
    static void Is(string name, TemporaryFolder folder, int[] train, int[] trainMeans, int[] test, int[] testMeans)
    {
        var data = SmallDigitSetsTests.Load(name, folder, side: 4);

        Assert.Equal(train, data.Train.Labels.ToArray());
        Assert.Equal(trainMeans, Means(data.Train));
        Assert.Equal(test, data.Test!.Labels.ToArray());
        Assert.Equal(testMeans, Means(data.Test));
    }

    static int[] Means(SampleSet set) =>
        [.. Enumerable.Range(0, set.Count).Select(row => (int)Math.Round(ImageSetTests.Read(set, [row], null).Average()))];

    static string Refused(string name, TemporaryFolder folder, int side = 4)
    {
        var error = Assert.Throws<AutoFlipException>(() => SmallDigitSetsTests.Load(name, folder, side));
        Assert.Equal(ExitCode.BadData, error.Code);
        return error.Message;
    }

    static void Write(TemporaryFolder folder, string name, string text) => folder.Write(name, Encoding.ASCII.GetBytes(text));
}
