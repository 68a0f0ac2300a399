using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A folder of one's own images or texts as a data set: <c>folder:PATH</c>.</summary>
/// <remarks>
/// <c>PATH/train/CLASS/*.jpg</c> and <c>PATH/test/CLASS/*.jpg</c> (or <c>val</c>, <c>valid</c>, <c>validation</c>); classes are the names
/// of the training folders in the order of their characters. Without a test folder, or where classes lie in PATH itself, every fifth
/// file, in the order of classes and names, is for testing. All images are converted to red, green, blue. Where class folders hold files
/// <c>*.txt</c> and no images, samples are texts. Under a contract all files in <c>PATH/CLASS</c> are a client's, and classes, kind and
/// channels are the contract's.
/// </remarks>
static class FolderDataSet
{
    /// <summary>Looks at the names of folders and files, and at nothing else.</summary>
    /// <exception cref="AutoFlipException">The folder is not there, or has no two classes; or a folder is no class of the contract
    /// (exit 3).</exception>
    public static DataSet Of(string path, Experiment experiment, DataContract? contract = null)
    {
        _ = experiment;
        try
        {
            if (contract is not null) return ClientFolder.Of(path, contract);
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
            var task = LearningTask.Classification([.. names]);
            return kind == SampleFiles.Texts ? Texts(path, task, files, train, test) : Images(path, task, files, train, test);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(path, e);
        }

        string? Child(string name) => ClassFolders.Names(path)
            .FirstOrDefault(child => child.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Images in class folders.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="task">The classes.</param>
    /// <param name="files">Folders that must be there (<see cref="DataSet.Files"/>).</param>
    /// <param name="train">The folder of class folders for training; null: the folder itself.</param>
    /// <param name="test">That for testing; null if there is none.</param>
    public static ImageFileDataSet Images(
        string path, LearningTask task, ImmutableArray<string> files, string? train = null, string? test = null) => new($"folder:{path}")
        {
            Title = "images of one's own",
            Task = task,
            Shape = null,
            TrainSamples = 0,
            TestSamples = 0,
            Files = files,
            Folders = ["."],
            Place = path,
            Licence = "one's own affair",
            Citation = "none",
            Train = (_, task) => FilesOf(path, train, task, SampleFiles.Images),
            Test = test is null ? null : (_, task) => FilesOf(path, test, task, SampleFiles.Images),
            PassedOver = () => ClassFolders.PassedOver(Path.Combine(path, train ?? ""), SampleFiles.Images),
        };

    /// <summary>Texts in class folders; parameters are those of <see cref="Images"/>.</summary>
    public static TextFileDataSet Texts(
        string path, LearningTask task, ImmutableArray<string> files, string? train = null, string? test = null) => new($"folder:{path}")
        {
            Title = "texts of one's own",
            Task = task,
            Shape = null,
            TrainSamples = 0,
            TestSamples = 0,
            Files = files,
            Folders = ["."],
            Place = path,
            Licence = "one's own affair",
            Citation = "none",
            Train = task => FilesOf(path, train, task, SampleFiles.Texts),
            Test = test is null ? null : task => FilesOf(path, test, task, SampleFiles.Texts),
            PassedOver = () => ClassFolders.PassedOver(Path.Combine(path, train ?? ""), SampleFiles.Texts),
        };

    static IEnumerable<LabelledFile> FilesOf(string path, string? part, LearningTask task, SampleFiles kind) =>
        ClassFolders.OwnFiles(Path.Combine(path, part ?? ""), task.ClassNames, kind);
}
