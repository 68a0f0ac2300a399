using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Result of the search for a data set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Folder">Where it is; null if it was not found.</param>
/// <param name="Tried">Folders in which it is not, in the order in which they were tried.</param>
public sealed record DataSearch(DataSet Set, DataFolder? Folder, ImmutableArray<string> Tried)
{
    /// <summary>The message about a missing data set.</summary>
    internal string NotFound(string why) =>
        Set.Place is { } place
            ? $"The data set {Set.Name} is missing: there is no "
                + (Directory.Exists(place) ? $"{string.Join(" and no ", DataFolder.Missing(place, Set))} in" : "folder")
                + $" '{Path.GetFullPath(place)}'."
            : $"The data set {Set.Name} is missing: {why.TrimEnd('.')}. Looked in {string.Join(", ", Tried)}. {Advice}";

    /// <summary>Instructions for obtaining the missing files.</summary>
    public string Advice
    {
        get
        {
            var files = string.Join(", ", Set.Files.Take(6)) + (Set.Files.Length > 6 ? $" and {Set.Files.Length - 6} more" : "");
            if (Set.Place is not null) return $"It needs {files} there.";
            var package = Set.SystemPackage is null ? "" : $" or `apt-get install {Set.SystemPackage}`";
            return Set.Downloads.IsEmpty
                ? $"Get it from {Set.Origin ?? "its authors"}{package}, so that {files} lie in a folder, "
                    + "and name that with RunOptions.DataPath."
                : $"Get it with `DataLocations.Require {Set.Name}`{package}, or name its folder with RunOptions.DataPath.";
        }
    }
}
