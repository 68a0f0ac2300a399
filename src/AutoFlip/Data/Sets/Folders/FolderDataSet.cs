namespace AutoFlip;

/// <summary>A folder of one's own images as a data set: <c>folder:PATH</c>.</summary>
/// <remarks>
/// <c>PATH/train/CLASS/*.jpg</c> and <c>PATH/test/CLASS/*.jpg</c> (or <c>val</c>, <c>valid</c>, <c>validation</c>); classes are the names
/// of the training folders in the order of their characters. Without a test folder, or where classes lie in PATH itself, every fifth
/// image, in the order of classes and names, is for testing. All images are converted to red, green, blue.
/// </remarks>
static class FolderDataSet
{
    /// <summary>Looks at the folder names, and at nothing else.</summary>
    /// <exception cref="AutoFlipException">The folder is not there, or has no two classes (exit 3).</exception>
    public static DataSet Of(string path, Experiment experiment)
    {
        _ = experiment;
        try
        {
            if (!Directory.Exists(path)) throw AutoFlipException.BadData($"Experiment.Dataset folder:{path}: there is no such folder.");
            var train = Child("train") ?? Child("training");
            var test = train is null ? null : Child("test") ?? Child("val") ?? Child("valid") ?? Child("validation");
            var names = ClassFolders.Names(Path.Combine(path, train ?? "")).ToList();
            if (names.Count < 2)
            {
                throw AutoFlipException.BadData(
                    $"Experiment.Dataset folder:{path}: a folder for each of at least two classes is expected in "
                    + $"{(train is null ? "it (or in a folder 'train' in it)" : $"its folder '{train}'")}; there are {names.Count}.");
            }
            return new ImageFileDataSet($"folder:{path}")
            {
                Title = "images of one's own",
                Task = LearningTask.Classification([.. names]),
                Shape = null,
                TrainSamples = 0,
                TestSamples = 0,
                Files = train is null ? [.. names.Select(name => name + '/')] : test is null ? [train + '/'] : [train + '/', test + '/'],
                Folders = ["."],
                Place = path,
                Licence = "one's own affair",
                Citation = "none",
                Train = (_, task) => ClassFolders.OwnImages(Path.Combine(path, train ?? ""), task.ClassNames),
                Test = test is null ? null : (_, task) => ClassFolders.OwnImages(Path.Combine(path, test), task.ClassNames),
                PassedOver = () => ClassFolders.PassedOver(Path.Combine(path, train ?? "")),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' cannot be read: {e.Message}", e);
        }

        string? Child(string name) => ClassFolders.Names(path)
            .FirstOrDefault(child => child.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
