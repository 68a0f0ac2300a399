namespace AutoFlip;

/// <summary>Lists of images in text files.</summary>
static class ImageLists
{
    /// <summary>Reads an image and its label from each line of a file.</summary>
    /// <param name="folder">Where the file is.</param>
    /// <param name="name">Its name among the set's files.</param>
    /// <param name="task">The classes.</param>
    /// <param name="read">Makes path and label of a line's words; null if it is not such a line.</param>
    /// <param name="separators">What stands between words.</param>
    /// <param name="skip">Lines before the first image.</param>
    /// <exception cref="AutoFlipException">A line is not as it should be (exit 3).</exception>
    public static List<LabelledFile> Lines(
        DataFolder folder, string name, LearningTask task, Func<string[], LabelledFile?> read, string separators = " \t", int skip = 0) =>
        folder.Read(name, (content, file) =>
        {
            var images = new List<LabelledFile>();
            using var lines = TextInput.Open(content, file);
            for (var row = 1; lines.ReadLine() is { } line; row++)
            {
                var words = line.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (row <= skip || words.Length == 0) continue;
                if (read(words) is not { } image || image.Label < 0 || image.Label >= task.Classes)
                    throw AutoFlipException.BadFile(
                        file, $"line {row} does not name an image and one of {task.Classes} classes: '{Start(line)}'");
                images.Add(image);
            }
            return images;
        });

    static string Start(string line) => line.Length <= 60 ? line : line[..60] + "...";
}
