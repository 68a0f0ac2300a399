using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace AutoFlip;

/// <summary>Identity of the inputs of a file of decoded images. If any input changes, the file is rebuilt in the same place.</summary>
/// <param name="Name">Start of the file's name: the set, the side, and which folder it came from.</param>
/// <param name="Hash">Over the same, and the relative path, length and time of change of every file that the set consists of.</param>
sealed record PixelKey(string Name, UInt128 Hash)
{
    /// <summary>Goes up whenever a reader, the decoder or the resizing makes other pixels than before.</summary>
    const int Readers = 3; // 2: EXIF orientation is applied; 3: TIFF is read

    /// <summary>The key of a set's files. Costs a look at each file's entry, not at its content.</summary>
    /// <exception cref="AutoFlipException">A folder cannot be listed (exit 3).</exception>
    /// <param name="set">The set.</param>
    /// <param name="folder">Where it is.</param>
    /// <param name="side">Side that images are resized to; 0 if they are not.</param>
    /// <param name="column">The column of the images, of sets that may have several; otherwise empty.</param>
    public static PixelKey Of(DataSet set, DataFolder folder, int side, string column = "")
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{Readers}\n{set.Name}\n{side}\n{Path.GetFullPath(folder.Path)}\n");
        if (column.Length > 0) place += $"{column}\n";
        if (set.Contract is { } contract) place += $"{contract.Sha256}\n"; // its classes are the numbers that are cached with the pixels
        var hash = new XxHash128();
        hash.Append(Encoding.UTF8.GetBytes(place));
        try
        {
            foreach (var (name, path) in folder.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
            {
                hash.Append(Encoding.UTF8.GetBytes(name + '\n'));
                foreach (var file in FilesAt(path).OrderBy(file => file.FullName, StringComparer.Ordinal))
                {
                    hash.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                        $"{Path.GetRelativePath(path, file.FullName)}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n")));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(folder.Path, e);
        }
        var plain = string.Concat(set.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : '_'));
        var shortened = plain.Length > 40 ? plain[^40..] : plain;
        return new PixelKey(string.Create(CultureInfo.InvariantCulture,
            $"{shortened}-{side}-{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(place)):x16}"), hash.GetCurrentHashAsUInt128());
    }

    static IEnumerable<FileInfo> FilesAt(string path) => Directory.Exists(path)
        ? new DirectoryInfo(path).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        : [new FileInfo(path)];
}
