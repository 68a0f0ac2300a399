using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A folder of one's own images or texts as a data set: <c>folder:PATH</c>.</summary>
/// <remarks>
/// <c>PATH/train/CLASS/*.jpg</c> and <c>PATH/test/CLASS/*.jpg</c> (or <c>val</c>, <c>valid</c>, <c>validation</c>); classes are the names
/// of the training folders in the order of their characters. Without a test folder, or where classes lie in PATH itself, every fifth
/// file, in the order of classes and names, is for testing. All images are converted to red, green, blue. Where class folders hold files
/// <c>*.txt</c> and no images, samples are texts.
/// </remarks>
static class FolderDataSet
{
    /// <summary>Looks at the names of folders and files, and at nothing else.</summary>
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
            var kind = ClassFolders.KindOf(Path.Combine(path, train ?? ""), names);
            ImmutableArray<string> files =
                train is null ? [.. names.Select(name => name + '/')] : test is null ? [train + '/'] : [train + '/', test + '/'];
            return kind == SampleFiles.Texts ? Texts() : Images();

            IEnumerable<LabelledFile> FilesOf(string? part, LearningTask task) =>
                ClassFolders.OwnFiles(Path.Combine(path, part ?? ""), task.ClassNames, kind);

            string? PassedOver() => ClassFolders.PassedOver(Path.Combine(path, train ?? ""), kind);

            ImageFileDataSet Images() => new($"folder:{path}")
            {
                Title = "images of one's own",
                Task = LearningTask.Classification([.. names]),
                Shape = null,
                TrainSamples = 0,
                TestSamples = 0,
                Files = files,
                Folders = ["."],
                Place = path,
                Licence = "one's own affair",
                Citation = "none",
                Train = (_, task) => FilesOf(train, task),
                Test = test is null ? null : (_, task) => FilesOf(test, task),
                PassedOver = PassedOver,
            };

            TextFileDataSet Texts() => new($"folder:{path}")
            {
                Title = "texts of one's own",
                Task = LearningTask.Classification([.. names]),
                Shape = null,
                TrainSamples = 0,
                TestSamples = 0,
                Files = files,
                Folders = ["."],
                Place = path,
                Licence = "one's own affair",
                Citation = "none",
                Train = task => FilesOf(train, task),
                Test = test is null ? null : task => FilesOf(test, task),
                PassedOver = PassedOver,
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
